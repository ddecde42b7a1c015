from __future__ import annotations

from datetime import date

import pytest
from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import DUE_BASIS_DAY, DUE_BASIS_INSTANT, DossierAccepted, DueBasis
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import (
    DossierReappointed,
    DossierResolved,
    ProcessingResumed,
    SupplementProvided,
)
from cchc.api.reference.v1.reference_pb2 import LimitUnit, ProcedureDefined
from tests.reference.judgement import (
    EPOCH_DAY,
    Due,
    due_in_force,
    judge_pending,
    judge_resolved,
    official_due,
    valid_procedure,
)
from tests.unit.reference.story import FOREVER, at, said, state_of

HOURS = ProcedureDefined(procedure_code="P1", limit=8, limit_unit=LimitUnit.LIMIT_UNIT_WORKING_HOURS)
DAYS = ProcedureDefined(procedure_code="P1", limit=3, limit_unit=LimitUnit.LIMIT_UNIT_WORKING_DAYS)
NO_LIMIT = ProcedureDefined(procedure_code="P1")
ACCEPTED = said(DossierAccepted(procedure_code="P1", due_at_ms=at("2026-01-09T10:00")), "2026-01-05T08:00")
SILENT = said(DossierAccepted(procedure_code="P1"), "2026-01-05T08:00")


def due_of(*events: Event, judged_at: int = FOREVER, procedures: tuple[ProcedureDefined, ...] = ()) -> Due | None:
    return due_in_force(state_of(*events), judged_at_ms=judged_at, as_of_ms=FOREVER, procedures=procedures)


def due_ms(*events: Event, judged_at: int = FOREVER) -> int | None:
    due = due_of(*events, judged_at=judged_at)
    return due.at_ms if due else None


def by_day(text: str) -> Due:
    return Due(at(text), by_instant=False, derived=False)


def by_instant(text: str) -> Due:
    return Due(at(text), by_instant=True, derived=False)


@pytest.mark.parametrize("giver", [SupplementProvided, ProcessingResumed, DossierReappointed])
def test_a_later_appointment_takes_the_place_of_the_first(giver: type[Message]) -> None:
    assert due_ms(ACCEPTED, said(giver(due_at_ms=7), "2026-01-06T08:00")) == 7
    assert due_ms(ACCEPTED, said(giver(), "2026-01-06T08:00")) == at("2026-01-09T10:00")


def test_an_appointment_after_the_judgement_changes_nothing_and_at_it_does() -> None:
    reappointed = said(DossierReappointed(due_at_ms=7), "2026-01-08T08:00")
    assert due_ms(ACCEPTED, reappointed, judged_at=at("2026-01-08T08:00") - 1) == at("2026-01-09T10:00")
    assert due_ms(ACCEPTED, reappointed, judged_at=at("2026-01-08T08:00")) == 7


def test_an_appointment_after_the_end_changes_nothing_and_at_it_does() -> None:
    resolved = said(DossierResolved(), "2026-01-12T08:00")
    assert due_ms(ACCEPTED, resolved, said(DossierReappointed(due_at_ms=7), "2026-01-12T08:00")) == 7
    late = said(DossierReappointed(due_at_ms=7), "2026-01-12T08:00:00.001")
    assert due_ms(ACCEPTED, resolved, late) == at("2026-01-09T10:00")


def test_the_time_given_with_the_acceptance_counts_even_after_the_end() -> None:
    assert due_ms(ACCEPTED, said(DossierResolved(), "2026-01-04T08:00")) == at("2026-01-09T10:00")


def test_an_appointment_before_the_acceptance_gives_way_to_the_acceptance() -> None:
    assert due_ms(ACCEPTED, said(DossierReappointed(due_at_ms=7), "2026-01-04T08:00")) == at("2026-01-09T10:00")


def test_without_an_appointment_the_limit_of_the_procedure_gives_the_time() -> None:
    due = due_of(SILENT, procedures=(DAYS,))
    assert due is not None
    assert (due.day, due.by_instant, due.derived) == (date(2026, 1, 8), False, True)
    due = due_of(SILENT, procedures=(HOURS,))
    assert due is not None
    assert (due.at_ms, due.by_instant) == (at("2026-01-06T08:00"), True)


def test_without_a_known_limit_there_is_no_due_time() -> None:
    assert due_of(SILENT) is None
    assert due_of(SILENT, procedures=(NO_LIMIT,)) is None


def test_a_derived_time_follows_the_calendar_as_it_was_known() -> None:
    received = at("2025-12-31T08:00")
    assert official_due(received, DAYS, date(2025, 12, 24)) // 86_400_000 == at("2026-01-06T08:00") // 86_400_000
    assert official_due(received, DAYS, date(2025, 12, 31)) // 86_400_000 == at("2026-01-07T08:00") // 86_400_000


def test_the_definition_valid_on_the_day_of_receipt_counts() -> None:
    split = (date(2026, 1, 5) - EPOCH_DAY).days
    old, new = ProcedureDefined(), ProcedureDefined()
    old.CopyFrom(DAYS)
    old.valid_to_day = split
    new.CopyFrom(HOURS)
    new.valid_from_day = split
    assert valid_procedure("P1", date(2026, 1, 4), (new, old)) == old
    assert valid_procedure("P1", date(2026, 1, 5), (new, old)) == new
    assert valid_procedure("P1", date(2026, 1, 5), (old,)) is None
    assert valid_procedure("P2", date(2026, 1, 5), (new, old)) is None


@pytest.mark.parametrize(
    ("basis", "procedures", "instant"),
    [
        (0, (), False),
        (0, (DAYS,), False),
        (0, (HOURS,), True),
        (DUE_BASIS_DAY, (HOURS,), False),
        (DUE_BASIS_INSTANT, (DAYS,), True),
    ],
)
def test_the_basis_is_as_said_or_else_by_the_limit(
    basis: DueBasis.ValueType, procedures: tuple[ProcedureDefined, ...], instant: bool
) -> None:
    accepted = said(DossierAccepted(procedure_code="P1", due_at_ms=7, due_basis=basis), "2026-01-05T08:00")
    due = due_of(accepted, procedures=procedures)
    assert due is not None
    assert (due.at_ms, due.by_instant, due.derived) == (7, instant, False)


def test_the_basis_goes_with_the_fact_that_gives_the_time() -> None:
    again = said(DossierReappointed(due_at_ms=7, due_basis=DUE_BASIS_INSTANT), "2026-01-06T08:00")
    due = due_of(ACCEPTED, again)
    assert due is not None
    assert due.by_instant


@pytest.mark.parametrize(
    ("ended", "due", "judgement"),
    [
        ("2026-01-08T23:59:59.999", by_day("2026-01-09T10:00"), "early"),
        ("2026-01-09T00:00", by_day("2026-01-09T10:00"), "on_time"),
        ("2026-01-09T23:59:59.999", by_day("2026-01-09T10:00"), "on_time"),
        ("2026-01-10T00:00", by_day("2026-01-09T10:00"), "late"),
        ("2026-01-09T00:00", by_day("2026-01-10T00:00"), "early"),
        ("2026-01-08T23:59:59.999", by_instant("2026-01-09T10:00"), "early"),
        ("2026-01-09T00:00", by_instant("2026-01-09T10:00"), "on_time"),
        ("2026-01-09T10:00", by_instant("2026-01-09T10:00"), "on_time"),
        ("2026-01-09T10:00:00.001", by_instant("2026-01-09T10:00"), "late"),
        ("2026-01-09T10:00", None, "no_due"),
    ],
)
def test_a_resolved_dossier_is_judged_by_days_and_within_the_due_day_by_its_basis(
    ended: str, due: Due | None, judgement: str
) -> None:
    assert judge_resolved(at(ended), due) == judgement


@pytest.mark.parametrize(
    ("judged_at", "due", "judgement"),
    [
        ("2026-01-09T12:00", by_day("2026-01-09T10:00"), "in_time"),
        ("2026-01-09T23:59:59.999", by_day("2026-01-09T10:00"), "in_time"),
        ("2026-01-10T00:00", by_day("2026-01-09T10:00"), "overdue"),
        ("2026-01-10T00:00", by_day("2026-01-10T00:00"), "in_time"),
        ("2026-01-09T09:59:59.999", by_instant("2026-01-09T10:00"), "in_time"),
        ("2026-01-09T10:00", by_instant("2026-01-09T10:00"), "overdue"),
        ("2026-01-09T10:00", None, "no_due"),
    ],
)
def test_a_pending_dossier_is_overdue_once_its_time_has_passed(judged_at: str, due: Due | None, judgement: str) -> None:
    assert judge_pending(at(judged_at), due) == judgement
