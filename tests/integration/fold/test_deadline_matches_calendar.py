"""Due times that the store derives, held against the calendar's own arithmetic, hundreds in one query."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from cchc.api.intake.v1.intake_pb2 import DossierAccepted
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.reference.v1.reference_pb2 import (
    LIMIT_UNIT_CALENDAR_DAYS,
    LIMIT_UNIT_SAME_DAY,
    LIMIT_UNIT_WORKING_DAYS,
    LIMIT_UNIT_WORKING_HOURS,
    LimitUnit,
    ProcedureDefined,
)
from cchc.calendar.decisions import DayDecision
from cchc.calendar.vietnam_time import VIETNAM, epoch_day
from cchc.calendar.working_days import LAST_DAY, WorkingCalendar
from cchc.clock import FixedClock
from cchc.dossier.calendar_rows import publish
from cchc.dossier.deadline import STATE, with_due_time
from cchc.dossier.fold import fold
from cchc.errors import Refused
from cchc.log.batch import encode, make_event
from cchc.log.memory import MemoryLog
from cchc.store.port import Parameter, Store
from services.aggregator.consume import Aggregator

NOW = 1_950_000_000_000
"""In 2031, after every receipt."""

DAYS = (
    date(2013, 1, 31),  # before a Tết of nine days
    date(2018, 12, 28),  # 31/12/2018 and 05/01/2019 were swapped
    date(2025, 12, 31),  # 02/01/2026 and 10/01/2026 were swapped, known since 25/12/2025
    date(2026, 1, 1),
    date(2026, 1, 9),
    date(2026, 1, 10),  # a Saturday of work
    date(2026, 2, 13),  # before Tết Bính Ngọ
    date(2026, 2, 17),  # mùng Một
    date(2026, 4, 24),
    date(2026, 8, 28),  # before 2/9
    date(2026, 10, 2),
    date(2026, 10, 3),  # an ordinary Saturday
    date(2026, 10, 4),
    date(2026, 12, 31),
    date(2030, 12, 27),
    date(2030, 12, 31),  # the calendar ends
)
CLOCKS = (
    "00:00",
    "07:00",
    "09:59:59.999",
    "11:30",
    "12:15",
    "13:30",
    "14:59:59.999",
    "15:00",
    "16:59",
    "17:00",
    "23:59:59.999",
)
UNITS = (LIMIT_UNIT_WORKING_DAYS, LIMIT_UNIT_CALENDAR_DAYS, LIMIT_UNIT_WORKING_HOURS, LIMIT_UNIT_SAME_DAY)
LIMITS = (
    *itertools.product((LIMIT_UNIT_WORKING_DAYS, LIMIT_UNIT_CALENDAR_DAYS), (1, 3, 7, 30)),
    *itertools.product((LIMIT_UNIT_WORKING_HOURS,), (1, 4, 8, 9, 40)),
    (LIMIT_UNIT_SAME_DAY, 0),
    (LIMIT_UNIT_SAME_DAY, 5),
)
BEYOND = (
    (LIMIT_UNIT_WORKING_DAYS, 2**31 - 1),
    (LIMIT_UNIT_CALENDAR_DAYS, 2**31 - 1),
    (LIMIT_UNIT_WORKING_HOURS, 2**31 - 1),
    (LIMIT_UNIT_WORKING_DAYS, 0),
    (LIMIT_UNIT_CALENDAR_DAYS, -1),
    (LIMIT_UNIT_WORKING_HOURS, 0),
)
"""Limits that lead out of every calendar, or are none."""

CALENDARS = {
    "all that is known": WorkingCalendar.official(),
    "before the swap of 2026 was known": WorkingCalendar.official(date(2025, 12, 24)),
    "before any decision": WorkingCalendar.official(date(2009, 12, 31)),
    "with decisions of the province": WorkingCalendar.official(
        extra=[
            DayDecision(
                date(2026, 10, 5), working=False, name="Nghỉ bão", decision="1/QĐ", known_from=date(2026, 1, 1)
            ),
            DayDecision(date(2026, 10, 4), working=True, name="Làm bù", decision="1/QĐ", known_from=date(2026, 1, 1)),
            DayDecision(date(2030, 12, 31), working=False, name="Nghỉ", decision="1/QĐ", known_from=date(2026, 1, 1)),
        ]
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier: when it was received, and the limit of its procedure."""

    received_ms: int
    unit: LimitUnit.ValueType
    limit: int
    after_15h_next_day: bool

    @property
    def procedure(self) -> str:
        """A code for this limit."""
        return f"{LimitUnit.Name(self.unit)}-{self.limit}-{self.after_15h_next_day}"

    @property
    def subject(self) -> str:
        """A code for this dossier."""
        return f"{self.procedure}-{self.received_ms}"


def cases() -> Iterator[Case]:
    received = [at(f"{day}T{clock}") for day in DAYS for clock in CLOCKS]
    for number, (ms, moved) in enumerate(itertools.product(received, (False, True))):
        # Each limit meets each day and each clock, though not each pair of them.
        for unit, limit in (*LIMITS[number % 3 :: 3], *BEYOND[number % 5 :: 5]):
            yield Case(ms, unit, limit, moved)


def at(text: str) -> int:
    since = datetime.fromisoformat(text).replace(tzinfo=VIETNAM) - datetime(1970, 1, 1, 7, tzinfo=VIETNAM)
    return since // timedelta(milliseconds=1)


@pytest.mark.parametrize("known", CALENDARS)
def test_a_derived_due_time_is_that_of_the_calendar(store: Store, known: str) -> None:
    asked, calendar = list(cases()), CALENDARS[known]
    take_in(store, [*definitions(asked), *acceptances(asked)])
    answered = derived(store, calendar)
    wrong = {
        (one.subject, expected(one, calendar), answered[one.subject])
        for one in asked
        if answered[one.subject] != expected(one, calendar)
    }
    assert not wrong
    assert len(asked) > 1_500
    assert sum(1 for due, *_ in answered.values() if due) > 1_000


def test_a_receipt_outside_the_calendar_has_no_due_time(store: Store) -> None:
    outside = [Case(at("2009-12-31T23:59:59.999"), LIMIT_UNIT_SAME_DAY, 1, after_15h_next_day=False)]
    outside += [Case(at("2031-01-01T00:00"), unit, 1, after_15h_next_day=True) for unit in UNITS]
    take_in(store, [*definitions(outside), *acceptances(outside)])
    assert set(derived(store, WorkingCalendar.official()).values()) == {(0, int(False), 0, 0, 0), (0, 1, 0, 0, 0)}


def test_the_last_day_of_the_calendar_is_a_day_of_it(store: Store) -> None:
    last = [Case(at(f"{LAST_DAY}T09:00"), LIMIT_UNIT_SAME_DAY, 0, after_15h_next_day=False)]
    last.append(Case(at("2030-12-30T09:00"), LIMIT_UNIT_WORKING_DAYS, 1, after_15h_next_day=False))
    last.append(Case(at(f"{LAST_DAY}T07:00"), LIMIT_UNIT_WORKING_HOURS, 8, after_15h_next_day=False))
    take_in(store, [*definitions(last), *acceptances(last)])
    days = {day for _, _, _, day, _ in derived(store, WorkingCalendar.official()).values()}
    assert days == {epoch_day(LAST_DAY)}


def expected(case: Case, calendar: WorkingCalendar) -> tuple[int, ...]:
    """Due time, whether by instant, whether derived, its day, and when it has passed."""
    in_hours = case.unit == LIMIT_UNIT_WORKING_HOURS
    try:
        due = calendar.due(case.received_ms, case.limit, case.unit, case.after_15h_next_day)
    except Refused as refused:
        if refused.code not in {"calendar.out_of_range", "calendar.bad_limit"}:
            raise
        return (0, int(in_hours), 0, 0, 0)
    assert due.by_instant == in_hours
    day = (due.at_ms + 25_200_000) // 86_400_000
    return (due.at_ms, int(in_hours), 1, day, due.at_ms + (0 if in_hours else 1))


def derived(store: Store, calendar: WorkingCalendar) -> dict[str, tuple[int, ...]]:
    columns = "subject, due_at, due_by_instant, due_derived, due_day, due_passed_at"
    sql = f"SELECT {columns} FROM ({with_due_time(fold(STATE), ('received_at',), derive=True)})"  # noqa: S608 — the product's own
    bound: dict[str, Parameter] = {"as_of": NOW, "given_until": NOW, "calendar": publish(store, calendar)}
    return {subject: tuple(rest) for subject, *rest in store.query(sql, bound).rows}


def definitions(asked: Iterable[Case]) -> list[Event]:
    return [
        make_event(
            ProcedureDefined(
                procedure_code=code,
                limit=one.limit,
                limit_unit=one.unit,
                after_15h_next_day=one.after_15h_next_day,
            ),
            source_system="register",
            subject=code,
            unit_code="",
            occurred_at_ms=at("2010-01-01T00:00"),
        )
        for code, one in {one.procedure: one for one in asked}.items()
    ]


def acceptances(asked: Iterable[Case]) -> list[Event]:
    return [
        make_event(
            DossierAccepted(procedure_code=one.procedure),
            source_system="one-stop",
            subject=one.subject,
            unit_code="U",
            occurred_at_ms=one.received_ms,
        )
        for one in asked
    ]


def take_in(store: Store, events: Sequence[Event]) -> None:
    with MemoryLog(FixedClock(NOW)) as log:
        log.append([encode(events)])
        assert Aggregator(log, store).catch_up() == len(events)
