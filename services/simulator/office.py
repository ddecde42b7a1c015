"""Office time as a number line, and appointments (giờ hành chính, giấy hẹn).

A *position* is the number of office seconds since the first working day of the horizon opened. Work takes office
time, so what happens next is an addition; nights, weekends, Tết and swapped Saturdays need no further thought.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from cchc.api.reference.v1.reference_pb2 import LIMIT_UNIT_WORKING_DAYS, LIMIT_UNIT_WORKING_HOURS
from cchc.calendar.decisions import official
from cchc.calendar.vietnam_time import (
    DAY_MS,
    OFFSET_MS,
    clock_ms_at,
    date_of,
    end_of_day_ms,
    epoch_day,
    epoch_day_at,
    start_of_day_ms,
)
from cchc.calendar.working_days import Due, WorkingCalendar
from services.simulator.catalogue import Procedure

_LAST_MINUTE = 24 * 60 - 1


class OfficeTime:
    """Instants (ms UTC) to positions and back.

    Args:
        calendar: says which days are worked, and the office hours.
        first: first day of the horizon, inclusive.
        last: last day of the horizon, inclusive.
    """

    def __init__(self, calendar: WorkingCalendar, first: date, last: date) -> None:
        self._first = epoch_day(first) - 1
        days = calendar.working_day_list(self._first, last)
        self._starts_ms = [start_of_day_ms(day) for day in days]
        self._reached = calendar.working_index(self._first, last)
        sessions = [(opening // 1000, closing // 1000) for opening, closing in calendar.office_hours.sessions]
        self.day_seconds = sum(closing - opening for opening, closing in sessions)
        """Office seconds of a day."""
        self._clock_ms = [second * 1000 for opening, closing in sessions for second in range(opening, closing)]
        hours = calendar.office_hours
        self._offsets = [hours.offset_at(minute * 60_000) // 1000 for minute in range(24 * 60)]
        self._windows: dict[int, tuple[int, int]] = {}

    def is_working(self, day: int) -> bool:
        """Whether offices work on the day (days since 1970-01-01)."""
        return self._reached[day - self._first] > self._reached[day - self._first - 1]

    def position(self, at_ms: int) -> int:
        """Office seconds passed at an instant; over nights, weekends and lunch the number stands still."""
        day, clock = divmod(at_ms + OFFSET_MS, DAY_MS)
        index = day - self._first
        passed = self._reached[index]
        if passed == self._reached[index - 1]:
            return passed * self.day_seconds
        minute, second = divmod(clock // 1000, 60)
        offset = self._offsets[minute]
        # Sessions begin and end on whole minutes, so the seconds count where the next minute is an office minute.
        if second and minute < _LAST_MINUTE and self._offsets[minute + 1] > offset:
            offset += second
        return (passed - 1) * self.day_seconds + offset

    def instant(self, position: int) -> int:
        """The instant (ms UTC, whole seconds) at which work at this position is going on."""
        day, offset = divmod(position, self.day_seconds)
        return self._starts_ms[day] + self._clock_ms[offset]

    def day_window(self, at_ms: int) -> tuple[int, int]:
        """Positions of the opening and the closing of the day on which an instant falls."""
        day = epoch_day_at(at_ms)
        if day not in self._windows:
            self._windows[day] = self.position(start_of_day_ms(day)), self.position(end_of_day_ms(day))
        return self._windows[day]


class Appointments:
    """Due times as they were printed on slips: by the calendar that was known on the day of printing."""

    def __init__(self) -> None:
        self._known_from = sorted({epoch_day(decision.known_from) for decision in official().in_force})
        self._calendars: dict[int, WorkingCalendar] = {}
        self._by_day: dict[tuple[str, int, bool], Due | None] = {}

    def due(self, procedure: Procedure, from_ms: int) -> Due | None:
        """When a result is due whose limit starts to run at this instant (ms UTC); None when no limit is known."""
        if procedure.limit_unit == LIMIT_UNIT_WORKING_HOURS:
            return self._reckon(procedure, from_ms)
        afternoon = procedure.after_15h and clock_ms_at(from_ms) >= 15 * 60 * 60 * 1000
        key = (procedure.code, epoch_day_at(from_ms), afternoon)
        if key not in self._by_day:
            self._by_day[key] = self._reckon(procedure, from_ms)
        return self._by_day[key]

    def later(self, due: Due, days: int, told_ms: int) -> Due:
        """A new appointment, so many working days after an old one, as reckoned at an instant (ms UTC)."""
        day = self._calendar(epoch_day_at(told_ms)).add_working_days(epoch_day_at(due.at_ms), days)
        return Due(end_of_day_ms(day), by_instant=False)

    def in_working_days(self, from_ms: int, days: int) -> Due:
        """The due time of a limit in working days."""
        return self._calendar(epoch_day_at(from_ms)).due(from_ms, days, LIMIT_UNIT_WORKING_DAYS)

    def _reckon(self, procedure: Procedure, from_ms: int) -> Due | None:
        if not procedure.limit_unit:
            return None
        calendar = self._calendar(epoch_day_at(from_ms))
        return calendar.due(from_ms, procedure.limit, procedure.limit_unit, procedure.after_15h)

    def _calendar(self, day: int) -> WorkingCalendar:
        known = bisect_right(self._known_from, day)
        if known not in self._calendars:
            self._calendars[known] = WorkingCalendar.official(known_on=date_of(day))
        return self._calendars[known]
