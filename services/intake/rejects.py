"""The rejected rows of a file, as a CSV that can be mended and imported again.

It has the file's own columns, and behind them the line and what is wrong, one reason per line of the cell. Cells that
a spreadsheet would run as a formula get an apostrophe before them, which is taken off when the file is read back.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from services.intake.grid import REJECT_COLUMNS, Table, guarded
from services.intake.values import CellError, text_of


def rejects_path(path: Path) -> Path:
    """``FILE.rejects.csv`` beside the file."""
    return path.with_name(f"{path.name}.rejects.csv")


def write_rejects(path: Path, table: Table, rejected: Mapping[int, Sequence[CellError]]) -> int:
    """Write the rejected rows, and return how many there are; without any, nothing is written.

    The table is read again for the rows as they stand in the file. A row that could not be taken apart has blank cells
    here, so that importing it again rejects it again. The file appears whole or not at all.

    Args:
        path: where to write; what else is there, perhaps mended by hand, is kept under a number.
        table: the table that the rows come from.
        rejected: line on which a row starts → what is wrong with it.
    """
    if not rejected:
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
                if row.line in rejected:
                    cells = [guarded(text_of(row.cells[place])) for place in kept]
                    out.writerow([*cells, str(row.line), *_reasons(rejected[row.line])])
                    written += 1
        _keep_another(path, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def _keep_another(path: Path, fresh: Path) -> None:
    """Put what is there aside, unless it is the same: somebody may have mended it and imported the file once more."""
    if not path.exists() or path.read_bytes() == fresh.read_bytes():
        return
    number = 1
    while (kept := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    path.rename(kept)


def _reasons(errors: Iterable[CellError]) -> tuple[str, str, str, str]:
    told = list(errors)
    columns = "\n".join(error.column for error in told)
    values = "\n".join(error.value for error in told)
    codes = "\n".join(error.code for error in told)
    return guarded(columns), guarded(values), codes, "\n".join(error.vi for error in told)
