"""The rejected rows of a file, as a CSV that can be mended and imported again.

It has the file's own columns, and behind them the line and what is wrong, one reason per line of the cell. Cells that
a spreadsheet would run as a formula get an apostrophe before them, which is taken off when the file is read back.
"""

from __future__ import annotations

import csv
import errno
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from cchc.formula_guard import guarded
from services.intake.cells.values import CellError, text_of
from services.intake.files.grid import REJECT_COLUMNS, Table, TableRow

MAX_RAW_CHARS = 32_000
"""Of a row that could not be taken apart; a cell of Excel holds 32,767 characters."""


def rejects_path(path: Path) -> Path:
    """``FILE.rejects.csv`` beside the file."""
    return path.with_name(f"{path.name}.rejects.csv")


class RejectedLines:
    """Lines and what is wrong with them, put on disk as they come: memory does not grow with the file.

    Rows are rejected in any order (a dossier's rows together, a circle of units at the end), and asked for by line.
    Use it in ``with``; nothing is left of it afterwards.
    """

    def __init__(self) -> None:
        self._lines: sqlite3.Connection | None = None

    def __enter__(self) -> RejectedLines:
        # A nameless database: it lies in a temporary file once it is large, which goes with the connection.
        self._lines = sqlite3.connect("", isolation_level=None)
        self._lines.execute("CREATE TABLE reject (line INTEGER PRIMARY KEY, columns, cells, codes, how)")
        self._lines.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open().close()
        self._lines = None

    def add(self, lines: Sequence[int], errors: Sequence[CellError]) -> None:
        """Keep what is wrong with a row, or with all rows of a dossier.

        Raises:
            OSError: the disk for temporary files is full.
        """
        reasons = _reasons(errors)
        with _disk():
            self._open().executemany(
                "INSERT OR REPLACE INTO reject VALUES (?, ?, ?, ?, ?)", [(line, *reasons) for line in lines]
            )

    def __iter__(self) -> Iterator[tuple[int, tuple[str, str, str, str]]]:
        """Line and its reasons (columns, values, codes, how to mend them), by line."""
        with _disk():
            for line, *reasons in self._open().execute("SELECT * FROM reject ORDER BY line"):
                columns, cells, codes, how = reasons
                yield line, (columns, cells, codes, how)

    def _open(self) -> sqlite3.Connection:
        if self._lines is None:
            raise RuntimeError("the rejected lines are not open")
        return self._lines


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(errno.ENOSPC, str(error), tempfile.gettempdir()) from error


def write_rejects(path: Path, table: Table, rejected: RejectedLines) -> int:
    """Write the rejected rows, and return how many there are; without any, nothing is written.

    The table is read again for the rows as they stand in the file. A row that could not be taken apart has blank cells
    here, so that importing it again rejects it again, and stands as it is among the values that are wrong. The file
    appears whole or not at all.

    Args:
        path: where to write; what else is there, perhaps mended by hand, is kept under a number.
        table: the table that the rows come from.
        rejected: the lines on which rows start, and what is wrong with them.
    """
    reasons = iter(rejected)
    line, why = next(reasons, (0, ("", "", "", "")))
    if not line:
        return 0
    kept = [place for place, name in enumerate(table.header) if name not in REJECT_COLUMNS]
    unfinished = path.with_name(f"{path.name}.unfinished")
    written = 0
    try:
        # utf-8-sig: without the mark Excel reads Vietnamese as a Windows code page.
        with unfinished.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as stream:
            out = csv.writer(stream, delimiter=table.delimiter or ",")
            out.writerow([*(guarded(table.header[place]) for place in kept), *REJECT_COLUMNS])
            for row in table.rows:
                if row.line == line:
                    out.writerow([*_cells(row, kept), str(line), *_as_it_stands(row, why)])
                    written += 1
                    line, why = next(reasons, (0, why))
        _keep_another(path, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def set_aside_stale(path: Path) -> Path | None:
    """Give rejects of an earlier import a number, now that no row is rejected; returns the new name.

    Nothing is deleted: somebody may have mended it. What is no file of rejects stays, and None is returned.

    Raises:
        OSError: it can be neither read nor renamed.
    """
    if not path.is_file():
        return None
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        header = stream.readline()
    return _numbered(path) if all(name in header for name in REJECT_COLUMNS) else None


def _cells(row: TableRow, kept: Sequence[int]) -> list[str]:
    return [guarded(text_of(row.cells[place])) for place in kept]


def _as_it_stands(row: TableRow, why: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
    if row.error is None:
        return why
    raw = row.raw if len(row.raw) <= MAX_RAW_CHARS else row.raw[: MAX_RAW_CHARS - 1] + "…"
    return why[0], guarded(raw), *why[2:]


def _keep_another(path: Path, fresh: Path) -> None:
    """Put what is there aside, unless it is the same: somebody may have mended it and imported the file once more."""
    if not path.exists() or path.read_bytes() == fresh.read_bytes():
        return
    _numbered(path)


def _numbered(path: Path) -> Path:
    """Rename it to the first number that is free; returns the new name."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    return path.rename(kept)


def _reasons(errors: Sequence[CellError]) -> tuple[str, str, str, str]:
    columns = "\n".join(error.column for error in errors)
    values = "\n".join(error.value for error in errors)
    codes = "\n".join(error.code for error in errors)
    return guarded(columns), guarded(values), codes, "\n".join(error.vi for error in errors)
