"""A store that holds facts as a log recorded them, and definitions of units and procedures to say them with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from cchc.api.log.v1.event_pb2 import Event
from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_COMMUNE, ProcedureDefined, UnitDefined
from cchc.calendar.vietnam_time import epoch_day
from cchc.clock import FixedClock
from cchc.log.batch import encode, make_event
from cchc.log.memory import MemoryLog
from cchc.store.migrate import migrate
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from services.aggregator.quarantine import Quarantine
from services.report.form_answer import FormAnswers
from tests.reference.dossier_fold import Known

LONG_AGO = 1_000_000_000_000
"""2001: when definitions were recorded."""


def filled(store: Store, known: Iterable[Known]) -> FormAnswers:
    """Answers from the store after a log of these recordings was taken in, in the order of their recording."""
    clock = FixedClock(0)
    migrate(store, clock)
    ordered = sorted(known, key=lambda it: it.recorded_at_ms)
    with MemoryLog(clock) as log:
        for recorded_at_ms, batch in groupby(ordered, key=lambda it: it.recorded_at_ms):
            clock.put(recorded_at_ms)
            log.append([encode(it.event for it in batch)])
        Aggregator(log, store).catch_up()
    return FormAnswers(store, Quarantine(store).count)


def at_once(events: Sequence[Event], recorded_at_ms: int) -> list[Known]:
    """All of them recorded at one time."""
    return [Known(event, recorded_at_ms) for event in events]


def unit(
    code: str,
    parent: str = "",
    *,
    name: str = "",
    since: date = date(2000, 1, 1),
    until: date | None = None,
    unconfirmed: bool = False,
) -> Known:
    """A definition of a unit, known since long ago."""
    defined = UnitDefined(
        unit_code=code,
        name=name or f"Đơn vị {code}",
        type=UNIT_TYPE_COMMUNE,
        parent_code=parent,
        valid_from_day=epoch_day(since),
        valid_to_day=epoch_day(until) if until else 0,
        unconfirmed=unconfirmed,
    )
    event = make_event(defined, source_system="reference", subject=code, unit_code="", occurred_at_ms=LONG_AGO)
    return Known(event, LONG_AGO)


def procedure(defined: ProcedureDefined) -> Known:
    """A definition of a procedure, known since long ago."""
    event = make_event(
        defined, source_system="reference", subject=defined.procedure_code, unit_code="", occurred_at_ms=LONG_AGO
    )
    return Known(event, LONG_AGO)
