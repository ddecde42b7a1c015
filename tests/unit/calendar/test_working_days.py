"""The working-day calendar against the official years, the worked examples and a slow writing of itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cchc.api.reference.v1.reference_pb2 import (
    LIMIT_UNIT_CALENDAR_DAYS,
    LIMIT_UNIT_SAME_DAY,
    LIMIT_UNIT_WORKING_DAYS,
    LIMIT_UNIT_WORKING_HOURS,
    LimitUnit,
)
from cchc.calendar.decisions import DayDecision, official, read_official
from cchc.calendar.statutory import statutory_days_off
from cchc.calendar.vietnam_time import VIETNAM, date_of, end_of_day_ms, epoch_day, start_of_day_ms
from cchc.calendar.working_days import FIRST_DAY, LAST_DAY, Due, WorkingCalendar
from cchc.errors import Corrupt, Refused

CALENDAR = WorkingCalendar.official()
DAY = timedelta(days=1)

INNER_DAYS = st.dates(date(2010, 1, 1), date(2029, 12, 31))


def at(day: str, clock: str = "09:00") -> int:
    """Milliseconds UTC of a Vietnamese clock time."""
    moment = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), VIETNAM)
    return int(moment.timestamp()) * 1000


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def weekdays_off(calendar: WorkingCalendar, year: int) -> list[str]:
    every = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [f"{d.day}/{d.month}" for d in every if d.year == year and d.weekday() < 5 and not calendar.is_working(d)]


def weekend_days_worked(calendar: WorkingCalendar, year: int) -> list[str]:
    every = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [f"{d.day}/{d.month}" for d in every if d.year == year and d.weekday() >= 5 and calendar.is_working(d)]


@pytest.mark.parametrize(
    ("year", "off", "worked"),
    [
        (2014, "1/1 28/1 29/1 30/1 31/1 3/2 4/2 5/2 9/4 30/4 1/5 2/5 1/9 2/9", "25/1 8/2 26/4 6/9 27/12"),
        (2019, "1/1 4/2 5/2 6/2 7/2 8/2 15/4 29/4 30/4 1/5 2/9", "5/1 4/5"),
        (2020, "1/1 23/1 24/1 27/1 28/1 29/1 2/4 30/4 1/5 2/9", ""),
        (2021, "1/1 10/2 11/2 12/2 15/2 16/2 21/4 30/4 3/5 2/9 3/9", ""),
        (2022, "3/1 31/1 1/2 2/2 3/2 4/2 11/4 2/5 3/5 1/9 2/9", ""),
        (2023, "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9", ""),
        (2024, "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9", "4/5"),
        (2025, "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9", "26/4"),
        (2026, "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9", "10/1 22/8"),
        (2027, "1/1 4/2 5/2 8/2 9/2 10/2 16/4 30/4 3/5 2/9 3/9", ""),
    ],
)
def test_a_year_has_the_days_off_and_the_make_up_saturdays_that_were_decided(year: int, off: str, worked: str) -> None:
    assert weekdays_off(CALENDAR, year) == off.split()
    assert weekend_days_worked(CALENDAR, year) == worked.split()


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2024-01-01", "2024-12-31", 251),
        ("2025-01-01", "2025-12-31", 250),
        ("2026-01-01", "2026-12-31", 250),
        ("2025-12-15", "2026-03-14", 59),
        ("2026-01-01", "2026-03-31", 58),
        ("2026-03-15", "2026-06-14", 62),
        ("2026-04-01", "2026-06-30", 62),
        ("2026-06-15", "2026-09-14", 64),
        ("2026-07-01", "2026-09-30", 64),
        ("2026-01-10", "2026-01-10", 1),
        ("2026-01-11", "2026-01-10", 0),
        ("2010-01-01", "2010-01-04", 1),
    ],
)
def test_working_days_of_years_and_quarters_are_the_published_ones(first: str, last: str, count: int) -> None:
    assert CALENDAR.working_days(*days(first, last)) == count


@pytest.mark.parametrize(
    ("known_on", "received", "due"),
    [
        (None, "2025-12-31", "2026-01-07"),
        ("2025-12-25", "2025-12-31", "2026-01-07"),
        ("2025-12-24", "2025-12-31", "2026-01-06"),
        (None, "2024-04-26", "2024-05-04"),
        ("2024-04-11", "2024-04-26", "2024-05-03"),
    ],
)
def test_three_working_days_end_as_in_the_worked_examples(known_on: str | None, received: str, due: str) -> None:
    calendar = WorkingCalendar.official(known_on=None if known_on is None else date.fromisoformat(known_on))
    expected = Due(end_of_day_ms(date.fromisoformat(due)), by_instant=False)
    assert calendar.due(at(received), 3, LIMIT_UNIT_WORKING_DAYS) == expected
    assert calendar.add_working_days(date.fromisoformat(received), 3) == date.fromisoformat(due)


def test_before_a_swap_is_announced_neither_its_day_off_nor_its_saturday_is_known() -> None:
    before = WorkingCalendar.official(known_on=date(2025, 12, 24))
    assert before.is_working(date(2026, 1, 2))
    assert not before.is_working(date(2026, 1, 10))
    assert not CALENDAR.is_working(date(2026, 1, 2))
    assert CALENDAR.is_working(date(2026, 1, 10))


def test_without_any_decision_only_the_law_holds() -> None:
    bare = WorkingCalendar.official(known_on=date(2009, 12, 31))
    assert bare.decisions == ()
    assert weekend_days_worked(bare, 2026) == []
    assert weekdays_off(bare, 2026) == [
        "1/1",
        "16/2",
        "17/2",
        "18/2",
        "19/2",
        "20/2",
        "27/4",
        "30/4",
        "1/5",
        "1/9",
        "2/9",
    ]


def test_culture_day_waits_for_its_switch_in_the_file_or_a_fact_in_the_log() -> None:
    culture_day = date(2026, 11, 24)
    assert CALENDAR.is_working(culture_day)
    assert culture_day in {one.day for one in official().pending}
    with_it = WorkingCalendar.official(extra=official().pending)
    assert with_it.name_of(culture_day) == "Ngày Văn hóa Việt Nam"
    assert with_it.working_days(date(2026, 1, 1), date(2026, 12, 31)) == 249


def test_a_day_says_why_it_is_off_or_on() -> None:
    assert CALENDAR.name_of(date(2026, 1, 1)) == "Tết Dương lịch"
    assert CALENDAR.name_of(date(2026, 1, 2)) == "Nghỉ hoán đổi với ngày 10/01/2026"
    assert CALENDAR.name_of(date(2026, 1, 10)) == "Làm bù cho ngày 02/01/2026"
    assert CALENDAR.name_of(date(2026, 4, 26)) == "Ngày Giỗ Tổ Hùng Vương"
    assert CALENDAR.name_of(date(2026, 4, 27)) == "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"
    assert CALENDAR.name_of(date(2026, 1, 11)) == "Nghỉ hằng tuần"
    assert CALENDAR.name_of(date(2026, 1, 12)) is None


def decision(day: str, working: bool, known_from: str, number: str = "TB-1") -> DayDecision:
    return DayDecision(date.fromisoformat(day), working, "Ngày thử", number, date.fromisoformat(known_from))


def test_of_two_decisions_on_a_day_the_one_known_later_counts() -> None:
    off, on = decision("2026-06-01", False, "2026-01-05"), decision("2026-06-01", True, "2026-02-05", "TB-2")
    for order in ([off, on], [on, off], [on, off, off]):
        assert WorkingCalendar.official(extra=order).is_working(date(2026, 6, 1))
        assert not WorkingCalendar.official(date(2026, 2, 4), order).is_working(date(2026, 6, 1))
        assert WorkingCalendar.official(date(2026, 1, 4), order).is_working(date(2026, 6, 1))


def test_a_decision_from_the_log_counts_before_an_official_one_known_on_the_same_day() -> None:
    kept = decision("2026-01-02", True, "2025-12-25")
    assert WorkingCalendar.official(extra=[kept]).is_working(date(2026, 1, 2))
    earlier = decision("2026-01-02", True, "2025-12-24")
    assert not WorkingCalendar.official(extra=[earlier]).is_working(date(2026, 1, 2))


def test_the_order_and_repetition_of_facts_change_neither_the_calendar_nor_its_fingerprint() -> None:
    facts = [
        decision("2026-06-01", False, "2026-01-05"),
        decision("2026-06-01", True, "2026-01-05"),
        decision("2026-06-02", False, "2026-01-06"),
    ]
    one = WorkingCalendar.official(extra=facts)
    other = WorkingCalendar.official(extra=[*reversed(facts), facts[0]])
    assert one == other
    assert one.fingerprint() == other.fingerprint()


def test_the_fingerprint_tells_calendars_apart_by_what_they_know() -> None:
    assert len(CALENDAR.fingerprint()) == 64
    assert CALENDAR.fingerprint() == WorkingCalendar.official(known_on=date(2029, 1, 1)).fingerprint()
    assert CALENDAR.fingerprint() != WorkingCalendar.official(known_on=date(2025, 12, 24)).fingerprint()
    assert CALENDAR.fingerprint() != WorkingCalendar.official(extra=official().pending).fingerprint()


@pytest.mark.parametrize(
    ("received", "clock", "limit", "due"),
    [
        # 30/4 and 1/5/2026 are holidays, 2 and 3/5 a weekend: the last day rolls to Monday.
        ("2026-04-28", "09:00", 2, "2026-05-04"),
        ("2026-04-28", "09:00", 1, "2026-04-29"),
        ("2026-01-05", "23:59", 5, "2026-01-10"),
        ("2026-01-05", "09:00", 6, "2026-01-12"),
        ("2026-01-03", "09:00", 2, "2026-01-05"),
    ],
)
def test_calendar_days_count_every_day_and_roll_off_a_day_of_rest(
    received: str, clock: str, limit: int, due: str
) -> None:
    expected = Due(end_of_day_ms(date.fromisoformat(due)), by_instant=False)
    assert CALENDAR.due(at(received, clock), limit, LIMIT_UNIT_CALENDAR_DAYS) == expected


@pytest.mark.parametrize(
    ("received", "clock", "after_15h", "due"),
    [
        ("2026-01-05", "16:59", False, "2026-01-05"),
        ("2026-01-05", "23:00", False, "2026-01-05"),
        ("2026-01-03", "09:00", False, "2026-01-05"),
        ("2026-01-05", "14:59", True, "2026-01-05"),
        ("2026-01-05", "15:00", True, "2026-01-06"),
        ("2026-01-09", "15:00", True, "2026-01-10"),
    ],
)
def test_same_day_is_due_at_the_end_of_the_first_working_day(
    received: str, clock: str, after_15h: bool, due: str
) -> None:
    expected = Due(end_of_day_ms(date.fromisoformat(due)), by_instant=False)
    assert CALENDAR.due(at(received, clock), 0, LIMIT_UNIT_SAME_DAY, after_15h) == expected


@pytest.mark.parametrize(
    ("received", "clock", "limit", "due", "at_clock"),
    [
        ("2026-01-05", "07:00", 4, "2026-01-05", "11:00"),
        ("2026-01-05", "10:00", 2, "2026-01-05", "14:00"),
        ("2026-01-05", "12:00", 1, "2026-01-05", "14:30"),
        ("2026-01-05", "05:00", 8, "2026-01-05", "17:00"),
        ("2026-01-05", "07:00", 9, "2026-01-06", "08:00"),
        ("2026-01-05", "08:00", 8, "2026-01-06", "08:00"),
        ("2026-01-05", "17:00", 8, "2026-01-06", "17:00"),
        ("2026-01-05", "22:00", 1, "2026-01-06", "08:00"),
        # Friday to the make-up Saturday, and on to Monday.
        ("2026-01-09", "16:00", 2, "2026-01-10", "08:00"),
        ("2026-01-10", "16:00", 2, "2026-01-12", "08:00"),
        # A Sunday counts from Monday's opening.
        ("2026-01-11", "16:00", 4, "2026-01-12", "11:00"),
        ("2026-01-05", "08:30", 40, "2026-01-10", "08:30"),
    ],
)
def test_working_hours_run_in_office_hours_only_and_end_at_an_instant(
    received: str, clock: str, limit: int, due: str, at_clock: str
) -> None:
    expected = Due(at(due, at_clock), by_instant=True)
    assert CALENDAR.due(at(received, clock), limit, LIMIT_UNIT_WORKING_HOURS) == expected


def test_a_limit_that_is_used_up_before_lunch_is_due_then() -> None:
    assert CALENDAR.due(at("2026-01-05", "08:30"), 3, LIMIT_UNIT_WORKING_HOURS).at_ms == at("2026-01-05", "11:30")


@pytest.mark.parametrize(
    ("clock", "limit", "unit", "due"),
    [
        ("14:59", 1, LIMIT_UNIT_WORKING_DAYS, "2026-01-06 23:59:59.999"),
        ("15:00", 1, LIMIT_UNIT_WORKING_DAYS, "2026-01-07 23:59:59.999"),
        ("15:00", 4, LIMIT_UNIT_CALENDAR_DAYS, "2026-01-10 23:59:59.999"),
        ("15:00", 5, LIMIT_UNIT_CALENDAR_DAYS, "2026-01-12 23:59:59.999"),
        ("15:00", 4, LIMIT_UNIT_WORKING_HOURS, "2026-01-06 11:00:00.000"),
    ],
)
def test_what_is_received_from_15_00_counts_as_received_at_the_next_opening(
    clock: str, limit: int, unit: LimitUnit.ValueType, due: str
) -> None:
    found = CALENDAR.due(at("2026-01-05", clock), limit, unit, after_15h_next_day=True)
    moment = datetime.fromtimestamp(found.at_ms // 1000, VIETNAM).replace(microsecond=found.at_ms % 1000 * 1000)
    assert moment.isoformat(" ", "milliseconds").removesuffix("+07:00") == due


def test_the_day_of_receipt_is_the_vietnamese_day() -> None:
    just_before_midnight = start_of_day_ms(date(2026, 1, 6)) - 1
    assert CALENDAR.due(just_before_midnight, 1, LIMIT_UNIT_WORKING_DAYS).at_ms == end_of_day_ms(date(2026, 1, 6))
    assert CALENDAR.due(just_before_midnight + 1, 1, LIMIT_UNIT_WORKING_DAYS).at_ms == end_of_day_ms(date(2026, 1, 7))


@pytest.mark.parametrize("unit", [LimitUnit.LIMIT_UNIT_UNSPECIFIED, 9])
def test_a_limit_in_a_unit_that_is_none_is_refused(unit: LimitUnit.ValueType) -> None:
    with pytest.raises(Refused, match=r"calendar\.bad_limit"):
        CALENDAR.due(at("2026-01-05"), 3, unit)


@pytest.mark.parametrize("day", [FIRST_DAY - DAY, LAST_DAY + DAY])
def test_days_outside_the_calendar_are_refused(day: date) -> None:
    for ask in (CALENDAR.is_working, CALENDAR.name_of, CALENDAR.next_working_day):
        with pytest.raises(Refused) as refusal:
            ask(day)
        assert refusal.value.code == "calendar.out_of_range"
    with pytest.raises(Refused, match=r"calendar\.out_of_range"):
        CALENDAR.add_working_days(day, 0)


def test_a_limit_that_runs_out_of_the_calendar_is_refused() -> None:
    for limit, unit in (
        (400, LIMIT_UNIT_WORKING_DAYS),
        (400, LIMIT_UNIT_CALENDAR_DAYS),
        (4000, LIMIT_UNIT_WORKING_HOURS),
    ):
        with pytest.raises(Refused, match=r"calendar\.out_of_range"):
            CALENDAR.due(at("2030-01-02"), limit, unit)
    with pytest.raises(Refused, match=r"calendar\.out_of_range"):
        CALENDAR.due(at("1969-01-02"), 1, LIMIT_UNIT_WORKING_DAYS)


@pytest.mark.parametrize("unit", [LIMIT_UNIT_WORKING_DAYS, LIMIT_UNIT_CALENDAR_DAYS, LIMIT_UNIT_WORKING_HOURS])
def test_a_limit_of_nothing_is_refused(unit: LimitUnit.ValueType) -> None:
    with pytest.raises(Refused) as refusal:
        CALENDAR.due(at("2026-01-05"), 0, unit)
    assert refusal.value.code == "calendar.bad_limit"
    assert refusal.value.vi
    assert refusal.value.next_vi


def test_an_instant_is_not_taken_for_a_day() -> None:
    with pytest.raises(TypeError):
        CALENDAR.is_working(datetime(2026, 1, 5, tzinfo=VIETNAM))


def naive_nth_working_day(day: date, n: int) -> date:
    while n:
        day += DAY
        n -= CALENDAR.is_working(day)
    return day


@given(INNER_DAYS, st.integers(0, 60))
@example(date(2025, 12, 31), 3)
@example(date(2010, 1, 1), 1)
def test_adding_working_days_agrees_with_going_day_by_day(day: date, n: int) -> None:
    assert CALENDAR.add_working_days(day, n) == naive_nth_working_day(day, n)
    assert CALENDAR.add_working_days(epoch_day(day), n) == naive_nth_working_day(day, n)


@given(INNER_DAYS)
def test_the_next_working_day_is_the_first_on_or_after_the_day(day: date) -> None:
    found = CALENDAR.next_working_day(day)
    assert CALENDAR.is_working(found)
    assert CALENDAR.working_days(day, found) == 1


@given(INNER_DAYS, st.integers(1, 360))
def test_the_count_of_working_days_agrees_with_going_day_by_day(first: date, length: int) -> None:
    every = [first + timedelta(days=n) for n in range(length)]
    assert CALENDAR.working_days(first, first + timedelta(days=length - 1)) == sum(map(CALENDAR.is_working, every))


@given(st.dates(date(2010, 1, 1), date(2028, 1, 1)), st.integers(0, 300), st.integers(1, 40))
def test_the_arrays_give_what_adding_working_days_gives(first: date, ahead: int, n: int) -> None:
    day, last = first + timedelta(days=ahead), first + timedelta(days=ahead + 120)
    index, listed = CALENDAR.working_index(first, last), CALENDAR.working_day_list(first, last)
    assert len(index) == (last - first).days + 1
    assert listed[index[ahead] + n - 1] == epoch_day(CALENDAR.add_working_days(day, n))
    if ahead:
        assert listed[index[ahead - 1]] == epoch_day(CALENDAR.next_working_day(day))


def test_the_arrays_are_of_the_days_after_the_first_up_to_the_last() -> None:
    first, last = date(2026, 1, 1), date(2026, 1, 12)
    assert CALENDAR.working_index(first, last) == [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 6, 7]
    expected = [date(2026, 1, day) for day in (5, 6, 7, 8, 9, 10, 12)]
    assert [date_of(day) for day in CALENDAR.working_day_list(first, last)] == expected
    with pytest.raises(ValueError, match="before"):
        CALENDAR.working_index(last, first)


@given(
    st.datetimes(datetime(2012, 1, 1), datetime(2029, 6, 1)),  # noqa: DTZ001 — hypothesis takes bounds without a zone
    st.integers(1, 100),
    st.booleans(),
)
def test_working_hours_pass_in_office_hours_exactly(moment: datetime, limit: int, after_15h: bool) -> None:
    received = int(moment.replace(tzinfo=VIETNAM, microsecond=0).timestamp()) * 1000
    due = CALENDAR.due(received, limit, LIMIT_UNIT_WORKING_HOURS, after_15h)
    clock_start = received
    local = moment.replace(tzinfo=VIETNAM)
    if after_15h and local.hour >= 15:
        clock_start = start_of_day_ms(CALENDAR.next_working_day(local.date() + DAY))
    assert office_ms(clock_start, due.at_ms) == limit * 3_600_000
    assert office_ms(due.at_ms - 1, due.at_ms) == 1


def office_ms(start: int, end: int) -> int:
    """Office time between two instants, session by session."""
    total, day = 0, datetime.fromtimestamp(start / 1000, VIETNAM).date()
    while start_of_day_ms(day) < end:
        if CALENDAR.is_working(day):
            for opening, closing in (("07:00", "11:30"), ("13:30", "17:00")):
                lower, upper = at(day.isoformat(), opening), at(day.isoformat(), closing)
                total += max(min(end, upper) - max(start, lower), 0)
        day += DAY
    return total


def test_every_swap_that_the_holidays_package_knows_is_in_the_file() -> None:
    import holidays  # noqa: PLC0415 — only this test needs the package's own swaps

    known = holidays.country_holidays("VN", years=range(2010, 2031), language="vi")
    swapped = {day for day, name in known.items() if "thay cho ngày" in name}
    worked = {day for day in known.weekend_workdays if FIRST_DAY <= day <= LAST_DAY}
    decided = {one.day: one.working for one in official().in_force}
    assert swapped
    assert {day for day in swapped if decided.get(day) is not False} == set()
    assert {day for day in worked if decided.get(day) is not True} == set()
    assert not any("thay cho" in name or "Văn hóa" in name for name in statutory_days_off().values())


def test_swaps_in_the_file_come_in_pairs_that_name_each_other() -> None:
    by_day = {one.day: one for one in official().in_force}
    for one in official().in_force:
        if "hoán đổi" in one.name or one.working:
            other = by_day[datetime.strptime(one.name[-10:], "%d/%m/%Y").replace(tzinfo=VIETNAM).date()]
            assert other.name.endswith(one.day.strftime("%d/%m/%Y"))
            assert (other.working, other.decision) == (not one.working, one.decision)
            assert one.known_from < min(one.day, other.day)
            assert one.day.weekday() >= 5 or not one.working


def test_every_official_decision_is_in_the_calendar_and_says_where_it_comes_from() -> None:
    for one in (*official().in_force, *official().pending):
        assert FIRST_DAY <= one.day <= LAST_DAY
        assert one.decision
        assert one.name


FILE = """
version = "1"
[office_hours]
sessions = [[07:00:00, 11:30:00], [13:30:00, 17:00:00]]
[[decision]]
number = "TB-1"
source = ""
known_from = 2026-01-01
status = "in_force"
days = [{ day = 2026-02-02, working = false, name = "Nghỉ" }]
"""


def test_a_file_of_decisions_is_read_as_it_stands() -> None:
    read = read_official(FILE)
    assert read.in_force == (DayDecision(date(2026, 2, 2), False, "Nghỉ", "TB-1", date(2026, 1, 1)),)
    assert read.pending == ()
    assert read.office_hours.length == 8 * 3_600_000


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"in_force"', '"maybe"'),
        ("known_from = 2026-01-01", ""),
        ("known_from = 2026-01-01", "known_from = 2026-01-01T00:00:00"),
        ("day = 2026-02-02", 'day = "2026-02-02"'),
        ("13:30:00, 17:00:00", "11:00:00, 17:00:00"),
        ("[[decision]]", "[[decision]"),
        ('version = "1"', ""),
    ],
)
def test_a_broken_file_of_decisions_is_reported(good: str, bad: str) -> None:
    assert good in FILE
    with pytest.raises(Corrupt) as report:
        read_official(FILE.replace(good, bad))
    assert report.value.code == "calendar.overrides_unreadable"
