"""CSV as it comes out of Vietnamese offices: any of three delimiters, four encodings, quoted line breaks, and damage.

A file is read twice: once to learn its encoding and that it unpacks, once for its rows. Both passes hold one chunk.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cchc.errors import Refused
from cchc.formula_guard import unguarded
from services.intake.files.grid import (
    HINTED_LINES,
    Note,
    Table,
    check_header,
    empty_file,
    header_key,
    header_name,
    is_rejects_header,
    places_of,
)
from services.intake.files.packed import open_bytes
from services.intake.files.records import DAMAGED, Lines, Records, RowTooLargeError

DELIMITERS = (",", ";", "\t")
FEW_OF = 10
"""From this many lines on, one in a hundred (or the only one) may be damaged: its row is set aside, the rest read."""
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
    found = find_encoding(path) if encoding is None else _named(path, encoding)
    wanted = [*required, *optional]
    try:
        with Lines(path, found.codec, lenient=found.is_damaged) as lines:
            first, delimiter_said = _header_line(lines)
            if first is None:
                raise empty_file(path.name)
            chosen = delimiter or delimiter_said or _choose_delimiter(first, wanted)
            header = tuple(map(header_name, next(csv.reader(_chain(first, lines), delimiter=chosen))))
            skip = lines.line
            if lines.damaged:
                raise _undecodable(path.name, found.codec, min(lines.damaged))
    except (csv.Error, RowTooLargeError) as error:
        raise _no_header(path.name) from error
    guards = is_rejects_header(header)
    if guards:
        header = tuple(map(unguarded, header))
    needed = tuple(required)
    check_header(header, needed, optional, path.name, _below(path, found, skip))
    rows = Records(path, found.codec, chosen, skip, header, places_of(needed, header), guards, found.is_damaged)
    return Table(header, rows, found.notes, chosen)


# --- encoding -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is decoded: a Python codec, what had to be assumed, and whether a few of its lines are damaged."""

    codec: str
    notes: tuple[Note, ...] = ()
    is_damaged: bool = False


def find_encoding(path: Path) -> Encoding:
    """The codec that the file can be read with: all of it, or all but a few damaged lines of UTF-8.

    Raises:
        Refused: ``import.encoding``: UTF-8 with too many damaged places, or nothing known.
    """
    with open_bytes(path) as stream:
        start = stream.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding(_checked(path, "utf-16"))
    if start.startswith(codecs.BOM_UTF8):
        return _utf8(path, _count_utf8(path))
    # Without a mark, UTF-16 shows by the zero byte of its first character: a header begins with a letter of ASCII.
    if b"\0" in start[:2]:
        return Encoding(_checked(path, "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"))
    counted = _count_utf8(path)
    if not counted.damaged or counted.beyond_ascii > counted.damaged:
        return _utf8(path, counted)
    return Encoding(_checked(path, "cp1258"), (_LEGACY,))


def _named(path: Path, encoding: str) -> Encoding:
    is_utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    return _utf8(path, _count_utf8(path)) if is_utf8 else Encoding(_checked(path, encoding))


def _utf8(path: Path, counted: _Utf8Count) -> Encoding:
    codec = "utf-8-sig" if counted.has_mark else "utf-8"
    if not counted.damaged:
        return Encoding(codec)
    few = counted.lines >= FEW_OF and counted.damaged_lines <= -(-counted.lines // 100)
    if not few or counted.beyond_ascii <= counted.damaged:
        raise _undecodable(path.name, "utf-8", counted.first_damaged_line)
    return Encoding(codec, is_damaged=True)


@dataclass(slots=True)
class _Utf8Count:
    """Lines; characters beyond ASCII that are UTF-8; bytes that are not, and lines with such."""

    lines: int = 1
    beyond_ascii: int = 0
    damaged: int = 0
    damaged_lines: int = 0
    first_damaged_line: int = 0
    has_mark: bool = False


def _count_utf8(path: Path) -> _Utf8Count:
    counted = _Utf8Count()
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for chunk in _chunks(path):
        text = decoder.decode(chunk, final=not chunk)
        if not text.isascii():
            counted.has_mark = counted.has_mark or (counted.lines == 1 and text.startswith("\ufeff"))
            damaged = len(DAMAGED.findall(text))
            if damaged:
                places = [place for place, line in enumerate(text.split("\n")) if DAMAGED.search(line)]
                counted.first_damaged_line = counted.first_damaged_line or counted.lines + places[0]
                counted.damaged_lines += len(places)
            counted.damaged += damaged
            counted.beyond_ascii += len(text) - len(text.encode("ascii", "ignore")) - damaged
        counted.lines += text.count("\n")
    return counted


def _checked(path: Path, encoding: str) -> str:
    """The codec, after going through the whole file: no row is given out of a file that fails further down."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    for chunk in _chunks(path):
        try:
            line += decoder.decode(chunk, final=not chunk).count("\n")
        except UnicodeError as error:
            raise _undecodable(path.name, encoding, line) from error
    return encoding


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


def _header_line(lines: Lines) -> tuple[str | None, str | None]:
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


def _below(path: Path, encoding: Encoding, skip: int) -> Iterator[tuple[int, list[str]]]:
    """The lines under the one that was taken for the header, by each delimiter."""
    with Lines(path, encoding.codec, lenient=encoding.is_damaged) as lines:
        try:
            for text in islice(lines, skip + HINTED_LINES):
                lines.start_row()
                if lines.line > skip:
                    for delimiter in DELIMITERS:
                        yield lines.line, next(csv.reader([text], delimiter=delimiter), [])
        except (csv.Error, RowTooLargeError):
            return


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
