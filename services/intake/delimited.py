"""CSV as it comes out of Vietnamese offices: any of three delimiters, four encodings, quoted line breaks, and damage.

A file is read twice: once to learn its encoding and that it unpacks, once for its rows. Both passes hold one chunk.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cchc.errors import Refused
from services.intake.grid import (
    Note,
    Table,
    TableRow,
    broken,
    check_header,
    empty_file,
    fitted,
    header_key,
    header_name,
    is_rejects_header,
    unguarded,
)
from services.intake.packed import open_bytes

MAX_ROW_CHARS = 1024 * 1024
DELIMITERS = (",", ";", "\t")
_CHUNK = 1 << 20
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_LEGACY = Note(
    "import.encoding_assumed",
    "Tệp không phải UTF-8; đã đọc theo bảng mã Windows tiếng Việt (cp1258). Hãy kiểm tra dấu, và lưu tệp dạng UTF-8.",
    "The file is not UTF-8; it was read as Vietnamese Windows (cp1258). Check its diacritics, and save it as UTF-8.",
)


def read_delimited(
    path: Path,
    required: Iterable[str],
    optional: Iterable[str] = (),
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """The table of a CSV file, gzip or not.

    Args:
        path: the file.
        required: columns that the header must have.
        optional: columns that are read when the header has them.
        encoding: a Python codec; None finds it: BOM, UTF-8, UTF-16, otherwise cp1258 with a note.
        delimiter: None takes the one of ``,`` ``;`` and tab that finds most wanted columns, then most columns.

    Raises:
        Refused: ``import.empty_file``, ``import.encoding``, ``import.missing_columns``, ``import.duplicate_columns``.
    """
    found, notes = find_encoding(path) if encoding is None else (_checked(path, encoding), ())
    wanted = [*required, *optional]
    try:
        with _Lines(path, found) as lines:
            first, delimiter_said = _header_line(lines)
            if first is None:
                raise empty_file(path.name)
            chosen = delimiter or delimiter_said or _choose_delimiter(first, wanted)
            header = tuple(map(header_name, next(csv.reader(_chain(first, lines), delimiter=chosen))))
            skip = lines.line
    except (csv.Error, _RowTooLargeError) as error:
        raise _no_header(path.name) from error
    guards = is_rejects_header(header)
    if guards:
        header = tuple(map(unguarded, header))
    check_header(header, required, optional, path.name)
    return Table(header, _Rows(path, found, chosen, skip, len(header), guards), notes, chosen)


# --- encoding -------------------------------------------------------------------------------------------------------


def find_encoding(path: Path) -> tuple[str, tuple[Note, ...]]:
    """The codec that the whole file can be read with, and what had to be assumed.

    Raises:
        Refused: ``import.encoding``: mostly UTF-8 with damaged places, or nothing known.
    """
    with open_bytes(path) as stream:
        start = stream.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(path, "utf-16"), ()
    if start.startswith(codecs.BOM_UTF8):
        return _checked(path, "utf-8-sig"), ()
    # Without a mark, UTF-16 shows by the zero byte of its first character: a header begins with a letter of ASCII.
    if b"\0" in start[:2]:
        return _checked(path, "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"), ()
    counted = _count_utf8(path)
    if not counted.damaged:
        return "utf-8", ()
    if counted.beyond_ascii > counted.damaged:
        raise _undecodable(path.name, "utf-8", counted.first_damaged_line)
    return _checked(path, "cp1258"), (_LEGACY,)


@dataclass(slots=True)
class _Utf8Count:
    """Characters beyond ASCII that are UTF-8, and bytes that are not."""

    beyond_ascii: int = 0
    damaged: int = 0
    first_damaged_line: int = 0


def _count_utf8(path: Path) -> _Utf8Count:
    counted, line = _Utf8Count(), 1
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for chunk in _chunks(path):
        text = decoder.decode(chunk, final=not chunk)
        if not text.isascii():
            damaged = [place for place, char in enumerate(text) if "\udc80" <= char <= "\udcff"]
            if damaged and not counted.damaged:
                counted.first_damaged_line = line + text.count("\n", 0, damaged[0])
            counted.damaged += len(damaged)
            counted.beyond_ascii += len(text) - len(text.encode("ascii", "ignore")) - len(damaged)
        line += text.count("\n")
    return counted


def _checked(path: Path, encoding: str) -> str:
    """The codec, after going through the whole file: no row is given out of a file that fails further down."""
    # A byte order mark may stand before UTF-8 that was named as such.
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    decoder, line = codecs.getincrementaldecoder(name)(), 1
    for chunk in _chunks(path):
        try:
            line += decoder.decode(chunk, final=not chunk).count("\n")
        except UnicodeError as error:
            raise _undecodable(path.name, encoding, line) from error
    return name


def _chunks(path: Path) -> Iterator[bytes]:
    """The file's bytes in chunks; an empty one says that it has ended."""
    with open_bytes(path) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
    yield b""


def _undecodable(file_name: str, encoding: str, line: int) -> Refused:
    return Refused(
        "import.encoding",
        vi=f"Tệp {file_name} có byte không đọc được theo bảng mã {encoding}, từ dòng {line} trở đi.",
        en=f"{file_name} has bytes that {encoding} cannot read, on line {line} or after it.",
        next_vi="Xuất lại tệp ở dạng CSV UTF-8 hoặc .xlsx; hoặc ghi đúng bảng mã trong tệp --mapping.",
        next_en="Export it again as CSV UTF-8 or .xlsx, or name its encoding in the --mapping file.",
    )


# --- header ---------------------------------------------------------------------------------------------------------


def _header_line(lines: _Lines) -> tuple[str | None, str | None]:
    """The first line with something on it, and the delimiter when a ``sep=`` line named one."""
    said = None
    for line in lines:
        separator = _SEPARATOR_LINE.fullmatch(line)
        if separator and said is None:
            said = separator[1]
        elif line.strip(" \t\r\n,;\ufeff"):
            lines.start_row()
            return line, said
        lines.start_row()
    return None, said


def _choose_delimiter(line: str, wanted: Iterable[str]) -> str:
    keys = {header_key(name) for name in wanted}

    def found(delimiter: str) -> tuple[int, int]:
        # An open quote at the end of the line is no obstacle here: only names are counted.
        names = next(csv.reader([line], delimiter=delimiter), [])
        return len(keys & {header_key(name) for name in names}), len(names)

    return max(DELIMITERS, key=found)


def _chain(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _no_header(file_name: str) -> Refused:
    return Refused(
        "import.no_header",
        vi=f"Không đọc được dòng tiêu đề của tệp {file_name}: dấu ngoặc kép không đóng hoặc dòng quá dài.",
        en=f"The header row of {file_name} cannot be read: a quote is not closed, or the row is too long.",
        next_vi="Sửa dòng đầu của tệp: mỗi tên cột một ô, không có ngoặc kép lẻ.",
        next_en="Mend the first row: a name in each cell, and no single double quote.",
    )


# --- rows -----------------------------------------------------------------------------------------------------------


class _RowTooLargeError(Exception):
    """A signal between two functions of this module, never seen outside."""


class _Lines:
    """Physical lines of a file, counted, with a bound on how much of them one row may take."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._text = io.TextIOWrapper(open_bytes(path), encoding=encoding, newline="")
        self._quotes = 0
        self.taken = 0
        self.line = 0
        self.ended = True

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_ROW_CHARS + 1)
        if not line:
            raise StopIteration
        self.line += 1
        self.ended = line[-1] in "\r\n"
        self.taken += len(line)
        if '"' in line:
            self._quotes += line.count('"')
        if self.taken > MAX_ROW_CHARS:
            self.skip_row()
            raise _RowTooLargeError
        return line

    def start_row(self) -> None:
        """What is taken from here on belongs to another row."""
        self.taken = self._quotes = 0

    def skip_row(self) -> None:
        """Go on to the end of the row: to a line's end outside quotes."""
        while not self.ended or self._quotes % 2:
            part = self._text.readline(MAX_ROW_CHARS)
            if not part:
                return
            self.line += self.ended
            self.ended = part[-1] in "\r\n"
            self._quotes += part.count('"')


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows under the header; each going through them opens the file and closes it."""

    path: Path
    encoding: str
    delimiter: str
    skip: int
    width: int
    guards: bool

    def __iter__(self) -> Iterator[TableRow]:
        with _Lines(self.path, self.encoding) as lines:
            for _ in range(self.skip):
                next(lines)
            # strict: a quote in the wrong place is an error of its row, never a guess at what was meant.
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            while True:
                lines.start_row()
                start = lines.line + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except _RowTooLargeError:
                    yield _too_large(start, lines.line, self.width)
                except csv.Error:
                    yield self._broken(start, lines)
                else:
                    if any(map(str.strip, cells)):
                        yield self._taken_apart(start, cells, lines)

    def _broken(self, start: int, lines: _Lines) -> TableRow:
        # The csv module refuses a cell over its own limit (128 KiB) with the same error as a misplaced quote.
        if lines.taken > csv.field_size_limit():
            lines.skip_row()
            return _too_large(start, lines.line, self.width)
        return _misquoted(start, lines.line, self.width)

    def _taken_apart(self, start: int, cells: list[str], lines: _Lines) -> TableRow:
        if len(cells) < self.width and not lines.ended:
            return _cut_off(start, self.width)
        return fitted(start, [*map(unguarded, cells)] if self.guards else cells, self.width)


def _too_large(start: int, end: int, width: int) -> TableRow:
    return broken(
        start,
        width,
        "row.too_large",
        f"Dòng {start} đến {end}: dòng dữ liệu dài hơn 1 MB hoặc ô dài hơn 128 KB; có thể ngoặc kép không đóng.",
        f"Lines {start} to {end}: one row is longer than 1 MB, or a cell than 128 KB; a quote may not be closed.",
    )


def _misquoted(start: int, end: int, width: int) -> TableRow:
    return broken(
        start,
        width,
        "row.quotes",
        f"Dòng {start} đến {end}: ngoặc kép không đóng hoặc đặt sai chỗ; trong ô, viết hai dấu ngoặc kép liền nhau.",
        f"Lines {start} to {end}: a quote is not closed or misplaced; inside a cell, write two double quotes.",
    )


def _cut_off(start: int, width: int) -> TableRow:
    return broken(
        start,
        width,
        "row.cut_off",
        "Dòng cuối của tệp bị cắt cụt; tệp có thể chưa được xuất hết.",
        "The last row of the file is cut off; its export may not have finished.",
    )
