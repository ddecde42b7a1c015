from __future__ import annotations

import pytest

from cchc.api.intake.v1.intake_pb2 import PetitionAnswered, PetitionReceived
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.calendar.periods import parse_period
from cchc.index.count import Count, Missing
from cchc.store.port import Store
from services.report.indicators import indicated
from services.report.petitions import ON_TIME, PROLONGED, SATISFIED
from services.report.question import Question
from tests.integration.report_index.province import LATER_MS, fill, noon, reference, said

QUARTER = parse_period("2026Q3", "calendar")


def received(day: str, due: str = "", code: str = "P1") -> Event:
    """A petition to X1, due at noon."""
    return said(code, PetitionReceived(due_at_ms=noon(due) if due else 0), noon(day))


def answered(day: str, satisfied: bool | None = None, code: str = "P1") -> Event:
    """Answered at noon."""
    return said(code, PetitionAnswered(satisfied=satisfied), noon(day))


def counts(store: Store, *events: Event) -> tuple[object, object, object]:
    """On time, satisfied, prolonged: of X1."""
    fill(store, [*reference(), *events])
    found = indicated(store, Question.ask(store, QUARTER, LATER_MS), [ON_TIME, SATISFIED, PROLONGED]).by_unit["X1"]
    return found[ON_TIME], found[SATISFIED], found[PROLONGED]


JULY = received("07-06", "07-20")


@pytest.mark.parametrize(
    ("events", "on_time", "satisfied", "prolonged"),
    [
        pytest.param([JULY, answered("07-20")], (1, 1), (1, 1), (0, 1), id="answered on the due day"),
        pytest.param([JULY, answered("07-21")], (0, 1), (0, 1), (0, 1), id="answered on the day after"),
        pytest.param([JULY], (0, 1), (0, 1), (1, 1), id="open and overdue"),
        pytest.param([received("09-28", "10-12")], (1, 1), (1, 1), (0, 1), id="open and not yet due"),
        pytest.param([JULY, answered("10-05")], (0, 1), (0, 1), (1, 1), id="answered after the period: open in it"),
        pytest.param([JULY, answered("07-10", False)], (1, 1), (0, 1), (0, 1), id="in time but not satisfied"),
        pytest.param([JULY, answered("07-10", True)], (1, 1), (1, 1), (0, 1), id="in time and satisfied"),
        pytest.param(
            [received("06-29", "07-10"), answered("07-09")], (1, 1), (0, 0), (0, 1), id="received before the period"
        ),
        pytest.param([received("06-01", "06-12"), answered("06-12")], (0, 0), (0, 0), (0, 0), id="over before it"),
    ],
)
def test_a_petition_stands_in_the_period(
    store: Store,
    events: list[Event],
    on_time: tuple[int, int],
    satisfied: tuple[int, int],
    prolonged: tuple[int, int],
) -> None:
    assert counts(store, *events) == (Count(*on_time), Count(*satisfied), Count(*prolonged))


def test_without_any_petition_in_the_log_nothing_is_said(store: Store) -> None:
    assert all(isinstance(found, Missing) for found in counts(store))


def test_a_petition_without_a_due_time_is_neither_late_nor_on_time(store: Store) -> None:
    on_time, satisfied, prolonged = counts(store, received("07-06"), answered("09-20"))
    assert isinstance(on_time, Missing)
    assert isinstance(prolonged, Missing)
    assert satisfied == Count(1, 1)


def test_what_is_taken_back_was_never_said(store: Store) -> None:
    answer = answered("07-10", False)
    gone = said("P1", Retraction(), noon("07-11"), replaces=answer.event_id)
    again = answered("07-12", True)
    assert counts(store, JULY, answer, gone, again) == (Count(1, 1), Count(1, 1), Count(0, 1))


def test_the_same_petition_said_twice_is_one(store: Store) -> None:
    assert counts(store, JULY, JULY, answered("07-10"), answered("07-10"))[0] == Count(1, 1)
