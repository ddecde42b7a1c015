"""Cases that the page decides in so many words, each with its figures worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from cchc.api.intake.v1.intake_pb2 import DossierAccepted, PetitionReceived
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.api.processing.v1.processing_pb2 import (
    DossierReappointed,
    DossierResolved,
    DossierReturned,
    DossierTransferred,
    SupplementProvided,
)
from cchc.api.reference.v1.reference_pb2 import (
    LIMIT_UNIT_SAME_DAY,
    LIMIT_UNIT_WORKING_DAYS,
    LIMIT_UNIT_WORKING_HOURS,
    CalendarDayDecided,
    LimitUnit,
    ProcedureDefined,
)
from tests.integration.fold.compared import Asked, Figures, said_by_store, said_by_witness
from tests.integration.fold.drawn import under_number
from tests.integration.fold.filled import Databases, dice
from tests.reference.dossier_fold import Known
from tests.reference.judgement import EPOCH_DAY
from tests.reference.strategies import Question
from tests.unit.reference.story import FOREVER, at, said

PERIOD = Question(date(2026, 1, 1), date(2026, 3, 14), FOREVER, None)
"""Most cases: all is known, and the period's last millisecond is 2026-03-14T23:59:59.999."""


def accepted(when: str = "2026-03-02T08:00", due: str = "", procedure: str = "") -> Event:
    return said(DossierAccepted(procedure_code=procedure, due_at_ms=at(due) if due else 0), when)


def moved(due: str, when: str) -> Event:
    return said(DossierReappointed(due_at_ms=at(due)), when)


def resolved(when: str, replaces: Event | None = None) -> Event:
    return said(DossierResolved(), when, replaces=replaces)


def defined(
    limit: int,
    unit: LimitUnit.ValueType,
    first: str = "",
    last: str = "",
    *,
    when: str = "2020-01-01",
    replaces: Event | None = None,
) -> Event:
    fact = ProcedureDefined(
        procedure_code="P1",
        limit=limit,
        limit_unit=unit,
        valid_from_day=day(first) if first else 0,
        valid_to_day=day(last) if last else 0,
    )
    return said(fact, when, subject="P1", replaces=replaces)


def day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH_DAY).days


DUE = "2026-03-10T10:00"
ACCEPTED = accepted(due=DUE)
EARLY, LATE = {"resolved_early": 1}, {"resolved_late": 1}
IN_TIME, OVERDUE, NO_DUE = {"pending_in_time": 1}, {"pending_overdue": 1}, {"pending_no_due": 1}
DAYS = defined(3, LIMIT_UNIT_WORKING_DAYS)
UNSAID = accepted(procedure="P1")
WRONG_END = said(DossierReturned(), "2026-03-05T08:00")

CASES: dict[str, tuple[list[Event], dict[str, int]]] = {
    "a new due time in the last millisecond of the period counts": (
        [ACCEPTED, moved("2026-04-01", "2026-03-14T23:59:59.999")],
        IN_TIME,
    ),
    "one at the first millisecond after it does not": ([ACCEPTED, moved("2026-04-01", "2026-03-15")], OVERDUE),
    "one at the moment of the end counts": (
        [ACCEPTED, moved("2026-03-20", "2026-03-12T08:00"), resolved("2026-03-12T08:00")],
        EARLY,
    ),
    "one after the end does not": (
        [ACCEPTED, moved("2026-03-20", "2026-03-12T08:00:00.001"), resolved("2026-03-12T08:00")],
        LATE,
    ),
    "one that brings the due time forward counts as well": (
        [accepted(due="2026-04-01"), moved(DUE, "2026-03-03")],
        OVERDUE,
    ),
    "one given before the acceptance gives way to it": ([ACCEPTED, moved("2026-04-01", "2026-03-01")], OVERDUE),
    "an acceptance that gives none leaves that of the one before": (
        [ACCEPTED, accepted("2026-03-03T08:00"), said(SupplementProvided(), "2026-03-04T08:00")],
        OVERDUE,
    ),
    "with the acceptance it counts though it ended before": ([ACCEPTED, resolved("2026-03-01T08:00")], EARLY),
    "a due time that does not count leaves the limit": (
        [DAYS, UNSAID, moved("2026-04-01", "2026-03-15"), resolved("2026-03-05T23:59:59.999")],
        {"resolved_on_time": 1},
    ),
    "a limit in hours binds to the instant": (
        [defined(8, LIMIT_UNIT_WORKING_HOURS), UNSAID, resolved("2026-03-03T08:00:00.001")],
        LATE,
    ),
    "a limit of nothing is none": ([defined(0, LIMIT_UNIT_WORKING_DAYS), UNSAID], NO_DUE),
    "the same day needs no number": ([defined(0, LIMIT_UNIT_SAME_DAY), UNSAID], OVERDUE),
    "a limit beyond the calendar is none": ([defined(5_000, LIMIT_UNIT_WORKING_DAYS), UNSAID], NO_DUE),
    "a definition does not hold on its last, excluded day": (
        [defined(3, LIMIT_UNIT_WORKING_DAYS, "2026-01-01", "2026-03-02"), UNSAID],
        NO_DUE,
    ),
    "it holds on the day before": ([defined(3, LIMIT_UNIT_WORKING_DAYS, "2026-01-01", "2026-03-03"), UNSAID], OVERDUE),
    "of two the one valid from the later day holds": (
        [defined(3, LIMIT_UNIT_WORKING_DAYS, "2026-01-01"), defined(60, LIMIT_UNIT_WORKING_DAYS, "2026-03-02"), UNSAID],
        IN_TIME,
    ),
    "of two of one day the one said last holds": (
        [defined(60, LIMIT_UNIT_WORKING_DAYS, when="2021-01-01"), DAYS, UNSAID],
        IN_TIME,
    ),
    "a definition that is replaced does not hold": (
        [DAYS, defined(60, LIMIT_UNIT_WORKING_DAYS, "2026-04-01", replaces=DAYS), UNSAID],
        NO_DUE,
    ),
    "a definition that is taken back does not hold": (
        [DAYS, said(Retraction(), "2026-03-01", subject="P1", replaces=DAYS), UNSAID],
        NO_DUE,
    ),
    "a definition is not taken back by a fact of another subject": (
        [DAYS, said(Retraction(), "2026-03-01", subject="P2", replaces=DAYS), UNSAID],
        OVERDUE,
    ),
    "a fact of a petition with the dossier's code changes nothing": (
        [ACCEPTED, said(PetitionReceived(due_at_ms=at("2026-04-01")), "2026-03-03T08:00")],
        OVERDUE,
    ),
    "unless it names the fact that it replaces": (
        [
            ACCEPTED,
            moved("2026-04-01", "2026-03-03"),
            said(PetitionReceived(), "2026-03-04", replaces=moved("2026-04-01", "2026-03-03")),
        ],
        OVERDUE,
    ),
    "what was replaced stays replaced though its correction is taken back": (
        [
            ACCEPTED,
            WRONG_END,
            resolved("2026-03-05T08:00", replaces=WRONG_END),
            said(Retraction(), "2026-03-06T08:00", replaces=resolved("2026-03-05T08:00", replaces=WRONG_END)),
        ],
        OVERDUE,
    ),
    "an end in the first millisecond after the period is none yet": ([ACCEPTED, resolved("2026-03-15")], OVERDUE),
    "an end before the receipt counts on the receipt": (
        [ACCEPTED, said(DossierReturned(), "2025-06-01")],
        {"returned": 1},
    ),
}
"""Facts, and the figures of the dossier ``DS`` beside its receipt."""

NOT_ASKED = {"received_direct", "due_derived", "falls_due", "falls_due_met", "ended_before_received", "late_keyed"}


@pytest.fixture(scope="module")
def answered(databases: Databases) -> dict[str, Figures]:
    sets = [
        under_number(number, [Known(event, event.occurred_at_ms) for event in events])
        for number, (events, _) in enumerate(CASES.values())
    ]
    with databases.holding([known for one in sets for known in one.known], dice(1)) as store:
        figures = said_by_store(store, PERIOD)
    assert figures == said_by_witness(sets, Asked(PERIOD))
    return {
        name: {place: counts for place, counts in figures.items() if place[0].startswith(f"{number}/")}
        for number, name in enumerate(CASES)
    }


@pytest.mark.parametrize("case", CASES)
def test_it_is_as_the_page_says(answered: dict[str, Figures], case: str) -> None:
    counts = {name: n for place in answered[case].values() for name, n in place.items() if name not in NOT_ASKED}
    assert counts == CASES[case][1]


def test_a_transfer_moves_a_dossier_out_of_earlier_periods_too(databases: Databases) -> None:
    one = under_number(0, [*recorded(ACCEPTED), *recorded(said(DossierTransferred(to_unit_code="U2"), "2026-05-01"))])
    with databases.holding(one.known, dice(1)) as store:
        assert {unit for unit, _ in said_by_store(store, PERIOD)} == {"0/U2"}
        before = Question(PERIOD.first, PERIOD.last, at("2026-04-01"), None)
        assert {unit for unit, _ in said_by_store(store, before)} == {"0/U1"}


@pytest.mark.parametrize(("known_from", "figures"), [("", IN_TIME), ("2026-03-05", OVERDUE), ("2026-03-09", IN_TIME)])
def test_a_decision_on_a_working_day_counts_from_the_day_on_which_it_is_known(
    databases: Databases, known_from: str, figures: dict[str, int]
) -> None:
    # Received on a Wednesday with three working days: due on Monday, or on Saturday where that is a day of work.
    one = under_number(0, recorded(DAYS, accepted("2026-03-04T00:00", procedure="P1")))
    saturday = "2026-03-07"
    noon_on_sunday = Question(PERIOD.first, PERIOD.last, at("2026-03-08T12:00"), None)
    known = list(one.known)
    if known_from:
        fact = CalendarDayDecided(day=day(saturday), working=True, known_from_day=day(known_from))
        known += recorded(said(fact, "2026-03-04T00:00", subject=saturday))
    with databases.holding(known, dice(1)) as store:
        counts = said_by_store(store, noon_on_sunday)["0/U1", ""]
    assert {name: n for name, n in counts.items() if name not in NOT_ASKED} == figures


def recorded(*events: Event) -> list[Known]:
    return [Known(event, event.occurred_at_ms) for event in events]
