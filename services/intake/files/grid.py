"""A table as a file has it: a header, and rows that know the line on which they start.

What a file may hold is decided here once for CSV and workbooks: how header names are compared, which columns must be
there, and how a row of the wrong length is taken.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cchc.errors import Refused
from services.intake.cells.values import Cell, CellError, Unreadable, cell_error, text_of

REJECT_COLUMNS = ("Dòng bị từ chối", "Cột lỗi", "Giá trị lỗi", "Mã lỗi", "Cách sửa")
"""What a file of rejected rows has behind the file's own columns; a header with the first of them is of such a file."""

HINTED_LINES = 20
"""Lines under the first that are looked at for a header that stands further down."""

WHOLE_ROW = ""
"""The column of an error that is against a row as a whole."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was assumed about a file, to tell whoever imports it."""

    code: str
    vi: str
    en: str


class TableRow(NamedTuple):
    """A row, with as many cells as the header; ``line`` is the physical line on which it starts, from 1.

    A row that could not be taken apart has blank cells and says why in ``error``; ``raw`` is then what stands there.
    """

    line: int
    cells: Sequence[Cell]
    error: CellError | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Going through ``rows`` reads the file; it can be done again, and nothing is open before or after.

    ``header`` has names in NFC, trimmed, as they were written; ``delimiter`` is None for a workbook.
    """

    header: tuple[str, ...]
    rows: Iterable[TableRow]
    notes: tuple[Note, ...] = ()
    delimiter: str | None = None

    def column(self, name: str) -> int | None:
        """Where the column stands, from 0; names are compared without regard to case or Unicode form."""
        wanted = header_key(name)
        return next((place for place, written in enumerate(self.header) if header_key(written) == wanted), None)


def header_name(cell: Cell) -> str:
    """A header cell in NFC, with runs of spaces and line breaks as one space."""
    return " ".join(unicodedata.normalize("NFC", "" if cell is None else str(cell)).strip("\ufeff").split())


def header_key(name: str) -> str:
    """What two header names have in common when they name the same column."""
    return unicodedata.normalize("NFC", header_name(name).casefold())


def places_of(names: Iterable[str], header: Sequence[Cell]) -> tuple[int, ...]:
    """Where the named columns stand in a header, from 0; those that it lacks are left out."""
    keys = [header_key(header_name(cell)) for cell in header]
    return tuple(keys.index(key) for key in map(header_key, names) if key in keys)


def check_header(
    header: Sequence[str],
    required: Sequence[str],
    optional: Iterable[str],
    file_name: str,
    below: Iterable[tuple[int, Sequence[Cell]]] = (),
) -> None:
    """Refuse a header in which a required column is missing, or any wanted column stands twice.

    Args:
        header: the names in the first row with something in it.
        required: columns that must be there.
        optional: columns that may be there, once.
        file_name: for the message.
        below: lines under it with their numbers, looked at when columns are missing: the header may stand lower.

    Raises:
        Refused: ``import.missing_columns``, ``import.duplicate_columns``.
    """
    present = Counter(map(header_key, header))
    missing = [name for name in required if header_key(name) not in present]
    if missing:
        found = ", ".join(name for name in header if name)[:500]
        lower = next((line for line, cells in below if len(places_of(required, cells)) == len(required)), None)
        raise Refused(
            "import.missing_columns",
            vi=f"Tệp {file_name} thiếu cột: {', '.join(missing)}. Các cột đọc được: {found}.",
            en=f"{file_name} lacks the columns: {', '.join(missing)}. The columns found are: {found}.",
            next_vi="Thêm cột còn thiếu vào dòng tiêu đề, hoặc dùng --mapping để nối tên cột."
            if lower is None
            else f"Dòng tiêu đề có vẻ là dòng {lower}: xóa các dòng phía trên nó (tên báo cáo, đơn vị …) rồi nhập lại.",
            next_en="Add the missing columns to the header row, or name them with --mapping."
            if lower is None
            else f"The header seems to be on line {lower}: delete the rows above it (a title …) and import it again.",
        )
    twice = [name for name in (*required, *optional) if present[header_key(name)] > 1]
    if twice:
        raise Refused(
            "import.duplicate_columns",
            vi=f"Tệp {file_name} có cột lặp lại: {', '.join(dict.fromkeys(twice))}.",
            en=f"{file_name} has columns that stand twice: {', '.join(dict.fromkeys(twice))}.",
            next_vi="Giữ lại một cột, đổi tên hoặc xóa cột kia.",
            next_en="Keep one of them; rename or delete the other.",
        )


def is_rejects_header(header: Sequence[str]) -> bool:
    """Whether the header is of a file of rejected rows, in which cells are guarded."""
    return REJECT_COLUMNS[0] in header


def fitted(line: int, cells: Sequence[Cell], width: int, raw: Callable[[], str] | None = None) -> TableRow:
    """The row with as many cells as the header; ``raw`` gives it as it stands in a text file.

    A short row is filled with blanks: Excel leaves out the delimiters of blank cells at the end of some rows. A long
    one is taken only when what is too much is blank; otherwise a value has a delimiter in it, and nobody knows which.
    """
    if len(cells) == width:
        return TableRow(line, cells)
    if len(cells) < width:
        return TableRow(line, [*cells, *[None] * (width - len(cells))])
    if all(cell is None or cell == "" for cell in cells[width:]):
        return TableRow(line, cells[:width])
    return broken(
        line,
        width,
        Unreadable(
            "row.too_many_cells",
            f"Dòng có {len(cells)} ô, tiêu đề có {width} cột; giá trị chứa dấu phân cách phải đặt trong ngoặc kép.",
            f"The row has {len(cells)} cells, the header {width}; put a value with a delimiter in double quotes.",
        ),
        "\t".join(map(text_of, cells)) if raw is None else raw(),
    )


def broken(line: int, width: int, reason: Unreadable, raw: str) -> TableRow:
    """A row that could not be taken apart: blank cells, the reason, and what stands there."""
    return TableRow(line, [None] * width, cell_error(WHOLE_ROW, raw, reason), raw)


def empty_file(file_name: str) -> Refused:
    """The refusal of a file in which no cell is filled."""
    return Refused(
        "import.empty_file",
        vi=f"Tệp {file_name} không có dữ liệu.",
        en=f"{file_name} has nothing in it.",
        next_vi="Kiểm tra xem đã chọn đúng tệp và tệp đã được xuất đầy đủ.",
        next_en="Check that it is the right file and that its export was complete.",
    )


def not_a_table(file_name: str, looks_vi: str, looks_en: str) -> Refused:
    """The refusal of a file that is neither CSV nor XLSX, saying what it looks like."""
    return Refused(
        "import.not_a_table",
        vi=f"Tệp {file_name} không phải CSV hay XLSX: {looks_vi}.",
        en=f"{file_name} is neither CSV nor XLSX: {looks_en}.",
        next_vi="Mở tệp bằng phần mềm tạo ra nó rồi lưu lại dạng .xlsx hoặc CSV UTF-8.",
        next_en="Open it with the software that made it, and save it as .xlsx or as CSV UTF-8.",
    )
