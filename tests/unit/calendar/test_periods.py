"""Periods: the published windows, how officers write them, and that a calendar leaves no gap."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cchc.calendar.periods import ACCEPTED_FORMS, Period, containing, free_window, parse_period
from cchc.calendar.vietnam_time import day_of, start_of_day_ms
from cchc.calendar.windows import PeriodKind, read_window_calendars, window_calendars
from cchc.errors import Corrupt, Refused

MONTH, QUARTER, HALF = PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF
NINE_MONTHS, YEAR = PeriodKind.NINE_MONTHS, PeriodKind.YEAR
TILING = [MONTH, QUARTER, HALF, YEAR]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1000


@pytest.mark.parametrize(
    ("instant", "nd09", "calendar"),
    [
        ("2026-03-14T23:59:59+07:00", "2026Q1 202603", "2026Q1 202603"),
        ("2026-03-15T00:00:00+07:00", "2026Q2 202604", "2026Q1 202603"),
        ("2025-12-15T08:00:00+07:00", "2026Q1 2026", "2025Q4 2025"),
        ("2026-06-30T17:00:00+00:00", "2026Q3", "2026Q3 202607"),
    ],
)
def test_instants_fall_into_the_published_windows(instant: str, nd09: str, calendar: str) -> None:
    for name, expected in (("nd09", nd09), ("calendar", calendar)):
        belongs = {containing(ms(instant), kind, name).id for kind in TILING}
        assert set(expected.split()) <= belongs


@pytest.mark.parametrize(
    ("name", "calendar", "first", "last"),
    [
        ("202601", "nd09", "2025-12-15", "2026-01-14"),
        ("202603", "nd09", "2026-02-15", "2026-03-14"),
        ("2026Q1", "nd09", "2025-12-15", "2026-03-14"),
        ("2026Q2", "nd09", "2026-03-15", "2026-06-14"),
        ("2026Q3", "nd09", "2026-06-15", "2026-09-14"),
        ("2026Q4", "nd09", "2026-09-15", "2026-12-14"),
        ("2026S1", "nd09", "2025-12-15", "2026-06-14"),
        ("2026S2", "nd09", "2026-06-15", "2026-12-14"),
        ("2026M9", "nd09", "2025-12-15", "2026-09-14"),
        ("2026", "nd09", "2025-12-15", "2026-12-14"),
        ("202602", "calendar", "2026-02-01", "2026-02-28"),
        ("202802", "calendar", "2028-02-01", "2028-02-29"),
        ("2026Q1", "calendar", "2026-01-01", "2026-03-31"),
        ("2026S2", "calendar", "2026-07-01", "2026-12-31"),
        ("2026M9", "calendar", "2026-01-01", "2026-09-30"),
        ("2026", "calendar", "2026-01-01", "2026-12-31"),
        ("202108", "vinhphuc", "2021-07-21", "2021-08-20"),
        ("202101", "vinhphuc", "2020-12-21", "2021-01-20"),
        ("2020Q1", "lamdong", "2019-12-01", "2020-02-29"),
    ],
)
def test_a_period_has_the_days_that_its_calendar_says(name: str, calendar: str, first: str, last: str) -> None:
    expected = Period(name, calendar, date.fromisoformat(first), date.fromisoformat(last))
    assert parse_period(name, calendar) == expected


def test_a_period_is_statutory_unless_told_otherwise() -> None:
    assert parse_period("2026Q3").calendar == "nd09"


def test_a_period_begins_and_ends_at_vietnamese_midnight() -> None:
    period = parse_period("2026Q3", "calendar")
    assert period.start_ms == ms("2026-06-30T17:00:00+00:00")
    assert period.end_ms == ms("2026-10-01T00:00:00+07:00")
    assert period.days == 92


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2026Q3", "2026Q3"),
        ("2026q3", "2026Q3"),
        ("2026-Q3", "2026Q3"),
        ("Q3/2026", "2026Q3"),
        ("Quý III/2026", "2026Q3"),
        ("QUÝ III / 2026", "2026Q3"),
        ("quý\u00a0iii/2026\n", "2026Q3"),
        ("quý 3 năm 2026", "2026Q3"),
        ("Quí IV/2026", "2026Q4"),
        ("quy I/2026", "2026Q1"),
        ("Quý Ⅲ/2026", "2026Q3"),
        ("Quý II-2026", "2026Q2"),
        ("202609", "202609"),
        ("09/2026", "202609"),
        ("9/2026", "202609"),
        ("2026-09", "202609"),
        ("2026\u201109", "202609"),
        (" 2026 \u2013 12 ", "202612"),
        ("Tháng 9/2026", "202609"),
        ("tháng 10 năm 2026", "202610"),
        ("2026", "2026"),
        ("Năm 2026", "2026"),
        ("2026S1", "2026S1"),
        ("2026-s2", "2026S2"),
        ("S2/2026", "2026S2"),
        ("6 tháng đầu năm 2026", "2026S1"),
        ("06 THÁNG CUỐI NĂM 2026", "2026S2"),
        ("2026M9", "2026M9"),
        ("M9/2026", "2026M9"),
        ("9 tháng đầu năm 2026", "2026M9"),
        ("09 tháng năm 2026", "2026M9"),
    ],
)
@pytest.mark.parametrize("composition", ["NFC", "NFD"])
def test_officers_may_write_a_period_in_their_own_ways(text: str, name: str, composition: str) -> None:
    written = unicodedata.normalize("NFC" if composition == "NFC" else "NFD", text)
    assert parse_period(written).id == name


def test_every_form_that_the_refusal_offers_is_read() -> None:
    for form in ACCEPTED_FORMS.split(", "):
        parse_period(form)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "Q3", "2026Q5", "2026Q0", "2026S3", "202613", "202600", "13/2026", "0/2026", "20266", "2026M6",
        "Quý V/2026", "quý iiii/2026", "26Q3", "3026", "2026-09-30", "quý này", "2026Q33", "٢٠٢٦", "-2026",
        "2026Q3; 2026Q4",
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_period(text)
    assert refusal.value.code == "period.unreadable"
    for advice in (refusal.value.next_vi, refusal.value.next_en):
        assert "Quý III/2026" in advice
        assert "--from" in advice


def test_an_unknown_calendar_is_refused_with_the_names_that_are_known() -> None:
    with pytest.raises(Refused) as refusal:
        parse_period("2026Q3", "lunar")
    assert refusal.value.code == "period.unknown_calendar"
    assert "nd09, calendar" in refusal.value.next_vi


def test_a_kind_that_a_calendar_lacks_is_refused() -> None:
    with pytest.raises(Refused, match=r"period\.not_in_calendar"):
        parse_period("2026Q3", "vinhphuc")
    with pytest.raises(Refused, match=r"period\.not_in_calendar"):
        containing(0, QUARTER, "vinhphuc")


def test_an_instant_has_no_nine_months() -> None:
    with pytest.raises(Refused, match=r"period\.leaves_gaps"):
        containing(0, NINE_MONTHS)


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("2026Q1", "2025Q4"),
        ("2026Q3", "2026Q2"),
        ("202601", "202512"),
        ("202612", "202611"),
        ("2026S1", "2025S2"),
        ("2026S2", "2026S1"),
        ("2026", "2025"),
        ("1900Q1", "1899Q4"),
    ],
)
@pytest.mark.parametrize("calendar", ["nd09", "calendar"])
def test_the_previous_period_is_the_one_of_the_same_kind_before(name: str, before: str, calendar: str) -> None:
    assert parse_period(name, calendar).previous().id == before


def test_before_nine_months_comes_a_free_window_of_as_many_days() -> None:
    nine_months = parse_period("2026M9")
    assert nine_months.previous() == free_window(date(2025, 3, 16), date(2025, 12, 14))
    assert nine_months.previous().days == nine_months.days == 274


def test_before_a_free_window_comes_one_of_as_many_days() -> None:
    window = free_window(date(2022, 6, 10), date(2022, 9, 10))
    assert window.previous() == free_window(date(2022, 3, 9), date(2022, 6, 9))
    assert window.previous().id is None
    assert window.previous().calendar == "free"


def test_a_free_window_includes_both_days() -> None:
    window = free_window(date(2026, 3, 1), date(2026, 3, 1))
    assert (window.days, window.end_ms - window.start_ms) == (1, 86_400_000)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        free_window(date(2026, 3, 2), date(2026, 3, 1))
    assert refusal.value.code == "period.reversed"
    assert "02/03/2026" in refusal.value.vi


@pytest.mark.parametrize(
    ("first", "last", "recognised"),
    [
        ("2026-06-15", "2026-09-14", True),
        ("2026-07-01", "2026-09-30", True),
        ("2025-12-15", "2026-09-14", True),
        ("2026-01-01", "2026-09-30", True),
        ("2025-12-15", "2026-12-14", True),
        ("2026-02-01", "2026-02-28", True),
        ("2022-06-10", "2022-09-10", False),
        ("2026-06-15", "2026-09-15", False),
        ("2026-04-01", "2026-12-31", False),
        ("2021-07-21", "2021-08-20", False),
        ("2018-04-27", "2018-05-03", False),
    ],
)
def test_a_free_window_is_recognised_when_its_days_are(first: str, last: str, recognised: bool) -> None:
    window = free_window(date.fromisoformat(first), date.fromisoformat(last))
    assert window.is_statutory_or_calendar is recognised


def test_periods_of_calendars_met_in_practice_are_flagged() -> None:
    assert parse_period("2026M9").is_statutory_or_calendar
    assert parse_period("2026", "calendar").is_statutory_or_calendar
    assert not parse_period("202108", "vinhphuc").is_statutory_or_calendar
    assert not parse_period("2020Q1", "lamdong").is_statutory_or_calendar


ALL_KINDS = [
    (calendar.name, kind) for calendar in window_calendars().values() for kind in calendar.kinds if kind in TILING
]
NEAR_CUTS = st.builds(
    lambda day, offset: start_of_day_ms(day) + offset,
    st.dates(date(2000, 1, 1), date(2060, 12, 31)).map(
        lambda day: day.replace(day=(1, 14, 15, 16, 20, 21)[day.day % 6])
    ),
    st.integers(-2, 2),
)
INSTANTS = st.one_of(st.integers(946_684_800_000, 2_900_000_000_000), NEAR_CUTS)


@given(INSTANTS, st.sampled_from(ALL_KINDS))
@example(ms("2025-12-14T17:00:00+00:00"), ("nd09", YEAR))
def test_every_instant_lies_in_exactly_one_period_of_a_kind(instant: int, cut: tuple[str, PeriodKind]) -> None:
    calendar, kind = cut
    period = containing(instant, kind, calendar)
    assert period.start_ms <= instant < period.end_ms
    assert period.first <= day_of(instant) <= period.last
    assert containing(period.start_ms, kind, calendar) == period
    assert containing(period.end_ms - 1, kind, calendar) == period
    assert containing(period.end_ms, kind, calendar).previous() == period
    assert containing(period.start_ms - 1, kind, calendar) == period.previous()


@given(INSTANTS, st.sampled_from(ALL_KINDS))
def test_a_period_is_read_back_from_its_own_name(instant: int, cut: tuple[str, PeriodKind]) -> None:
    period = containing(instant, cut[1], cut[0])
    assert period.id is not None
    assert parse_period(period.id, period.calendar) == period


@given(INSTANTS, st.sampled_from(["nd09", "calendar"]))
def test_months_make_quarters_quarters_make_halves_and_halves_make_years(instant: int, calendar: str) -> None:
    for inner, outer in ((MONTH, QUARTER), (QUARTER, HALF), (HALF, YEAR)):
        whole = containing(instant, outer, calendar)
        parts = [containing(whole.start_ms, inner, calendar)]
        while parts[-1].end_ms < whole.end_ms:
            parts.append(containing(parts[-1].end_ms, inner, calendar))
        assert parts[-1].end_ms == whole.end_ms
        assert len(parts) == inner.per_year // outer.per_year


@given(st.dates(date(1995, 1, 1), date(2060, 1, 1)), st.integers(1, 500))
def test_the_window_before_a_free_window_touches_it(first: date, length: int) -> None:
    window = free_window(first, first + timedelta(days=length - 1))
    before = window.previous()
    assert before.end_ms == window.start_ms
    assert before.days == window.days


FILE = """
[[calendar]]
name = "late"
title = "Muộn"
source = ""
first_day = 10
previous_month = false
kinds = ["month", "year"]
recognised = false
"""


def test_a_calendar_may_begin_its_months_late() -> None:
    late = read_window_calendars(FILE)["late"]
    assert late.window(YEAR, 2026, 1) == (date(2026, 1, 10), date(2027, 1, 9))
    assert late.place(MONTH, date(2026, 1, 9)) == (2025, 12)
    assert late.place(MONTH, date(2026, 1, 10)) == (2026, 1)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("first_day = 10", "first_day = 29"),
        ("first_day = 10", ""),
        ('"month"', '"week"'),
        ("title", "titel"),
        ("[[calendar]]", "[calendar"),
    ],
)
def test_a_broken_file_of_windows_is_reported(good: str, bad: str) -> None:
    assert good in FILE
    with pytest.raises(Corrupt) as report:
        read_window_calendars(FILE.replace(good, bad))
    assert report.value.code == "period.windows_unreadable"
