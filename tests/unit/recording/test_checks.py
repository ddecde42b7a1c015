"""The checks of a fact: what each refuses, and that many at once are judged as one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.api.assessment.v1.assessment_pb2 import (
    CriterionAppraised,
    EvidenceAttached,
    RemediationPlanIssued,
    RemediationTarget,
    SelfScored,
)
from cchc.api.intake.v1.intake_pb2 import FeedbackGiven, PaymentMade
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.api.processing.v1.processing_pb2 import DossierReappointed, DossierResolved, DossierTransferred
from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_COMMUNE, CalendarDayDecided, FilePages, UnitDefined
from cchc.log.batch import encode, identity
from cchc.log.event_columns import EventColumns
from cchc.log.port import Position, Record
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_MS, LATEST_DUE_MS
from cchc.recording.checks import refusal_of
from cchc.recording.many import refusals_of
from cchc.rights import OPERATOR, Caller, Role
from services.aggregator.columns import span_of
from services.intake.facts_taken import CONTEXT as INTAKE
from tests.unit.recording.drawn import CALLERS, ENDED_MS, EVENTS
from tests.unit.recording.senders import (
    EVERYTHING,
    NOW_MS,
    PROVINCE,
    SENDER,
    accepted,
    asked,
    sent,
)

SCORED: dict[str, Any] = {"criteria_set": "qd766", "period_id": "2026Q3"}


def code(event: Event, caller: Caller = SENDER) -> str | None:
    refusal = refusal_of(event, EVERYTHING, asked(caller))
    return None if refusal is None else f"{refusal.field} {refusal.code}"


def test_a_good_fact_is_taken() -> None:
    assert code(sent()) is None


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Event(source_system="x"), "fact fact.missing"),
        (sent(source_system=" "), "source_system fact.missing"),
        (sent(subject=""), "subject fact.missing"),
        (sent(unit_code=""), "unit_code fact.missing"),
        (sent(occurred_at_ms=EARLIEST_MS - 1), "occurred_at_ms fact.time_out_of_range"),
        (sent(occurred_at_ms=NOW_MS + CLOCK_TOLERANCE_MS + 1), "occurred_at_ms fact.time_out_of_range"),
        (sent(occurred_at_ms=2**63 - 1), "occurred_at_ms fact.time_out_of_range"),
        (sent(actor_role=77), "actor_role fact.unknown_value"),
        (sent(replaces=b"short"), "replaces fact.bad_identity"),
        (sent(replaces=bytes(16)), "replaces fact.bad_identity"),
        (sent(Retraction()), "replaces fact.missing"),
        (sent(subject="001099012345"), "subject fact.personal_data"),
        (sent(source_event_id="a@b.vn"), "source_event_id fact.personal_data"),
        (sent(replaces=b"x" * 16, replaces_reason="gọi 0912345678"), "replaces_reason fact.personal_data"),
        (sent(accepted(procedure_code="")), "dossier_accepted.procedure_code fact.missing"),
        (sent(accepted(procedure_code="9.9")), "dossier_accepted.procedure_code fact.unknown_procedure"),
        (sent(accepted(procedure_code="1.000002")), "dossier_accepted.procedure_code fact.procedure_not_in_force"),
        (sent(accepted(receiving_unit_code="H99")), "dossier_accepted.receiving_unit_code fact.unknown_unit"),
        (sent(accepted(due_at_ms=LATEST_DUE_MS + 1)), "dossier_accepted.due_at_ms fact.time_out_of_range"),
        (sent(accepted(channel=99)), "dossier_accepted.channel fact.unknown_value"),
        (sent(accepted(field_code="a" * 101)), "dossier_accepted.field_code fact.too_long"),
        (sent(unit_code="H99"), "unit_code fact.unknown_unit"),
        (sent(unit_code="H21.99"), "unit_code fact.unit_not_in_force"),
        (sent(unit_code="H21.66"), "unit_code fact.no_right"),
        (sent(source_system="other"), "source_system fact.not_your_source"),
        (sent(Retraction(), source_system="other", replaces=b"r" * 16), "source_system fact.not_your_source"),
        (sent(source_system="other", replaces=b"r" * 16), "source_system fact.not_your_source"),
        (sent(FeedbackGiven(rating=6)), "feedback_given.rating fact.number_out_of_range"),
        (sent(PaymentMade(amount_vnd=-1)), "payment_made.amount_vnd fact.number_out_of_range"),
        (sent(DossierTransferred()), "dossier_transferred.to_unit_code fact.missing"),
        (sent(DossierReappointed()), "dossier_reappointed.due_at_ms fact.missing"),
        (sent(CalendarDayDecided(day=1), subject="1970-01-02"), "unit_code fact.no_right"),
        (sent(CriterionAppraised(**SCORED)), "unit_code fact.no_right"),
        (sent(SelfScored(criteria_set="qd766")), "self_scored.period_id fact.missing"),
        (
            sent(EvidenceAttached(**SCORED, file=FilePages(file_sha256=b"x"))),
            "evidence_attached.file.file_sha256 fact.not_a_hash",
        ),
        (
            sent(EvidenceAttached(**SCORED, criterion_codes=["1.1", "0912345678"])),
            "evidence_attached.criterion_codes fact.personal_data",
        ),
        (
            sent(RemediationPlanIssued(targets=[RemediationTarget(), RemediationTarget(due_day=99_999)])),
            "remediation_plan_issued.targets.due_day fact.day_out_of_range",
        ),
    ],
)
def test_a_bad_fact_is_refused_for_its_reason(event: Event, expected: str) -> None:
    assert code(event) == expected


def test_a_refusal_is_written_for_officers_and_for_machines() -> None:
    refusal = refusal_of(sent(unit_code="H21.99"), EVERYTHING, asked())

    assert refusal is not None
    assert "không có hiệu lực" in refusal.vi
    assert "not in force on 2026-09-20" in refusal.en


def test_a_unit_and_a_procedure_of_the_past_are_taken_for_the_past() -> None:
    event = sent(accepted(procedure_code="1.000002"), unit_code="H21.99", occurred_at_ms=ENDED_MS - 86_400_000)

    assert code(event, PROVINCE) is None


def test_a_service_takes_its_own_facts_only() -> None:
    refusal = refusal_of(sent(DossierResolved()), INTAKE, asked())

    assert refusal is not None
    assert refusal.code == "fact.not_taken_here"


def test_who_stands_above_appraises_and_nobody_appraises_himself() -> None:
    appraised = CriterionAppraised(**SCORED, points_hundredths=150)

    assert code(sent(appraised), PROVINCE) is None
    assert code(sent(appraised, unit_code="H21"), PROVINCE) == "unit_code fact.no_right"


def test_registers_are_the_administrators() -> None:
    defined = sent(
        UnitDefined(unit_code="H21.70", name="Xã mới", type=UNIT_TYPE_COMMUNE), subject="H21.70", unit_code=""
    )
    retracted = sent(Retraction(), subject="H21.65", unit_code="", replaces=b"x" * 16)

    for event in (defined, retracted):
        assert code(event, OPERATOR) is None
        assert code(event, Caller("x", Role.SENDER, frozenset({"*"}))) == "unit_code fact.no_right"
    retracted.unit_code = "H21.65"
    assert code(retracted) == "unit_code fact.no_right"


def test_a_definition_names_itself_as_its_subject() -> None:
    event = sent(UnitDefined(unit_code="H21.70", name="Xã", type=UNIT_TYPE_COMMUNE), subject="H21.71", unit_code="")

    assert code(event, OPERATOR) == "subject fact.wrong_subject"


def test_only_an_unconfirmed_unit_may_lack_its_type() -> None:
    untyped = UnitDefined(unit_code="H21.70", name="Xã")

    assert code(sent(untyped, subject="H21.70"), OPERATOR) == "unit_defined.type fact.missing"
    untyped.unconfirmed = True
    assert code(sent(untyped, subject="H21.70"), OPERATOR) is None


@given(st.lists(EVENTS, max_size=4), st.booleans(), CALLERS)
def test_many_at_once_are_judged_as_one_by_one(events: list[Event], with_good: bool, caller: Caller) -> None:
    batch = [*events, sent()] if with_good else events

    together = refusals_of(EventColumns(batch), EVERYTHING, asked(caller))

    alone = {row: refusal_of(event, EVERYTHING, asked(caller)) for row, event in enumerate(batch)}
    assert together == {row: refusal for row, refusal in alone.items() if refusal is not None}


@given(EVENTS)
def test_what_is_taken_is_never_set_aside_by_the_fold(event: Event) -> None:
    if refusal_of(event, EVERYTHING, asked(OPERATOR)) is not None:
        return
    event.event_id = identity(event)

    span = span_of([Record(Position("p", 0), NOW_MS, encode([event]))])

    assert list(span.quarantined) == []
    assert span.events == 1
