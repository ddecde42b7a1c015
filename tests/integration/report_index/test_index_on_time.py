from __future__ import annotations

import pytest

from cchc.api.intake.v1.intake_pb2 import (
    DUE_BASIS_DAY,
    DUE_BASIS_INSTANT,
    DUE_BASIS_UNSPECIFIED,
    DossierAccepted,
    DossierDeclined,
    DossierWithdrawn,
    FeedbackGiven,
    PetitionReceived,
)
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import (
    DossierReturned,
    DossierStopped,
    ResultDelivered,
    SupplementProvided,
    SupplementRequested,
)
from cchc.calendar.periods import parse_period
from cchc.calendar.vietnam_time import end_of_day_ms
from cchc.index.count import Count, Missing
from cchc.store.port import Store
from services.report.index_on_time import LATE_OR_COMPLAINED, ON_TIME
from services.report.indicators import indicated
from services.report.question import Question
from tests.integration.report_index.province import LATER_MS, NOON_MS, accepted, fill, noon, reference, resolved, said

QUARTER = parse_period("2026Q3", "calendar")

DUE_IN_JULY = accepted("H1", "07-06", "07-10")
DUE_AFTER = accepted("H1", "09-28", "10-05")
DUE_LAST_DAY = accepted("H1", "09-24", "09-30")


def asked(day: str, ordinal: int = 1) -> Event:
    """A supplement was requested at noon."""
    return said("H1", SupplementRequested(ordinal=ordinal), noon(day))


def provided(day: str, due: str = "") -> Event:
    """It came at noon, with a new due time or without."""
    due_at_ms = end_of_day_ms((noon(due) + 7 * 3_600_000) // 86_400_000) if due else 0
    return said(
        "H1",
        SupplementProvided(due_at_ms=due_at_ms, due_basis=DUE_BASIS_DAY if due else DUE_BASIS_UNSPECIFIED),
        noon(day),
    )


def by_instant(hour: int) -> Event:
    """Due on 10 July at an hour, to the millisecond."""
    due_at_ms = noon("07-10") - NOON_MS + hour * 3_600_000
    return said("H1", DossierAccepted(due_at_ms=due_at_ms, due_basis=DUE_BASIS_INSTANT), noon("07-06"))


def judged(store: Store, *events: Event, as_of_ms: int = LATER_MS) -> Count | Missing | object:
    """What 2.1 counts of X1."""
    fill(store, [*reference(), *events])
    return indicated(store, Question.ask(store, QUARTER, as_of_ms), [ON_TIME]).by_unit["X1"][ON_TIME]


IN_TIME, LATE, NOT_COUNTED = Count(1, 1), Count(0, 1), Count(0, 0)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([DUE_IN_JULY, resolved("H1", "07-10")], IN_TIME, id="resolved on the due day"),
        pytest.param([DUE_IN_JULY, resolved("H1", "07-11")], LATE, id="resolved on the day after"),
        pytest.param([by_instant(12), resolved("H1", "07-10")], IN_TIME, id="resolved at the due instant"),
        pytest.param([by_instant(11), resolved("H1", "07-10")], LATE, id="resolved after the due instant of that day"),
        pytest.param([DUE_IN_JULY], LATE, id="pending and overdue is late"),
        pytest.param([DUE_AFTER], IN_TIME, id="pending and not yet due is in time"),
        pytest.param([DUE_LAST_DAY], LATE, id="pending at the end of its due day is overdue"),
        pytest.param([DUE_AFTER, resolved("H1", "10-06")], IN_TIME, id="resolved after the period was pending in it"),
        pytest.param(
            [DUE_IN_JULY, resolved("H1", "07-13"), said("H1", ResultDelivered(), noon("07-09"))],
            LATE,
            id="resolved goes before delivered",
        ),
        pytest.param(
            [DUE_IN_JULY, said("H1", ResultDelivered(), noon("07-09"))],
            IN_TIME,
            id="delivered ends it when nobody resolved",
        ),
        pytest.param(
            [DUE_IN_JULY, resolved("H1", "07-09"), said("H1", DossierWithdrawn(), noon("07-13"))],
            IN_TIME,
            id="resolved goes before withdrawn",
        ),
        pytest.param([DUE_IN_JULY, said("H1", DossierWithdrawn(), noon("07-09"))], IN_TIME, id="withdrawn in time"),
        pytest.param([DUE_IN_JULY, said("H1", DossierStopped(), noon("07-11"))], LATE, id="stopped too late"),
        pytest.param([DUE_IN_JULY, said("H1", DossierReturned(), noon("07-10"))], IN_TIME, id="returned in time"),
        pytest.param([DUE_IN_JULY, asked("07-09")], IN_TIME, id="waiting for the supplement since before the due day"),
        pytest.param([DUE_IN_JULY, asked("07-11")], LATE, id="asked for a supplement when it was late already"),
        pytest.param(
            [DUE_IN_JULY, asked("07-06")], LATE, id="a request of the receipt's own time says no time and ends nothing"
        ),
        pytest.param([DUE_AFTER, asked("09-29"), asked("09-30", 2)], LATE, id="asked twice is late"),
        pytest.param([DUE_AFTER, asked("09-29"), asked("10-02", 2)], IN_TIME, id="asked again only after the period"),
        pytest.param(
            [DUE_IN_JULY, asked("07-08"), provided("07-13"), resolved("H1", "07-15")],
            IN_TIME,
            id="five days of the applicant are taken off",
        ),
        pytest.param(
            [DUE_IN_JULY, asked("07-08"), provided("07-13"), resolved("H1", "07-16")],
            LATE,
            id="and no more than those",
        ),
        pytest.param(
            [DUE_IN_JULY, asked("07-08"), provided("07-13", "07-20"), resolved("H1", "07-21")],
            LATE,
            id="with a new due time nothing is taken off",
        ),
        pytest.param(
            [DUE_IN_JULY, asked("07-08"), provided("07-13", "07-20"), resolved("H1", "07-20")],
            IN_TIME,
            id="the new due time counts",
        ),
        pytest.param(
            [said("H1", DossierDeclined(), noon("07-07"))], Missing, id="declined only: no acceptance is known at all"
        ),
        pytest.param(
            [DUE_IN_JULY, said("H1", DossierDeclined(), noon("07-07"))], NOT_COUNTED, id="declined is in no total"
        ),
        pytest.param(
            [accepted("H1", "06-08", "06-12"), resolved("H1", "06-12")], NOT_COUNTED, id="over before the period"
        ),
        pytest.param([accepted("H1", "10-01", "10-08")], NOT_COUNTED, id="received after the period"),
    ],
)
def test_a_dossier_is_judged_as_decision_766_says(
    store: Store, events: list[Event], expected: Count | type[Missing]
) -> None:
    found = judged(store, *events)
    assert isinstance(found, Missing) if expected is Missing else found == expected


def test_a_pending_dossier_is_judged_at_the_time_of_the_question(store: Store) -> None:
    before_the_end_of_the_due_day = noon("09-30")
    fill(store, [*reference(), DUE_LAST_DAY], known_ms=noon("09-29"))
    question = Question.ask(store, QUARTER, before_the_end_of_the_due_day)
    assert indicated(store, question, [ON_TIME]).by_unit["X1"][ON_TIME] == IN_TIME


def test_without_a_due_time_the_limit_of_the_procedure_gives_one(store: Store) -> None:
    assert judged(store, accepted("H1", "07-06"), resolved("H1", "07-13")) == IN_TIME


def test_without_a_due_time_and_a_limit_nothing_can_be_judged(store: Store) -> None:
    found = judged(store, accepted("H1", "07-06", procedure="9.999999"), resolved("H1", "07-13"))
    assert isinstance(found, Missing)
    assert "hạn xử lý" in found.reason


def complained(store: Store, *events: Event) -> Count | Missing | object:
    """What 5.4 counts of X1, of two dossiers, one of them late."""
    dossiers = [DUE_IN_JULY, resolved("H1", "07-13"), accepted("H2", "07-06", "07-10"), resolved("H2", "07-10")]
    fill(store, [*reference(), *dossiers, *events])
    return indicated(store, Question.ask(store, QUARTER, LATER_MS), [LATE_OR_COMPLAINED]).by_unit["X1"][
        LATE_OR_COMPLAINED
    ]


def test_satisfaction_without_any_rating_or_petition_is_missing(store: Store) -> None:
    assert isinstance(complained(store), Missing)


@pytest.mark.parametrize(
    ("fact", "n"),
    [
        (said("H2", FeedbackGiven(rating=5), noon("07-12")), 1),
        (said("H2", FeedbackGiven(rating=2), noon("07-12")), 2),
        (said("H2", FeedbackGiven(complaint_upheld=True), noon("07-12")), 2),
        (said("P1", PetitionReceived(dossier_code="H2"), noon("07-12")), 2),
        (said("P1", PetitionReceived(), noon("07-12")), 1),
        (said("H1", FeedbackGiven(rating=1), noon("07-14")), 2),
    ],
)
def test_dissatisfaction_adds_to_the_late_dossiers(store: Store, fact: Event, n: int) -> None:
    assert complained(store, fact) == Count(n, 2)
