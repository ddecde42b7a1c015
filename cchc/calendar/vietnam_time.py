"""Milliseconds UTC to days of Asia/Ho_Chi_Minh and back (giờ Việt Nam).

Viet Nam has been at UTC+7 without daylight saving since 1975, so a day is an integer division and needs no time zone
database; a converted day can never depend on the machine that it was converted on.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeAlias

from cchc.errors import Refused

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""UTC+7, fixed."""

OFFSET_MS = 7 * 60 * 60 * 1000
"""What is added to milliseconds UTC to read a Vietnamese clock."""

DAY_MS = 24 * 60 * 60 * 1000
"""Milliseconds of a day."""

_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)

Day: TypeAlias = date | int
"""A day of Asia/Ho_Chi_Minh: a date, or days since 1970-01-01."""


def epoch_day(day: Day) -> int:
    """Days from 1970-01-01 to this day.

    Raises:
        TypeError: for a ``datetime``, whose day depends on a time zone; use ``epoch_day_at`` with its milliseconds.
    """
    if isinstance(day, datetime):
        raise TypeError("a datetime is an instant, not a day; use epoch_day_at(milliseconds)")
    if isinstance(day, date):
        return day.toordinal() - _EPOCH
    return day


def date_of(day: Day) -> date:
    """The date of a day that is given as a date or as days since 1970-01-01.

    Raises:
        Refused: ``calendar.out_of_range`` outside the years 1 to 9999.
    """
    number = epoch_day(day)
    try:
        return date.fromordinal(number + _EPOCH)
    except (ValueError, OverflowError) as error:
        raise Refused(
            "calendar.out_of_range",
            vi=f"Ngày thứ {number} kể từ 01/01/1970 nằm ngoài lịch.",
            en=f"Day {number} since 1970-01-01 is outside any calendar.",
            next_vi="Kiểm tra lại thời điểm: phải là mili giây kể từ 01/01/1970 (UTC).",
            next_en="Check the time: it must be milliseconds since 1970-01-01 UTC.",
        ) from error


def epoch_day_at(ms: int) -> int:
    """Days from 1970-01-01 to the Vietnamese day on which an instant (ms UTC) falls."""
    return (ms + OFFSET_MS) // DAY_MS


def clock_ms_at(ms: int) -> int:
    """Milliseconds since local midnight, 0 … 86 399 999, at an instant (ms UTC)."""
    return (ms + OFFSET_MS) % DAY_MS


def day_of(ms: int) -> date:
    """The Vietnamese day on which an instant (ms UTC) falls. Errors as ``date_of``."""
    return date_of(epoch_day_at(ms))


def clock_at(ms: int) -> datetime:
    """What a Vietnamese clock and calendar show at an instant (ms UTC), to the millisecond."""
    return (_EPOCH_INSTANT + timedelta(milliseconds=ms)).astimezone(VIETNAM)


def start_of_day_ms(day: Day) -> int:
    """First millisecond (UTC) of a Vietnamese day: 00:00:00.000 there."""
    return epoch_day(day) * DAY_MS - OFFSET_MS


def end_of_day_ms(day: Day) -> int:
    """Last millisecond (UTC) of a Vietnamese day: 23:59:59.999 there."""
    return start_of_day_ms(day) + DAY_MS - 1
