"""Cell values: what an officer typed, as a value or as the reason why it is none.

Every reader here is pure, takes a ``Cell`` and returns the value, None for a blank cell (unknown), or ``Unreadable``.
None of them raises, whatever the cell holds. Vietnamese habits are the rule: day before month, dots between thousands,
a comma before decimals, có/không/x, and diacritics in either Unicode form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import TypeVar

from cchc.recording.personal_data import personal_in_code, personal_in_text

T = TypeVar("T")

Cell = str | int | float | bool | date | datetime | None

SHOWN_CHARS = 80
HIDDEN = "•••"
MOST_NAMES = 6
"""Words of a person's name."""
CODE_CHARS = 100
TEXT_CHARS = 1_000


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


def cell_error(column: str, cell: Cell, reason: Unreadable) -> CellError:
    """The reason together with where it stands. What looks like personal data is not repeated."""
    value = HIDDEN if reason.code == "cell.personal_data" else shown(cell)
    return CellError(column, value, reason.code, reason.vi, reason.en)


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
_DASHES = str.maketrans(dict.fromkeys("\u2012\u2013\u2014\u2015\u2212", "-"))
"""What an editor makes of a hyphen that was typed: in a code, the same. In a text it may be meant."""
_SPACES = re.compile(r"[^\S\t\n\r\v\f\x1c-\x1f\x85\u2028\u2029]")
WITHOUT_VALUE = "#NOVALUE!"
"""What a cell is read as that has a formula and no value: the software that wrote it has not computed it."""
FORMULA_ERRORS = frozenset(
    {
        *(WITHOUT_VALUE, "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"),
        *("#SPILL!", "#CALC!"),
    }
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


def plain_code(cell: Cell) -> str:
    """A code as ``plain`` has it, with every kind of dash as a hyphen: ``Q–2`` and ``Q-2`` are one code."""
    text = plain(cell)
    return text if text.isascii() else text.translate(_DASHES)


def read_code(cell: Cell) -> str | Unreadable | None:
    """A code of a dossier, unit, procedure or field: at most 100 characters, none invisible, nothing personal.

    A whole number becomes its digits. Leading zeros that a spreadsheet dropped are not invented, nor are digits that it
    rounded away; what it made a date or a truth value is no code.
    """
    if isinstance(cell, bool | date):
        return _CODE_CHANGED
    text = plain_code(cell)
    if (isinstance(cell, float) and abs(cell) >= CODE_NUMBERS_BELOW) or _CHANGED.fullmatch(text):
        return _CODE_CHANGED
    return _impersonal(_read_line(text, CODE_CHARS), personal_in_code)


def read_dossier_code(cell: Cell) -> str | Unreadable | None:
    """The code of a dossier, as ``read_code``; several words, all of letters and capitalised, are somebody's name."""
    read = read_code(cell)
    return read if isinstance(read, Unreadable) else _impersonal(read, _name_in_code)


def _name_in_code(code: str) -> tuple[str, str] | None:
    words = code.split()
    is_name = 2 <= len(words) <= MOST_NAMES and all(word.isalpha() and word[0].isupper() for word in words)
    return ("họ tên người", "a person's name") if is_name else None


def read_text(cell: Cell) -> str | Unreadable | None:
    """A name or a decision number: at most 1,000 characters; line breaks and runs of spaces become one space."""
    return _impersonal(_read_line(" ".join(plain(cell).split()), TEXT_CHARS), personal_in_text)


def _impersonal(
    read: str | Unreadable | None, personal_in: Callable[[str], tuple[str, str] | None]
) -> str | Unreadable | None:
    """What was read, unless it looks like personal data (Luật 91/2025/QH15): nothing is ever deleted from the log."""
    found = personal_in(read) if isinstance(read, str) else None
    if found is None:
        return read
    return Unreadable(
        "cell.personal_data",
        f"Giống {found[0]}; không nhập dữ liệu cá nhân. Hãy xóa khỏi ô; nếu là mã thật, thêm tiền tố HS- vào mã, hoặc "
        "lấy lại đủ các số 0 ở đầu mã mà Excel đã bỏ.",
        f"This looks like {found[1]}; import no personal data. Take it out of the cell; give a genuine code the "
        "prefix HS-, or the leading zeros back that a spreadsheet dropped.",
    )


def _read_line(text: str, most: int) -> str | Unreadable | None:
    if not text:
        return None
    if text in FORMULA_ERRORS:
        return formula_error(text)
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


def formula_error(text: str) -> Unreadable:
    """Why a formula without a value, or with an error for one, is no value."""
    if text == WITHOUT_VALUE:
        return Unreadable(
            "cell.formula_without_value",
            "Ô có công thức chưa được tính; hãy mở tệp bằng Excel, tính lại rồi lưu, hoặc dán thành giá trị.",
            "The cell holds a formula that was never computed; open the file in Excel and save it, or paste values.",
        )
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
    if text in FORMULA_ERRORS:
        return formula_error(text)
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
    if text in FORMULA_ERRORS:
        return formula_error(text)
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
    return formula_error(text) if text in FORMULA_ERRORS else not_accepted(text, accepted)


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
