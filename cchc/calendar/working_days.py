"""The working-day calendar and the due time of a limit (lịch ngày làm việc, hạn giải quyết).

A day is a working day when the last known decision on it says so; without a decision, when it is Monday to Friday and
not a statutory day off. Calendars are values: the same decisions give the same calendar and the same fingerprint.

Which decisions count by default, and which wait (24/11), is said in ``cchc.calendar.decisions``.

How a limit runs (thời hạn giải quyết):

* The day of receipt is not counted (Civil Code 2015 Art. 147).
* ``WORKING_DAYS`` n: due at the end of the n-th working day after the day of receipt.
* ``CALENDAR_DAYS`` n: due at the end of the n-th day after the day of receipt; when that is not a working day, at the
  end of the next one (Civil Code 2015 Art. 148).
* ``SAME_DAY``: due at the end of the day of receipt; when that is not a working day, of the next one.
* ``WORKING_HOURS`` n: due at the instant at which n office hours have passed since the receipt; outside office hours
  the clock stands. A limit that is used up at closing time is due then, not at the next opening.
* The rule of 15:00, for the procedures that have it: what is received at 15:00 or later counts as received at the
  opening of the next working day. It then excludes *that* day, as any day of receipt.
"""

from __future__ import annotations

import functools
import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cchc.api.reference.v1.reference_pb2 import LimitUnit
from cchc.calendar import decisions as decided
from cchc.calendar.decisions import DayDecision
from cchc.calendar.office_hours import OfficeHours
from cchc.calendar.statutory import FIRST_YEAR, LAST_YEAR, statutory_days_off
from cchc.calendar.vietnam_time import (
    Day,
    clock_ms_at,
    date_of,
    end_of_day_ms,
    epoch_day,
    epoch_day_at,
    start_of_day_ms,
)
from cchc.errors import Refused

FIRST_DAY = date(FIRST_YEAR, 1, 1)
"""First day that the calendar knows."""

LAST_DAY = date(LAST_YEAR, 12, 31)
"""Last day that the calendar knows."""

FIFTEEN_HOURS_MS = 15 * 60 * 60 * 1000
"""Local clock time from which the rule of 15:00 moves a receipt to the next working day."""

HOUR_MS = 60 * 60 * 1000
"""Milliseconds of an hour."""

WEEKLY_REST = "Nghỉ hằng tuần"
"""Name of a Saturday or Sunday that has no other (Labour Code 2019 Art. 111)."""

_SATURDAY = 5
_COUNTED = frozenset(LimitUnit.values()) - {LimitUnit.LIMIT_UNIT_UNSPECIFIED}
_FIRST = epoch_day(FIRST_DAY)
_LAST = epoch_day(LAST_DAY)


@dataclass(frozen=True, slots=True)
class Due:
    """A due time (hạn trả kết quả), in milliseconds UTC.

    Args:
        at_ms: the last millisecond at which a result is on time.
        by_instant: True when it binds to the millisecond (limits in hours); False when to the day.
    """

    at_ms: int
    by_instant: bool


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days from ``FIRST_DAY`` to ``LAST_DAY``. Build it with ``official``.

    Args:
        decisions: the known decisions, sorted; of two on the same day the later in the sequence counts.
        office_hours: hours of a working day.

    Every method that takes a day takes a ``date`` or days since 1970-01-01, both of Asia/Ho_Chi_Minh, and raises
    Refused ``calendar.out_of_range`` when it would have to look outside the calendar.
    """

    decisions: tuple[DayDecision, ...]
    office_hours: OfficeHours

    @classmethod
    def official(cls, known_on: date | None = None, extra: Iterable[DayDecision] = ()) -> WorkingCalendar:
        """The calendar as it was known at the end of a day, or all that is known.

        Args:
            known_on: decisions known later than this day are left out; None = none is left out.
            extra: decisions from the log, in any order, repeated or not.

        Of several decisions on one day, the one that became known last counts; of those that became known on the same
        day, one from the log before an official one, and then the greatest in the order of its fields.
        """
        official = decided.official()
        ranked = {(one.known_from, rank, one) for rank, many in ((0, official.in_force), (1, extra)) for one in many}
        known = sorted(entry for entry in ranked if known_on is None or entry[0] <= known_on)
        return cls(tuple(one for _, _, one in known), official.office_hours)

    def is_working(self, day: Day) -> bool:
        """Whether offices work on the day."""
        return _within(epoch_day(day)) in self._working

    def name_of(self, day: Day) -> str | None:
        """Why the day is off, or on although it is a weekend, in Vietnamese; None for an ordinary working day."""
        number = _within(epoch_day(day))
        decision = self._counting.get(number)
        if decision is not None:
            return decision.name
        weekend = WEEKLY_REST if date_of(number).weekday() >= _SATURDAY else None
        return statutory_days_off().get(date_of(number), weekend)

    def working_days(self, from_: Day, to: Day) -> int:
        """Number of working days from one day to another, both included; 0 when ``to`` lies before ``from_``."""
        first, last = _within(epoch_day(from_)), _within(epoch_day(to))
        before = self._passed[first - _FIRST - 1] if first > _FIRST else 0
        return max(self._passed[last - _FIRST] - before, 0)

    def add_working_days(self, day: Day, n: int) -> date:
        """The n-th working day after the day, which itself is not counted; the day itself for n = 0."""
        return date_of(self._nth_after(epoch_day(day), n))

    def next_working_day(self, day: Day) -> date:
        """The first working day on or after the day."""
        return date_of(self._on_or_after(epoch_day(day)))

    def due(self, received: int, limit: int, unit: LimitUnit.ValueType, after_15h_next_day: bool = False) -> Due:
        """When a result is due; the module says how limits run.

        Args:
            received: instant of receipt, milliseconds UTC.
            limit: how many of the unit, 1 or more; not looked at for ``SAME_DAY``.
            unit: what it is counted in (đơn vị tính thời hạn); ``UNSPECIFIED`` is no limit.
            after_15h_next_day: whether the procedure has the rule of 15:00.

        Raises:
            Refused: ``calendar.bad_limit``, ``calendar.out_of_range``.
        """
        if unit not in _COUNTED or (limit < 1 and unit != LimitUnit.LIMIT_UNIT_SAME_DAY):
            raise _bad_limit(limit)
        day, clock = _within(epoch_day_at(received)), clock_ms_at(received)
        if after_15h_next_day and clock >= FIFTEEN_HOURS_MS:
            day, clock = self._nth_after(day, 1), self.office_hours.opening
        if unit == LimitUnit.LIMIT_UNIT_WORKING_HOURS:
            return Due(self._after_office_time(day, clock, limit * HOUR_MS), by_instant=True)
        return Due(end_of_day_ms(self._due_day(day, limit, unit)), by_instant=False)

    def working_index(self, first: Day, last: Day) -> list[int]:
        """For each day d from first to last, in order, the number of working days in (first, d]: 0 for first itself.

        With ``working_day_list`` of the same range and arrays that count from 1, as ClickHouse's do, the n-th working
        day after a day d is ``list[index[d - first + 1] + n]``, and the first working day on or after d
        is ``list[index[d - first] + 1]`` (d after first).
        """
        start, end = _range(first, last)
        passed = self._passed[start - _FIRST : end - _FIRST + 1]
        return [count - passed[0] for count in passed]

    def working_day_list(self, first: Day, last: Day) -> list[int]:
        """Working days in (first, last], in order, as days since 1970-01-01; see ``working_index``."""
        start, end = _range(first, last)
        return list(self._days[self._passed[start - _FIRST] : self._passed[end - _FIRST]])

    def fingerprint(self) -> str:
        """SHA-256, in hex, of everything that a day or a due time here depends on: what a close writes down."""
        content = {
            "rules": "working-calendar/1",
            "from": FIRST_DAY.isoformat(),
            "to": LAST_DAY.isoformat(),
            "office_hours": self.office_hours.sessions,
            "statutory": [day.isoformat() for day in statutory_days_off()],
            "decisions": [
                [one.day.isoformat(), one.working, one.name, one.decision, one.known_from.isoformat()]
                for one in self.decisions
            ],
        }
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @functools.cached_property
    def _counting(self) -> dict[int, DayDecision]:
        """The decision that counts, by day."""
        return {epoch_day(one.day): one for one in self.decisions}

    @functools.cached_property
    def _days(self) -> tuple[int, ...]:
        """Every working day, in order."""
        off = {epoch_day(day) for day in statutory_days_off()}
        ordinary = (day for day in range(_FIRST, _LAST + 1) if date_of(day).weekday() < _SATURDAY and day not in off)
        decided_on = {day: one.working for day, one in self._counting.items() if _FIRST <= day <= _LAST}
        working = {day for day in ordinary if decided_on.get(day, True)}
        return tuple(sorted(working | {day for day, works in decided_on.items() if works}))

    @functools.cached_property
    def _working(self) -> frozenset[int]:
        return frozenset(self._days)

    @functools.cached_property
    def _passed(self) -> tuple[int, ...]:
        """How many working days there are from ``FIRST_DAY`` to each day, that day included."""
        return tuple(bisect_right(self._days, day) for day in range(_FIRST, _LAST + 1))

    def _nth_after(self, day: int, n: int) -> int:
        if n < 0:
            raise _bad_limit(n)
        if n == 0:
            return _within(day)
        place = self._passed[_within(day) - _FIRST] + n - 1
        if place >= len(self._days):
            raise _out_of_range()
        return self._days[place]

    def _on_or_after(self, day: int) -> int:
        return day if self.is_working(day) else self._nth_after(day, 1)

    def _due_day(self, received: int, limit: int, unit: LimitUnit.ValueType) -> int:
        if unit == LimitUnit.LIMIT_UNIT_WORKING_DAYS:
            return self._nth_after(received, limit)
        return self._on_or_after(received if unit == LimitUnit.LIMIT_UNIT_SAME_DAY else received + limit)

    def _after_office_time(self, day: int, clock: int, limit_ms: int) -> int:
        """The instant at which so much office time has passed since a local clock time of a day."""
        hours = self.office_hours
        start = self._on_or_after(day)
        offset = hours.offset_at(clock) if start == day else 0
        # One less, so that a limit that ends with the day's last session stays in that day.
        days, rest = divmod(offset + limit_ms - 1, hours.length)
        return start_of_day_ms(self._nth_after(start, days)) + hours.clock_at(rest + 1)


def _range(first: Day, last: Day) -> tuple[int, int]:
    start, end = _within(epoch_day(first)), _within(epoch_day(last))
    if end < start:
        raise ValueError("the last day lies before the first")
    return start, end


def _within(day: int) -> int:
    if not _FIRST <= day <= _LAST:
        raise _out_of_range()
    return day


def _out_of_range() -> Refused:
    return Refused(
        "calendar.out_of_range",
        vi=f"Lịch ngày làm việc chỉ có từ năm {FIRST_YEAR} đến hết năm {LAST_YEAR}.",
        en=f"The working-day calendar covers the years {FIRST_YEAR} to {LAST_YEAR} only.",
        next_vi="Kiểm tra lại ngày và thời hạn; nếu đúng, cần bản phần mềm có lịch của năm đó.",
        next_en="Check the date and the limit; if they are right, a version with the calendar of that year is needed.",
    )


def _bad_limit(limit: int) -> Refused:
    return Refused(
        "calendar.bad_limit",
        vi=f"Thời hạn {limit} không hợp lệ.",
        en=f"A limit of {limit} is not a limit.",
        next_vi="Ghi thời hạn là số nguyên từ 1 trở lên, hoặc để trống nếu thủ tục không có thời hạn.",
        next_en="Give a whole number from 1 up, or leave it empty when the procedure has no limit.",
    )
