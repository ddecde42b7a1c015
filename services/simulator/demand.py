"""How many dossiers are filed on which day: weekdays, Tết, the end of the school year, and the evening online."""

from __future__ import annotations

from datetime import date, timedelta

from cchc.calendar.vietnam_time import date_of, epoch_day
from services.simulator.dice import Table
from services.simulator.office import OfficeTime

_WEEKDAYS = (1200, 1080, 1000, 960, 900, 620, 620)
"""Permille of a usual day, Monday first; the last two are swapped working Saturdays and Sundays."""

_OFF_DAY = 90
_TET_DAY = 12
_SCHOOL_SEASON = 1250
_BEFORE_TET = ((2, 520), (5, 950), (12, 1380), (20, 1180))
"""Working days before Tết up to which the permille hold: the rush, then empty counters on the last two days."""

_AFTER_TET = ((3, 340), (8, 620), (18, 1320))

SCHOOL_FIELDS = frozenset({"CHUNG-THUC", "GIAO-DUC"})
SCHOOL_PROCEDURES = frozenset({"1.022635", "1.001193", "1.004884"})
"""What parents need for enrolment: extracts, births; and everything of ``SCHOOL_FIELDS``."""


def is_school_season(day: date) -> bool:
    """Whether files for enrolment and examinations are put together (15 May to 30 June)."""
    return (5, 15) <= (day.month, day.day) <= (6, 30)


def day_weights(first: date, last: date, office: OfficeTime) -> Table[int]:
    """Days of a period (as days since 1970-01-01) with their share of what is filed.

    The office's horizon must reach 60 days beyond the period on both sides.
    """
    tet = _tet_factors(first, last, office)
    return Table([(day, _weight(day, office, tet)) for day in range(epoch_day(first), epoch_day(last) + 1)])


def _weight(day: int, office: OfficeTime, tet: dict[int, int]) -> int:
    when = date_of(day)
    season = _SCHOOL_SEASON if is_school_season(when) else 1000
    base = _WEEKDAYS[when.weekday()] if office.is_working(day) else _OFF_DAY
    return base * season * tet.get(day, 1000) // 1_000_000


def _tet_factors(first: date, last: date, office: OfficeTime) -> dict[int, int]:
    """Permille by day, for the days around each Tết that deviate from a usual day."""
    factors: dict[int, int] = {}
    for year in range(first.year, last.year + 1):
        begin, end = _tet(year, office)
        factors.update(dict.fromkeys(range(begin, end + 1), 1000 * _TET_DAY // _OFF_DAY))
        factors.update(_around(begin - 1, -1, _BEFORE_TET, office))
        factors.update(_around(end + 1, 1, _AFTER_TET, office))
    return factors


def _around(start: int, step: int, factors: tuple[tuple[int, int], ...], office: OfficeTime) -> dict[int, int]:
    found: dict[int, int] = {}
    day, worked = start, 0
    while worked < factors[-1][0]:
        worked += office.is_working(day)
        found[day] = next(permille for until, permille in factors if max(worked, 1) <= until)
        day += step
    return found


def _tet(year: int, office: OfficeTime) -> tuple[int, int]:
    """First and last day of Tết: the longest run of days off between 15 January and 28 February."""
    runs: list[tuple[int, int, int]] = []
    length = 0
    for offset in range(45):
        day = epoch_day(date(year, 1, 15) + timedelta(days=offset))
        length = 0 if office.is_working(day) else length + 1
        runs.append((length, day - length + 1, day))
    _, begin, end = max(runs)
    return begin, end
