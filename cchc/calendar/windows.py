"""Named ways to cut time into months, quarters and years (khung kỳ báo cáo), as ``windows.toml`` has them.

``nd09`` is the statutory one: a month m runs from the 15th of the month before to the 14th of m (Decree 09/2019/NĐ-CP
Art. 12), so the first quarter and the year begin on 15/12 of the year before. ``calendar`` is the civil one.
"""

from __future__ import annotations

import enum
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from types import MappingProxyType
from typing import Any

from cchc.errors import Corrupt, Refused

_LAST_FIRST_DAY = 28


class PeriodKind(enum.StrEnum):
    """How long a period is; the values are those of ``windows.toml``."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine_months"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many months it takes."""
        return _MONTHS[self]

    @property
    def per_year(self) -> int:
        """How many of them a year has: 12, 4, 2, 1, 1."""
        return 12 // self.months


_MONTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF: 6,
    PeriodKind.NINE_MONTHS: 9,
    PeriodKind.YEAR: 12,
}


@dataclass(frozen=True, slots=True)
class WindowCalendar:
    """One way to cut time; the fields are those of ``windows.toml``."""

    name: str
    title: str
    source: str
    first_day: int
    previous_month: bool
    kinds: tuple[PeriodKind, ...]
    recognised: bool

    def window(self, kind: PeriodKind, year: int, ordinal: int) -> tuple[date, date]:
        """First and last day of the ordinal-th (from 1) period of its kind in a year.

        Raises:
            Refused: ``period.not_in_calendar`` when the calendar has no such kind.
        """
        self.require(kind)
        first_month = 12 * year + (ordinal - 1) * kind.months
        return self._start(first_month), self._start(first_month + kind.months) - timedelta(days=1)

    def place(self, kind: PeriodKind, day: date) -> tuple[int, int]:
        """Year and ordinal of the period of the day; it may lie after the nine months. Errors as ``window``."""
        self.require(kind)
        month = 12 * day.year + day.month - 1 + self.previous_month - (day.day < self.first_day)
        return month // 12, min(month % 12 // kind.months + 1, kind.per_year)

    def require(self, kind: PeriodKind) -> None:
        """Raise Refused ``period.not_in_calendar`` when the calendar has no such kind."""
        if kind not in self.kinds:
            has = ", ".join(self.kinds)
            raise Refused(
                "period.not_in_calendar",
                vi=f"Khung kỳ '{self.name}' không có loại kỳ '{kind}'; chỉ có: {has}.",
                en=f"The calendar '{self.name}' has no '{kind}'; it has: {has}.",
                next_vi="Chọn loại kỳ khác, khung kỳ khác (--calendar), hoặc khoảng ngày bất kỳ (--from, --to).",
                next_en="Choose another kind of period, another --calendar, or a free window with --from and --to.",
            )

    def _start(self, month: int) -> date:
        """First day of a month of this calendar, counted from January of year 0."""
        civil = month - self.previous_month
        return date(civil // 12, civil % 12 + 1, self.first_day)


@functools.cache
def window_calendars() -> Mapping[str, WindowCalendar]:
    """The calendars by name, in the order of the file.

    Raises:
        Corrupt: ``period.windows_unreadable`` when the file is not what it should be.
    """
    return read_window_calendars(resources.files(__package__).joinpath("windows.toml").read_text(encoding="utf-8"))


def read_window_calendars(text: str) -> Mapping[str, WindowCalendar]:
    """Read a file of the form of ``windows.toml``. Errors as ``window_calendars``."""
    try:
        calendars = [_calendar(entry) for entry in tomllib.loads(text)["calendar"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise Corrupt(
            "period.windows_unreadable",
            vi=f"Không đọc được tệp khung kỳ windows.toml ({error}).",
            en=f"The file of period calendars, windows.toml, cannot be read ({error}).",
            next_vi="Khôi phục tệp của bản cài đặt, hoặc sửa lại dòng vừa thay đổi.",
            next_en="Restore the file of the installation, or mend the line that was changed.",
        ) from error
    return MappingProxyType({calendar.name: calendar for calendar in calendars})


def window_calendar(name: str) -> WindowCalendar:
    """The calendar of a name.

    Raises:
        Refused: ``period.unknown_calendar``.
    """
    known = window_calendars()
    if name not in known:
        names = ", ".join(known)
        raise Refused(
            "period.unknown_calendar",
            vi=f"Không có khung kỳ '{name}'.",
            en=f"There is no calendar '{name}'.",
            next_vi=f"Chọn một trong: {names}; hoặc dùng khoảng ngày bất kỳ (--from, --to).",
            next_en=f"Choose one of: {names}; or a free window with --from and --to.",
        )
    return known[name]


def _calendar(entry: dict[str, Any]) -> WindowCalendar:
    kinds = tuple(PeriodKind(kind) for kind in entry["kinds"])
    calendar = WindowCalendar(**{**entry, "kinds": kinds})
    if not 1 <= calendar.first_day <= _LAST_FIRST_DAY:
        raise ValueError(f"first_day of {calendar.name!r} must be a day that every month has")
    return calendar
