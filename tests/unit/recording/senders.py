"""A small province, who may speak in it, and facts of it."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import CHANNEL_IN_PERSON, DossierAccepted
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_COMMUNE, UNIT_TYPE_PROVINCE, ProcedureDefined, UnitDefined
from cchc.clock import Clock, FixedClock
from cchc.log.batch import make_event
from cchc.log.memory import MemoryLog
from cchc.log.port import Log
from cchc.procedures.register import Procedure, ProcedureRegister
from cchc.recording.checks import Asked
from cchc.recording.contract import Context
from cchc.recording.known import FollowedReference, Known
from cchc.recording.recorder import Recorder
from cchc.rights import Caller, Role
from cchc.units.tree import Unit, UnitTree
from services.assessment.facts_taken import CONTEXT as ASSESSMENT
from services.intake.facts_taken import CONTEXT as INTAKE
from services.legal_review.facts_taken import CONTEXT as LEGAL_REVIEW
from services.processing.facts_taken import CONTEXT as PROCESSING

NOW_MS = 1_790_000_000_000
"""2026-09-21."""

ENDED_DAY = 20_000
"""The first day on which the unit H21.99 and the procedure 1.000002 are no more (2024-10-04)."""

UNITS = (
    UnitDefined(unit_code="H21", name="Tỉnh", type=UNIT_TYPE_PROVINCE),
    UnitDefined(unit_code="H21.65", name="Xã A", type=UNIT_TYPE_COMMUNE, parent_code="H21"),
    UnitDefined(unit_code="H21.66", name="Xã B", type=UNIT_TYPE_COMMUNE, parent_code="H21"),
    UnitDefined(unit_code="H21.99", name="Xã cũ", type=UNIT_TYPE_COMMUNE, parent_code="H21", valid_to_day=ENDED_DAY),
)
PROCEDURES = (
    ProcedureDefined(procedure_code="1.000001", field_code="HO-TICH", name="Khai sinh"),
    ProcedureDefined(procedure_code="1.000002", field_code="HO-TICH", name="Cũ", valid_to_day=ENDED_DAY),
)
KNOWN = Known(UnitTree(map(Unit.of_fact, UNITS)), ProcedureRegister(map(Procedure.of_fact, PROCEDURES)))
SENDER = Caller("một cửa xã A", Role.SENDER, frozenset({"H21.65"}), frozenset({"one-stop"}))
PROVINCE = Caller("một cửa tỉnh", Role.SENDER, frozenset({"H21"}))
EVERYTHING = Context(
    "everything",
    {
        number: taken.rules
        for context in (INTAKE, PROCESSING, LEGAL_REVIEW, ASSESSMENT)
        for number, taken in context.taken.items()
    },
)


def asked(caller: Caller = SENDER) -> Asked:
    return Asked(caller, KNOWN, NOW_MS)


def accepted(**said: Any) -> DossierAccepted:
    return DossierAccepted(**{"procedure_code": "1.000001", "channel": CHANNEL_IN_PERSON, **said})


def sent(fact: Message | None = None, **said: Any) -> Event:
    """A fact as a sender has it: without identity."""
    envelope = {
        "source_system": "one-stop",
        "subject": "H21.65-260901-0001",
        "unit_code": "H21.65",
        "occurred_at_ms": NOW_MS - 86_400_000,
        **said,
    }
    event = make_event(accepted() if fact is None else fact, **envelope)
    event.ClearField("event_id")
    event.ClearField("schema_version")
    return event


def definitions() -> list[Event]:
    """The province as facts, complete."""
    return [
        make_event(
            fact,
            source_system="register",
            subject=fact.unit_code if isinstance(fact, UnitDefined) else fact.procedure_code,
            unit_code="",
            occurred_at_ms=NOW_MS - 10 * 86_400_000,
        )
        for fact in (*UNITS, *PROCEDURES)
    ]


def recorder(log: Log, clock: Clock, context: Context = EVERYTHING) -> Recorder:
    reference = FollowedReference(log)
    reference.refresh()
    return Recorder(context, log, reference, clock)


def memory_log() -> MemoryLog:
    return MemoryLog(FixedClock(NOW_MS))
