"""Opens a file as a table, or says what it is instead. The file's bytes decide, never its name."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection
from pathlib import Path

from cchc.errors import Refused
from services.intake.files.delimited import read_delimited
from services.intake.files.grid import Table, empty_file, not_a_table
from services.intake.files.packed import open_bytes

_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        "tệp Excel cũ (.xls) hoặc sổ tính có mật khẩu",
        "an old Excel file (.xls), or one with a password",
    ),
    (b"%PDF", "tệp PDF", "a PDF"),
    (b"{\\rtf", "tệp RTF", "an RTF document"),
    (b"7z\xbc\xaf", "tệp nén 7z", "a 7z archive"),
    (b"Rar!", "tệp nén RAR", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "tệp nén zstd, cần giải nén trước", "zstd, to be unpacked first"),
    (b"\x1f\x8b", "tệp gzip lồng trong gzip", "a gzip inside a gzip"),
    (b"\x89PNG", "ảnh PNG", "a PNG image"),
    (b"\xff\xd8\xff", "ảnh JPEG", "a JPEG image"),
    (b"SQLite format 3", "cơ sở dữ liệu SQLite", "an SQLite database"),
)
_MARKUP: tuple[tuple[bytes, str, str], ...] = (
    (b"<!doctype html", "trang HTML", "an HTML page"),
    (b"<html", "trang HTML", "an HTML page"),
    (b"<table", "trang HTML", "an HTML page"),
    (b"<meta", "trang HTML", "an HTML page"),
    (b"<?xml", "tệp XML", "an XML file"),
    (b"{", "tệp JSON", "a JSON file"),
    (b"[", "tệp JSON", "a JSON file"),
)

_BINARY_HEADER = re.compile(rb"\s*[^\r\n]*[\0-\x08\x0e-\x1f]")
"""A header has no such characters; further down, one is the damage of its row only."""


def read_table(
    path: Path,
    required: Collection[str],
    optional: Collection[str] = (),
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    keys: Collection[str] = (),
) -> Table:
    """The table of a CSV file (gzip or not) or of an XLSX workbook.

    Args:
        path: the file.
        required: columns that its header must have.
        optional: columns that are read when the header has them.
        encoding: a Python codec for CSV; None finds it.
        delimiter: for CSV; None finds it.
        keys: columns that merged cells of a workbook do not fill down.

    Raises:
        Refused: ``import.no_such_file``, ``import.empty_file``, ``import.not_a_table``, ``import.unpacks_too_large``,
            ``import.encoding``, ``import.no_header``, ``import.missing_columns``, ``import.duplicate_columns``.
    """
    with open_bytes(path) as stream:
        start = stream.read(4096)
    with path.open("rb") as raw:
        packed = raw.read(4) != start[:4]
    if not start:
        raise empty_file(path.name)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if packed:
            raise not_a_table(path.name, "tệp zip lồng trong gzip", "a zip inside a gzip")
        return _workbook(path, required, optional, keys)
    _refuse_other(path.name, start, text_named=encoding is not None)
    return read_delimited(path, required, optional, encoding=encoding, delimiter=delimiter)


def _workbook(path: Path, required: Collection[str], optional: Collection[str], keys: Collection[str]) -> Table:
    try:
        with zipfile.ZipFile(path) as package:
            names = frozenset(package.namelist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise not_a_table(path.name, "tệp zip bị hỏng hoặc bị cắt cụt", "a zip that is damaged or cut off") from error
    if "xl/workbook.xml" not in names:
        raise _other_zip(path.name, names)
    # fastexcel brings Arrow with it: only those who read a workbook wait for its import.
    from services.intake.files.workbook import read_workbook  # noqa: PLC0415 — see above

    return read_workbook(path, required, optional, keys)


def _other_zip(file_name: str, names: frozenset[str]) -> Refused:
    if "xl/workbook.bin" in names:
        return not_a_table(file_name, "sổ tính nhị phân .xlsb", "a binary workbook (.xlsb)")
    if any(name.startswith("word/") for name in names):
        return not_a_table(file_name, "văn bản Word", "a Word document")
    if "content.xml" in names:
        return not_a_table(file_name, "tệp OpenDocument (.ods, .odt)", "an OpenDocument file (.ods, .odt)")
    return not_a_table(file_name, "tệp nén zip", "a zip archive")


def _refuse_other(file_name: str, start: bytes, *, text_named: bool) -> None:
    for magic, vi, en in _STARTS:
        if start.startswith(magic):
            raise not_a_table(file_name, vi, en)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for opening, vi, en in _MARKUP:
        if text.startswith(opening):
            raise not_a_table(file_name, vi, en)
    if _BINARY_HEADER.match(start) and not text_named and not _looks_utf16(start):
        raise not_a_table(file_name, "tệp nhị phân", "a binary file")


def _looks_utf16(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    # A header in mostly ASCII letters has its zero bytes in one half of the pairs, and there only.
    even, odd = start[0:200:2].count(0), start[1:200:2].count(0)
    half = len(start[:200]) // 2
    return min(even, odd) == 0 and max(even, odd) > half * 3 // 5
