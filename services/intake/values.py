"""Cell values: what an officer typed, as a value or as the reason why it is none.

Every reader here is pure, takes a ``Cell`` and returns the value, None for a blank cell (unknown), or ``Unreadable``.
None of them raises, whatever the cell holds. Vietnamese habits are the rule: day before month, dots between thousands,
a comma before decimals, có/không/x, and diacritics in either Unicode form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from difflib import get_close_matches
from typing import TypeVar

from cchc.calendar.vietnam_time import VIETNAM
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_MS, LATEST_DUE_MS

T = TypeVar("T")

Cell = str | int | float | bool | date | datetime | None

SHOWN_CHARS = 80
CODE_CHARS = 100
TEXT_CHARS = 1_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
FIRST_DAY = date(1945, 9, 2)
LAST_DAY = date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a cell is no value: a stable code, and what was expected in both languages."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that keeps its row out, with at most 80 characters of what it holds."""

    column: str
    value: str
    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in milliseconds since 1970-01-01T00:00:00Z, and whether only its day was given."""

    at_ms: int
    is_date_only: bool


def cell_error(column: str, cell: Cell, reason: Unreadable) -> CellError:
    """The reason together with where it stands."""
    return CellError(column, shown(cell), reason.code, reason.vi, reason.en)


def shown(cell: Cell) -> str:
    """The cell as text of at most 80 characters on one line, for messages."""
    line = " ".join(text_of(cell).split())
    return line if len(line) <= SHOWN_CHARS else line[: SHOWN_CHARS - 1] + "…"


def text_of(cell: Cell) -> str:
    """The cell as it would be typed: a whole number without decimals or exponent, a date as ISO 8601."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


# --- text and codes -------------------------------------------------------------------------------------------------

_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-"})
_SPACES = re.compile(r"[^\S\t\n\r\v\f\x1c-\x1f\x85\u2028\u2029]")
_FORMULA_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
CODE_NUMBERS_BELOW = 10**15
"""A spreadsheet keeps fifteen digits of a number, and makes zeros of the others."""

_CHANGED = re.compile(r"true|false|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d(?:[.,]\d+)?E\+\d{1,3}", re.ASCII | re.IGNORECASE)
_CODE_CHANGED = Unreadable(
    "cell.code_changed",
    "Excel đã đổi mã này thành số làm tròn (quá 15 chữ số), ngày tháng hoặc TRUE/FALSE; hãy định dạng cột là Văn bản "
    "(Text) rồi nhập lại mã từ hệ thống nguồn.",
    "A spreadsheet has made this code a rounded number (over 15 digits), a date or TRUE/FALSE; format the column as "
    "text, and enter the code again as the source has it.",
)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def plain(cell: Cell) -> str:
    """Text in NFC, trimmed, with every kind of space plain and non-breaking hyphens as hyphens."""
    text = cell if isinstance(cell, str) else text_of(cell)
    if text.isascii():
        return text.strip()
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).translate(_HYPHENS).strip()


def read_code(cell: Cell) -> str | Unreadable | None:
    """A code of a dossier, unit, procedure or field: at most 100 characters, none of them invisible.

    A whole number becomes its digits. Leading zeros that a spreadsheet dropped are not invented, nor are digits that it
    rounded away; what it made a date or a truth value is no code.
    """
    if isinstance(cell, bool | date):
        return _CODE_CHANGED
    text = plain(cell)
    if (isinstance(cell, float) and abs(cell) >= CODE_NUMBERS_BELOW) or _CHANGED.fullmatch(text):
        return _CODE_CHANGED
    return _read_line(text, CODE_CHARS)


def read_text(cell: Cell) -> str | Unreadable | None:
    """A name or a decision number: at most 1,000 characters; line breaks and runs of spaces become one space."""
    return _read_line(" ".join(plain(cell).split()), TEXT_CHARS)


def _read_line(text: str, most: int) -> str | Unreadable | None:
    if not text:
        return None
    if text in _FORMULA_ERRORS:
        return _formula_error(text)
    if len(text) > most:
        return Unreadable(
            "cell.too_long",
            f"Dài {len(text)} ký tự; tối đa {most} ký tự.",
            f"{len(text)} characters long; at most {most} are allowed.",
        )
    return text if text.isascii() and text.isprintable() else _refuse_invisible(text)


def _refuse_invisible(text: str) -> str | Unreadable:
    for place, char in enumerate(text, start=1):
        if char == "\ufffd":
            return Unreadable(
                "cell.damaged_character",
                f"Ký tự thứ {place} đã bị hỏng (�) khi chuyển bảng mã; hãy xuất lại tệp ở dạng UTF-8.",
                f"Character {place} was lost (�) in a change of encoding; export the file again as UTF-8.",
            )
        if unicodedata.category(char) in _INVISIBLE:
            return Unreadable(
                "cell.control_character",
                f"Ký tự thứ {place} không nhìn thấy được (U+{ord(char):04X}); hãy xóa ký tự đó.",
                f"Character {place} is invisible (U+{ord(char):04X}); remove it.",
            )
    return text


def _formula_error(text: str) -> Unreadable:
    return Unreadable(
        "cell.formula_error",
        f"Ô chứa lỗi công thức {text}; hãy sửa công thức hoặc nhập giá trị.",
        f"The cell holds the formula error {text}; mend the formula or type the value.",
    )


# --- yes and no, numbers, words -------------------------------------------------------------------------------------

_BOOLEANS = {"1": True, "true": True, "có": True, "x": True, "0": False, "false": False, "không": False}
_WHOLE = re.compile(r"(-?)(\d{1,18}|\d{1,3}(?:\.\d{3}){1,5})(?:,0+)?", re.ASCII)


def read_boolean(cell: Cell) -> bool | Unreadable | None:
    """1/0, true/false, có/không or x, in any case."""
    text = plain(cell)
    if not text:
        return None
    known = _BOOLEANS.get(text.casefold())
    if known is not None:
        return known
    if text in _FORMULA_ERRORS:
        return _formula_error(text)
    return Unreadable(
        "cell.not_boolean",
        "Cần 1, 0, true, false, có, không hoặc x; để trống nếu chưa biết.",
        "Expected 1, 0, true, false, có, không or x; leave it blank when unknown.",
    )


def read_count(cell: Cell, *, most: int) -> int | Unreadable | None:
    """A whole number from 0 to ``most``, with or without dots between thousands and a comma with zeros (``1.234,00``).

    A dot before three digits is a thousands separator, never a decimal point.
    """
    text = plain(cell)
    if not text:
        return None
    if text in _FORMULA_ERRORS:
        return _formula_error(text)
    found = None if isinstance(cell, float) and not cell.is_integer() else _WHOLE.fullmatch(text)
    value = int(found[1] + found[2].replace(".", "")) if found else -1
    if found is None or not 0 <= value <= most:
        bound = f"{most:,}".replace(",", ".")
        large_vi, large_en = (" hoặc 1.234", " or 1.234 (dot between thousands)") if most >= 1_234 else ("", "")
        return Unreadable(
            "cell.not_count",
            f"Cần số nguyên từ 0 đến {bound}, ví dụ {min(most, 12)}{large_vi}; không có phần thập phân.",
            f"Expected a whole number from 0 to {bound}, for example {min(most, 12)}{large_en}; no decimals.",
        )
    return value


def read_choice(cell: Cell, accepted: Mapping[str, T]) -> T | Unreadable | None:
    """What stands for one of the accepted words, in any case."""
    text = plain(cell)
    if not text:
        return None
    value = accepted.get(text.casefold())
    if value is not None:
        return value
    return _formula_error(text) if text in _FORMULA_ERRORS else not_accepted(text, accepted)


def not_accepted(text: str, accepted: Iterable[str]) -> Unreadable:
    """A word that is none of the accepted ones, with the nearest of them."""
    words = list(accepted)
    near = get_close_matches(text.casefold()[:SHOWN_CHARS], words, n=1)
    hint_vi, hint_en = (f" Có phải là {near[0]}?", f" Did you mean {near[0]}?") if near else ("", "")
    return Unreadable(
        "cell.not_accepted",
        f"Cần một trong: {', '.join(words)}.{hint_vi}",
        f"Expected one of: {', '.join(words)}.{hint_en}",
    )


# --- days and times -------------------------------------------------------------------------------------------------

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
        if text in _FORMULA_ERRORS:
            return _formula_error(text)
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
