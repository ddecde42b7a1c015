"""XLSX through fastexcel (calamine): the first visible sheet, every cell as it was typed.

Cells are read as text, so that a code typed as a number keeps the digits that Excel kept (fifteen; what is longer comes
as a number, see ``digits``) and columns of mixed types lose nothing.
A date without a time comes back as a ``date``; Excel cannot tell midnight from a bare date, and neither can this. A
formula error is read as its text (``#N/A``), to be refused, and so is a formula that was never computed. What a
vertical merge shows once, all its rows get; only a key is not filled down, which would make one thing of several rows.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import fastexcel

from cchc.errors import Refused
from cchc.formula_guard import unguarded
from services.intake.cells.values import WITHOUT_VALUE, Cell, Unreadable, cell_error, text_of
from services.intake.files.digits import (
    DIGITS_KEPT,
    SUSPECT,
    column_number,
    formulas_without_a_value,
    numbers_without_their_digits,
)
from services.intake.files.grid import (
    HINTED_LINES,
    Table,
    TableRow,
    check_header,
    empty_file,
    fitted,
    header_name,
    is_rejects_header,
    not_a_table,
    places_of,
)
from services.intake.files.packed import MAX_UNPACKED_BYTES, too_large

MAX_PART_BYTES = 16 * 1024**2
MAX_SHEET_BYTES = MAX_UNPACKED_BYTES // 32
"""A quarter of a gigabyte: a sheet is held whole, and a million rows of a canonical file are less."""
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, ET.ParseError, EOFError, OSError),
    *(KeyError, ValueError, RuntimeError),  # a part that is absent, of an impossible size, or encrypted
)
"""What reading a broken package raises."""

_CHUNK_ROWS = 4096
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_MERGES = re.compile(rb"<(?:\w+:)?mergeCells\b")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_DATE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) 00:00:00", re.ASCII)
_ERROR = re.compile(r"Error\((\w+)\)")
_ERROR_TEXTS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "GettingData": "#GETTING_DATA",
}


def read_workbook(
    path: Path, required: Iterable[str], optional: Iterable[str] = (), keys: Collection[str] = ()
) -> Table:
    """The table of the first visible sheet; the header is its first row with something in it.

    Under a vertical merge in one of the ``keys`` (columns) only the first row has that key: the others are given with
    the reason why they are none.

    Raises:
        Refused: ``import.not_a_table``, ``import.empty_file``, ``import.unpacks_too_large``,
            ``import.missing_columns``, ``import.duplicate_columns``.
    """
    try:
        sheet = _first_visible(path)
        end = _end_of_sheet(path, sheet.part)
        merges = _vertical_merges(end.tail)
        uncomputed = formulas_without_a_value(path, sheet.part) if end.has_formulas else frozenset()
    except DAMAGED as error:
        raise _damaged(path) from error
    rows = _Rows(path, sheet, merges, uncomputed)
    found = next(((line, cells) for line, cells, _ in rows.lines() if any(cells)), None)
    if found is None:
        raise empty_file(path.name)
    line, cells = found
    names = [header_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    guards = is_rejects_header(names)
    if guards:
        names = [*map(unguarded, names)]
    below = ((place, cells) for place, cells, _ in islice(rows.lines(), line + HINTED_LINES) if place > line)
    check_header(names, tuple(required), optional, path.name, below)
    return Table(
        tuple(names),
        _Rows(path, sheet, merges, uncomputed, line, tuple(names), guards, frozenset(places_of(keys, names))),
    )


def _damaged(path: Path) -> Refused:
    return not_a_table(path.name, "sổ tính bị hỏng hoặc bị cắt cụt", "a workbook that is damaged or cut off")


# --- the package ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str


@dataclass(frozen=True, slots=True)
class _Merge:
    """A merge over several rows: its left column from 0, its first and last line from 1."""

    column: int
    first: int
    last: int


def _first_visible(path: Path) -> _Sheet:
    with zipfile.ZipFile(path) as package:
        if sum(part.file_size for part in package.infolist()) > MAX_SHEET_BYTES:
            raise too_large(path.name, MAX_SHEET_BYTES)
        targets = {
            relation.get("Id"): relation.get("Target", "")
            for relation in _xml(package, _RELATIONS).iter()
            if relation.get("Type", "").endswith("/worksheet")
        }
        for sheet in _xml(package, _WORKBOOK).iter():
            target = next(
                (targets[value] for key, value in sheet.items() if key.endswith("}id") and value in targets), ""
            )
            if target and _local(sheet.tag) == "sheet" and sheet.get("state", "visible") == "visible":
                return _Sheet(sheet.get("name", ""), target[1:] if target.startswith("/") else f"xl/{target}")
    raise not_a_table(path.name, "sổ tính không có trang nào hiện", "a workbook without a visible sheet")


def _xml(package: zipfile.ZipFile, part: str) -> ET.Element:
    if package.getinfo(part).file_size > MAX_PART_BYTES:
        raise too_large(package.filename or "", MAX_PART_BYTES)
    # expat from 2.4 on bounds the expansion of entities itself, and the size is bounded here.
    return ET.fromstring(package.read(part))  # noqa: S314 — bounded, see above


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


@dataclass(frozen=True, slots=True)
class _EndOfSheet:
    """What stands behind the cells of a sheet, and whether a formula was among them."""

    tail: bytes
    has_formulas: bool


def _end_of_sheet(path: Path, part: str) -> _EndOfSheet:
    """Goes through the sheet once, as bytes."""
    tail, has_formulas = b"", False
    with zipfile.ZipFile(path) as package, package.open(part) as stream:
        while chunk := stream.read(1 << 20):
            tail += chunk
            has_formulas = has_formulas or _FORMULA.search(tail) is not None
            found = _MERGES.search(tail)
            if found:
                tail = tail[found.start() :] + stream.read(MAX_PART_BYTES)
                break
            tail = tail[-64:]
    return _EndOfSheet(tail, has_formulas)


def _vertical_merges(tail: bytes) -> tuple[_Merge, ...]:
    """The merges over several rows, which fastexcel does not tell: they stand in the sheet behind its cells."""
    corners = ((column_number(left.decode()), int(top), int(bottom)) for left, top, _, bottom in _MERGE.findall(tail))
    return tuple(_Merge(column, top, bottom) for column, top, bottom in corners if bottom > top)


# --- rows -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows under the header line; each going through them loads the sheet anew."""

    path: Path
    sheet: _Sheet
    merges: tuple[_Merge, ...]
    uncomputed: frozenset[tuple[int, int]] = frozenset()
    header_line: int = 0
    header: tuple[str, ...] = ()
    guards: bool = False
    keys: frozenset[int] = frozenset()

    def __iter__(self) -> Iterator[TableRow]:
        for line, cells, held in self.lines():
            if line > self.header_line and any(cell not in (None, "") for cell in cells):
                taken = [unguarded(cell) if isinstance(cell, str) else cell for cell in cells] if self.guards else cells
                row = fitted(line, taken, len(self.header))
                yield row if held is None or row.error else _keyless(row, self.header[held.column], held)

    def lines(self) -> Iterator[tuple[int, list[Cell], _Held | None]]:
        """Every line of the sheet from the first on, merges filled down below the header but for keys."""
        try:
            sheet = fastexcel.read_excel(self.path).load_sheet(
                self.sheet.name, header_row=None, skip_rows=0, dtypes="string", whitespace_as_null=True
            )
            left = min((column.absolute_index for column in sheet.available_columns()), default=0)
            batch, failed = sheet.to_arrow_with_errors()
        except fastexcel.FastExcelError as error:
            raise _damaged(self.path) from error
        errors = {problem.position: _error_text(problem.detail) for problem in (failed.errors if failed else ())}
        # Lines and columns with nothing but such formulas are beyond what was read.
        errors |= {(line - 1, column - left): WITHOUT_VALUE for line, column in self.uncomputed}
        filling = _Filling(self.merges, left, self.header_line, self.keys)
        rounded = _Rounded(self.path, self.sheet.part, left)
        for line, cells in enumerate(_chunked(batch, errors), start=1):
            yield (line, *filling.filled(line, rounded.marked(line, cells)))
        width = len(self.header)
        for line in sorted({line for line, _ in self.uncomputed if line > batch.num_rows}):
            yield line, [errors.get((line - 1, column)) for column in range(width)], None


class _Rounded:
    """Gives numbers that have lost digits as numbers, so that nobody takes them for codes."""

    def __init__(self, path: Path, part: str, left: int) -> None:
        self._path = path
        self._part = part
        self._left = left
        self._places: frozenset[tuple[int, int]] | None = None

    def marked(self, line: int, cells: list[Cell]) -> list[Cell]:
        for column, cell in enumerate(cells):
            if (
                isinstance(cell, str)
                and len(cell) > DIGITS_KEPT
                and SUSPECT.fullmatch(cell)
                and self._has(line, column)
            ):
                cells[column] = float(cell)
        return cells

    def _has(self, line: int, column: int) -> bool:
        if self._places is None:
            try:
                self._places = numbers_without_their_digits(self._path, self._part)
            except DAMAGED as error:
                raise _damaged(self._path) from error
        return (line, column + self._left) in self._places


@dataclass(frozen=True, slots=True)
class _Held:
    """A key that a merge would fill down: its column, the line of the merge's first row, and what stands there."""

    column: int
    first: int
    value: Cell


class _Filling:
    """Gives every row of a vertical merge what stands in its first, and says of which rows that would be the key."""

    def __init__(self, merges: Iterable[_Merge], left: int, header_line: int, keys: frozenset[int]) -> None:
        self._starting: dict[int, list[_Merge]] = {}
        for merge in merges:
            if merge.first > header_line and merge.column >= left:
                self._starting.setdefault(merge.first, []).append(merge)
        self._left = left
        self._keys = keys
        self._open: dict[int, tuple[_Merge, Cell]] = {}

    def filled(self, line: int, cells: list[Cell]) -> tuple[list[Cell], _Held | None]:
        held: _Held | None = None
        has_own = any(cell not in (None, "") for cell in cells)
        for column, (merge, value) in list(self._open.items()):
            if line > merge.last:
                del self._open[column]
            elif column < len(cells) and cells[column] is None:
                if column in self._keys:
                    held = _Held(column, merge.first, value)
                else:
                    cells[column] = value
        for merge in self._starting.get(line, ()):
            column = merge.column - self._left
            if column < len(cells):
                self._open[column] = (merge, cells[column])
        # Without a cell of its own it is no other row: the first is drawn over several lines.
        return ([None] * len(cells), None) if held and not has_own else (cells, held)


def _keyless(row: TableRow, column: str, held: _Held) -> TableRow:
    value = text_of(held.value)
    reason = Unreadable(
        "row.merged_key",
        f"Ô mã bị gộp (merge) với dòng {held.first}: không rõ đây là hồ sơ nào; hãy bỏ gộp ô và ghi mã ở từng dòng.",
        f"The code's cell is merged with line {held.first}: whose row this is cannot be told; unmerge it, write each.",
    )
    return TableRow(row.line, row.cells, cell_error(column, held.value, reason), value)


def _chunked(batch: Any, errors: Mapping[tuple[int, int], str]) -> Iterator[list[Cell]]:  # an Arrow record batch
    for start in range(0, batch.num_rows, _CHUNK_ROWS):
        columns = [column.to_pylist() for column in batch.slice(start, _CHUNK_ROWS).columns]
        for row, texts in enumerate(zip(*columns, strict=True), start=start):
            cells: list[Cell] = [_cell(text) for text in texts]
            if errors:
                for column in range(len(cells)):
                    cells[column] = errors.get((row, column), cells[column])
            yield cells


def _cell(text: str | None) -> Cell:
    found = _DATE_TIME.fullmatch(text) if text is not None and len(text) == 19 else None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else text
    except ValueError:
        return text


def _error_text(detail: str) -> str:
    found = _ERROR.search(detail)
    return _ERROR_TEXTS.get(found[1], "#VALUE!") if found else "#VALUE!"
