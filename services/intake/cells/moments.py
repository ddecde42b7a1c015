"""Days and times as an officer typed them: day before month, with or without a clock, in a zone or with an offset.

Readers as in ``services.intake.cells.values``: pure, None for a blank cell, ``Unreadable`` for what is no day or time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from cchc.calendar.vietnam_time import VIETNAM
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_MS, LATEST_DUE_MS
from services.intake.cells.values import FORMULA_ERRORS, Cell, Unreadable, formula_error, plain

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
FIRST_DAY = date(1945, 9, 2)
LAST_DAY = date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in milliseconds since 1970-01-01T00:00:00Z, and whether only its day was given."""

    at_ms: int
    is_date_only: bool


_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,12}))?)?"
_OFFSET = r"(?:\s?(?P<offset>Z|[+-]\d\d(?::?\d\d)?))?"
_ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)(?:[T ]\s*{_CLOCK}{_OFFSET})?", re.ASCII)
_DAY_FIRST = re.compile(
    rf"(?P<day>\d{{1,2}})(?P<mark>[/-])(?P<month>\d{{1,2}})(?P=mark)(?P<year>\d{{4}})(?:[T ]\s*{_CLOCK}{_OFFSET})?",
    re.ASCII,
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)

_NOT_TIME = Unreadable(
    "cell.not_time",
    "Cần ngày có thật, ngày trước tháng sau: 31/12/2025, 31/12/2025 08:30 hoặc 2025-12-31T08:30:00+07:00.",
    "Expected a date that exists, day before month: 31/12/2025, 31/12/2025 08:30 or 2025-12-31T08:30:00+07:00.",
)
_SERIAL_NUMBER = Unreadable(
    "cell.not_time",
    "Đây là số thứ tự ngày của Excel; hãy định dạng cột thành ngày tháng, ví dụ 31/12/2025.",
    "This is a day number of Excel; format the column as a date, for example 31/12/2025.",
)
_OUT_OF_RANGE_PAST = Unreadable(
    "cell.time_out_of_range",
    "Cần thời điểm từ 01/01/1990 đến bây giờ (không quá 5 phút sau giờ máy chủ).",
    "Expected a time from 01/01/1990 until now (at most 5 minutes after the server's clock).",
)
_OUT_OF_RANGE_DUE = Unreadable(
    "cell.time_out_of_range",
    "Cần hạn trả từ 01/01/1990 đến 31/12/2100.",
    "Expected a due time from 01/01/1990 to 31/12/2100.",
)
_NO_SUCH_HOUR = Unreadable(
    "cell.time_ambiguous",
    "Giờ này không có hoặc lặp lại hai lần ở múi giờ của tệp do đổi giờ mùa hè; hãy ghi kèm múi giờ, ví dụ +07:00.",
    "This hour is absent or happens twice in the file's time zone (daylight saving); write its offset, like +07:00.",
)
_NOT_DAY = Unreadable(
    "cell.not_day",
    "Cần ngày có thật, không kèm giờ, từ 02/09/1945 đến 31/12/2100, ví dụ 31/12/2025 hoặc 2025-12-31.",
    "Expected a date that exists, without a time, from 02/09/1945 to 31/12/2100, for example 31/12/2025 or 2025-12-31.",
)


def read_past_moment(cell: Cell, *, now_ms: int, zone: tzinfo = VIETNAM) -> Moment | Unreadable | None:
    """When something happened: from 1990 to 5 minutes after now. A bare date is the start of its day in the zone.

    Args:
        cell: ISO 8601 or day first, with or without an offset; or a date of a workbook.
        now_ms: milliseconds since 1970-01-01T00:00:00Z.
        zone: where a time without an offset was written down.
    """
    read = _read_moment(cell, zone, time(0))
    if isinstance(read, Moment) and not EARLIEST_MS <= read.at_ms <= now_ms + CLOCK_TOLERANCE_MS:
        return _OUT_OF_RANGE_PAST
    return read


def read_due_moment(cell: Cell, *, zone: tzinfo = VIETNAM) -> Moment | Unreadable | None:
    """When something is due: from 1990 to 2100. A bare date is the end of its day, 23:59:59.999 in the zone."""
    read = _read_moment(cell, zone, time(23, 59, 59, 999_000))
    if isinstance(read, Moment) and not EARLIEST_MS <= read.at_ms <= LATEST_DUE_MS:
        return _OUT_OF_RANGE_DUE
    return read


def read_day(cell: Cell) -> int | Unreadable | None:
    """A day in days since 1970-01-01, from 1945-09-02 to 2100-12-31."""
    read = _written_time(cell)
    if read is None:
        return None
    if isinstance(read, Unreadable):
        return _NOT_DAY if read is _NOT_TIME else read
    if isinstance(read, datetime) or not FIRST_DAY <= read <= LAST_DAY:
        return _NOT_DAY
    return (read - EPOCH_DAY).days


def _read_moment(cell: Cell, zone: tzinfo, bare: time) -> Moment | Unreadable | None:
    read = _written_time(cell)
    if read is None or isinstance(read, Unreadable):
        return read
    # Outside this span no zone conversion is attempted: it would overflow at the ends of the calendar.
    if not 1988 < read.year < 2102:
        return Moment(EARLIEST_MS - 1 if read.year < 1990 else LATEST_DUE_MS + 1, is_date_only=False)
    if not isinstance(read, datetime):
        return Moment(_milliseconds(datetime.combine(read, bare, tzinfo=zone)), is_date_only=True)
    if read.tzinfo is not None:
        return Moment(_milliseconds(read), is_date_only=False)
    if not _is_plain_hour(read, zone):
        return _NO_SUCH_HOUR
    return Moment(_milliseconds(read.replace(tzinfo=zone)), is_date_only=False)


def _is_plain_hour(written: datetime, zone: tzinfo) -> bool:
    if isinstance(zone, timezone):
        return True
    first = written.replace(tzinfo=zone, fold=0)
    return first.utcoffset() == first.replace(fold=1).utcoffset()


def _milliseconds(when: datetime) -> int:
    return (when - EPOCH) // timedelta(milliseconds=1)


def _written_time(cell: Cell) -> date | datetime | Unreadable | None:
    """What was written: a date alone, or a date with a time, which has an offset when one was written."""
    if isinstance(cell, datetime | date):
        return cell
    text = plain(cell)
    if not text:
        return None
    found = _ISO.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if found is None:
        if text in FORMULA_ERRORS:
            return formula_error(text)
        return _SERIAL_NUMBER if _SERIAL.fullmatch(text) else _NOT_TIME
    try:
        return _built(found)
    except ValueError:  # a day, an hour or an offset that does not exist
        return _NOT_TIME


def _built(found: re.Match[str]) -> date | datetime:
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    if found["hour"] is None:
        return day
    # Digits under the millisecond are cut, not rounded: a rounded time could fall on the next day.
    millisecond = int((found["fraction"] or "0").ljust(3, "0")[:3])
    clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0), millisecond * 1000)
    return datetime.combine(day, clock, tzinfo=_offset(found["offset"]))


def _offset(written: str | None) -> tzinfo | None:
    if written is None:
        return None
    if written == "Z":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise ValueError(written)
    amount = timedelta(hours=hours, minutes=minutes)
    return timezone(-amount if written[0] == "-" else amount)
