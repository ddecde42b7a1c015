"""Tết and the Hùng Kings' day against a second writing of the Vietnamese lunar calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cchc.calendar.working_days import WorkingCalendar

lunar_vn = pytest.importorskip("lunar_vn")


def solar(day: int, month: int, lunar_year: int) -> date:
    found: date = lunar_vn.lunar_to_solar(lunar_vn.LunarDate(day=day, month=month, year=lunar_year))
    return found


@pytest.mark.parametrize("year", range(2010, 2031))
def test_offices_are_closed_around_the_lunar_new_year_and_on_the_tenth_of_the_third_month(year: int) -> None:
    calendar = WorkingCalendar.official()
    new_year, hung_kings = solar(1, 1, year), solar(10, 3, year)
    eve_to_third_day = [new_year + timedelta(days=n) for n in range(-1, 3)]
    assert not any(calendar.is_working(day) for day in eve_to_third_day)
    assert not calendar.is_working(hung_kings)


@pytest.mark.parametrize("year", range(2020, 2028))
def test_tet_takes_the_five_working_days_that_the_decisions_name(year: int) -> None:
    calendar = WorkingCalendar.official()
    near = [solar(1, 1, year) + timedelta(days=n) for n in range(-7, 8)]
    assert sum(day.weekday() < 5 and not calendar.is_working(day) for day in near) == 5
