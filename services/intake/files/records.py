"""Records of a CSV: which physical lines make up one row, and where to go on when a quote was never closed.

A quoted cell may hold line breaks, so a stray double quote turns all that follows it into one cell, until the next
quote. Where a record runs over several lines and cannot be right, only what stands before the next line that is a row
of its own is set aside; reading goes on with that line.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from cchc.formula_guard import unguarded
from services.intake.cells.values import Unreadable, cell_error
from services.intake.files.grid import WHOLE_ROW, TableRow, broken, fitted
from services.intake.files.packed import open_bytes

DAMAGED = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is no text, when it is read with ``surrogateescape``."""

MAX_ROW_CHARS = 1024 * 1024
TELLING_WIDTH = 4
"""From this many columns on, a line inside a cell with as many delimiters as the header is no text: it is a row."""


class RowTooLargeError(Exception):
    """A row takes more than ``MAX_ROW_CHARS``: a signal between a reader and its lines, never seen outside."""


class Lines:
    """Physical lines of a file, counted, with a bound on how much of them one row may take; lines can be given back.

    Attributes:
        line: number of the line that was given last, from 1.
        taken: the lines given since ``start_row``; the last is only a part where the file's line is too large.
        damaged: numbers of lines with bytes that are no text, given with ``�`` in their place; only with ``lenient``.
    """

    def __init__(self, path: Path, encoding: str, *, lenient: bool = False) -> None:
        errors = "surrogateescape" if lenient else "strict"
        self._text = io.TextIOWrapper(open_bytes(path), encoding=encoding, errors=errors, newline="")
        self._lenient = lenient
        self.damaged: set[int] = set()
        self._again: deque[str] = deque()
        self._chars = 0
        self.taken: list[str] = []
        self.line = 0

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._read(MAX_ROW_CHARS + 1)
        if not line:
            raise StopIteration
        self.line += 1
        self.taken.append(line)
        self._chars += len(line)
        if self._chars > MAX_ROW_CHARS:
            raise RowTooLargeError
        return line

    @property
    def ended(self) -> bool:
        """Whether the last line has its line break: the last one of a file may lack it."""
        return not self.taken or self.taken[-1][-1] in "\r\n"

    def start_row(self) -> None:
        """What is taken from here on belongs to another row."""
        self.taken = []
        self._chars = 0

    def keep(self, count: int) -> None:
        """Keep the first lines of the row; the others are given once more."""
        back = self.taken[count:]
        self._again.extendleft(reversed(back))
        self.line -= len(back)
        del self.taken[count:]

    def skip_row(self, begins_row: Callable[[str], bool]) -> None:
        """Go on to the end of the row: to a line's end outside quotes, or before a line that begins a row."""
        quotes, ended = sum(line.count('"') for line in self.taken), self.ended
        while not ended or quotes % 2:
            part = self._read(MAX_ROW_CHARS)
            if ended and part and begins_row(part):
                self._again.appendleft(part)
                return
            if not part:
                return
            self.line += ended
            ended = part[-1] in "\r\n"
            quotes += part.count('"')
            if self._chars <= MAX_ROW_CHARS:
                self.taken.append(part)
                self._chars += len(part)

    def _read(self, most: int) -> str:
        if self._again:
            return self._again.popleft()
        text = self._text.readline(most)
        if self._lenient and DAMAGED.search(text):
            self.damaged.add(self.line + 1)
            return DAMAGED.sub("\ufffd", text)
        return text


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of a CSV under its header; each going through them opens the file and closes it.

    Attributes:
        path: the file.
        encoding: a codec that reads the whole of it.
        delimiter: one character.
        skip: physical lines up to the header and with it.
        header: names of the columns.
        needed: places of the columns that no row leaves blank.
        guards: cells are guarded, as in a file of rejected rows.
        lenient: a row with bytes that are no text is set aside; otherwise there are none.
    """

    path: Path
    encoding: str
    delimiter: str
    skip: int
    header: tuple[str, ...]
    needed: tuple[int, ...] = ()
    guards: bool = False
    lenient: bool = False

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.header)

    def __iter__(self) -> Iterator[TableRow]:
        with Lines(self.path, self.encoding, lenient=self.lenient) as lines:
            for _ in range(self.skip):
                next(lines)
                lines.start_row()
            yield from _Reading(self, lines).rows()


class _Reading:
    """One going through the records."""

    def __init__(self, records: Records, lines: Lines) -> None:
        self._of = records
        self._lines = lines
        # Excel leaves out the delimiters of blank cells at the end of some rows: those lengths are of rows, too.
        self._lengths = {records.width}

    def rows(self) -> Iterator[TableRow]:
        lines = self._lines
        # strict: a quote in the wrong place is an error of its row, never a guess at what was meant.
        reader = csv.reader(lines, delimiter=self._of.delimiter, strict=True)
        while True:
            lines.start_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (RowTooLargeError, csv.Error) as error:
                yield self._set_aside(error)
                continue
            if len(lines.taken) > 1 and (first := self._swallowed(cells)):
                yield self._misquoted(first)
            elif any(map(str.strip, cells)):
                yield self._taken_apart(cells)

    def _taken_apart(self, cells: list[str]) -> TableRow:
        of, start = self._of, self._start()
        if len(cells) < of.width:
            if not self._lines.ended:
                return _cut_off(start, of.width, self._raw())
            if len(self._lines.taken) == 1:
                self._lengths.add(len(cells))
        row = fitted(start, [*map(unguarded, cells)] if of.guards else cells, of.width, self._raw)
        is_damaged = not self._lines.damaged.isdisjoint(range(start, self._lines.line + 1))
        return row if row.error or not is_damaged else _damaged(row, of.header, self._raw())

    def _set_aside(self, error: Exception) -> TableRow:
        """The row that could not be read, up to the next line that is a row of its own."""
        lines = self._lines
        first = self._first_row(1, len(lines.taken), self._lengths, opening=True)
        if first:
            return self._misquoted(first)
        # The csv module refuses a cell over its own limit (128 KiB) with the same error as a misplaced quote.
        too_large = isinstance(error, RowTooLargeError) or sum(map(len, lines.taken)) > csv.field_size_limit()
        start = self._start()
        if too_large or len(lines.taken) > 1:
            lines.skip_row(lambda line: self._is_row(line, self._lengths, opening=True))
        return (_too_large if too_large else _misquoted)(start, lines.line, self._of.width, self._raw())

    def _swallowed(self, cells: list[str]) -> int:
        """Which line of a record over several lines is a row of its own, so that the record cannot be right; or 0."""
        width, end = self._of.width, len(self._lines.taken)
        fits = len(cells) == width or (len(cells) > width and not any(cells[width:]))
        paired = sum(line.count('"') for line in self._lines.taken) % 2 == 0
        if not (fits and paired):
            return self._first_row(1, end, {width}, opening=True)
        # The last line may well have as many delimiters, behind the cell that began on the first.
        return self._first_row(1, end - 1, {width}, opening=False) if width >= TELLING_WIDTH else 0

    def _first_row(self, begin: int, end: int, lengths: set[int], *, opening: bool) -> int:
        taken = self._lines.taken
        return next((place for place in range(begin, end) if self._is_row(taken[place], lengths, opening=opening)), 0)

    def _is_row(self, line: str, lengths: set[int], *, opening: bool) -> bool:
        """Whether a physical line is a row when it is read alone: as long as rows are, and blank in no needed cell.

        ``opening``: so is one that begins a row, and ends inside a quoted cell of it.
        """
        of = self._of
        try:
            cells = next(csv.reader([line], delimiter=of.delimiter), [])
            is_open = line.count('"') % 2 and _ends_in_quotes(line, of.delimiter)
        except csv.Error:
            return False
        if is_open:
            fits = opening and len(cells) <= of.width
            cells.pop()
        else:
            # Inside one cell quotes stand in pairs.
            fits = len(cells) in lengths and (opening or '"' not in line.replace('""', ""))
        return fits and all(place < len(cells) and any(map(str.isalnum, cells[place])) for place in of.needed)

    def _misquoted(self, count: int) -> TableRow:
        """The first lines of what was taken, as a row with a quote in the wrong place; the others are read again."""
        self._lines.keep(count)
        return _misquoted(self._start(), self._lines.line, self._of.width, self._raw())

    def _start(self) -> int:
        return self._lines.line - len(self._lines.taken) + 1

    def _raw(self) -> str:
        return "".join(self._lines.taken).rstrip("\r\n")


def _ends_in_quotes(line: str, delimiter: str) -> bool:
    """Whether the line, read alone, ends inside a quoted cell: only another line can then close it."""
    # A cell that is open takes in the quote that follows; behind a closed one that would open a record of its own.
    try:
        return len(list(csv.reader([line, '"'], delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


def _too_large(start: int, end: int, width: int, raw: str) -> TableRow:
    reason = Unreadable(
        "row.too_large",
        f"Dòng {start} đến {end}: dòng dữ liệu dài hơn 1 MB hoặc ô dài hơn 128 KB; có thể ngoặc kép không đóng.",
        f"Lines {start} to {end}: one row is longer than 1 MB, or a cell than 128 KB; a quote may not be closed.",
    )
    return broken(start, width, reason, raw)


def _misquoted(start: int, end: int, width: int, raw: str) -> TableRow:
    vi, en = (f"Dòng {start}", f"Line {start}")
    if end > start:
        vi, en = f"{vi} đến {end}", f"Lines {start} to {end}"
    reason = Unreadable(
        "row.quotes",
        f"{vi}: ngoặc kép không đóng hoặc đặt sai chỗ; trong ô, viết hai dấu ngoặc kép liền nhau.",
        f"{en}: a quote is not closed or misplaced; inside a cell, write two double quotes.",
    )
    return broken(start, width, reason, raw)


def _cut_off(start: int, width: int, raw: str) -> TableRow:
    reason = Unreadable(
        "row.cut_off",
        "Dòng cuối của tệp bị cắt cụt; tệp có thể chưa được xuất hết.",
        "The last row of the file is cut off; its export may not have finished.",
    )
    return broken(start, width, reason, raw)


def _damaged(row: TableRow, header: tuple[str, ...], raw: str) -> TableRow:
    """The row with the first of its cells that were damaged, which alone tells nobody what stood there."""
    found = ((name, cell) for name, cell in zip(header, row.cells, strict=True) if "\ufffd" in str(cell))
    name, cell = next(found, (WHOLE_ROW, raw))
    reason = Unreadable(
        "cell.damaged_character",
        "Dòng có byte hỏng, không phải UTF-8 (chỗ ghi �); hãy xuất lại tệp, hoặc gõ lại chỗ đó.",
        "The row has damaged bytes that are not UTF-8 (where � stands); export the file again, or type it anew.",
    )
    return TableRow(row.line, row.cells, cell_error(name, cell, reason), raw)
