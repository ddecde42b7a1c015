"""From a file to typed rows: the table, the mapping over it, each row read or rejected with its lines and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from services.intake.cells.values import Cell, CellError, Unreadable, cell_error, plain_code
from services.intake.files.grid import REJECT_COLUMNS, Table, header_key
from services.intake.files.tables import read_table
from services.intake.mapping import TableMapping
from services.intake.rows.canonical import (
    Row,
    read_calendar_day_row,
    read_dossier_row,
    read_procedure_row,
    read_unit_row,
)
from services.intake.rows.register import READERS, RegisterRow


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What became of one row of the file, or of all rows of one dossier.

    ``row`` is None when there are ``errors``; their columns are names of the file's header where it has such a column.
    """

    lines: tuple[int, ...]
    row: Row | RegisterRow | None
    errors: tuple[CellError, ...] = ()


def open_table(path: Path, mapping: TableMapping) -> Table:
    """The file as a table that has the mapping's columns.

    Raises:
        Refused: as ``tables.read_table``.
    """
    return read_table(
        path,
        mapping.required_columns(),
        mapping.optional_columns(),
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
        keys=_key_columns(mapping),
    )


def _key_columns(mapping: TableMapping) -> tuple[str, ...]:
    """Columns that make a row another dossier; none where several rows are of one, and in other kinds of files."""
    if mapping.kind.name != "dossiers" or mapping.many_per_dossier:
        return ()
    made = mapping.derived.get("dossier_code")
    return made.sources if made else (mapping.columns.get("dossier_code", ""),)


def unused_columns(table: Table, mapping: TableMapping) -> tuple[str, ...]:
    """Columns of the file that nothing is read from: a misspelt name would be among them."""
    used = {header_key(name) for name in (*mapping.required_columns(), *mapping.optional_columns())}
    ours = set(REJECT_COLUMNS)
    return tuple(name for name in table.header if name and name not in ours and header_key(name) not in used)


def read_rows(table: Table, mapping: TableMapping, now_ms: int) -> Iterator[ReadRow]:
    """Every row, typed or rejected, in the order of the file; with many rows per dossier, of the first row of each.

    One row is held at a time; with many rows per dossier, one set of cells for each dossier of the file.

    Args:
        table: of ``open_table`` with the same mapping.
        mapping: how its columns become canonical ones.
        now_ms: milliseconds since 1970-01-01T00:00:00Z.
    """
    mapped = _mapped(table, mapping)
    for row in _by_dossier(mapped, mapping) if mapping.many_per_dossier else mapped:
        typed = [] if row.broken else _typed(row.cells, mapping, now_ms)
        if isinstance(typed, list):
            # A word that the mapping does not know has its own error; the canonical cell behind it is blank by then.
            known = {error.column for error in row.errors}
            told = [_named(error, mapping) for error in typed]
            errors = (*row.errors, *(error for error in told if error.column not in known))
            yield ReadRow(tuple(row.lines), None, errors)
        elif row.errors:
            yield ReadRow(tuple(row.lines), None, tuple(row.errors))
        else:
            yield ReadRow(tuple(row.lines), typed)


@dataclass(slots=True)
class _Mapped:
    lines: list[int]
    cells: dict[str, Cell] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)
    broken: bool = False


def _mapped(table: Table, mapping: TableMapping) -> Iterator[_Mapped]:
    over = mapping.over(table)
    for row in table.rows:
        if row.error is not None:
            yield _Mapped([row.line], errors=[row.error], broken=True)
        else:
            yield _Mapped([row.line], *over.canonical(row.cells))


def _by_dossier(rows: Iterable[_Mapped], mapping: TableMapping) -> Iterator[_Mapped]:
    """One row for each dossier, and an error for each column in which its rows do not agree."""
    dossiers: dict[str, _Mapped] = {}
    alone: list[_Mapped] = []
    for row in rows:
        code = plain_code(row.cells.get("dossier_code"))
        if not code:
            alone.append(row)
            continue
        first = dossiers.setdefault(code, row)
        if first is not row:
            first.errors.extend(_disagreements(first, row, mapping))
            first.lines.extend(row.lines)
    yield from sorted([*dossiers.values(), *alone], key=lambda row: row.lines[0])


def _disagreements(first: _Mapped, other: _Mapped, mapping: TableMapping) -> Iterator[CellError]:
    for target in (*mapping.columns, *mapping.derived):
        cell, before = other.cells[target], first.cells[target]
        if cell == before or plain_code(cell) == plain_code(before):
            continue
        column = mapping.source_of(target)
        if all(error.column != column for error in first.errors):
            yield cell_error(
                column,
                cell,
                Unreadable(
                    "row.disagreement",
                    f"Dòng {other.lines[0]} khác dòng {first.lines[0]} của cùng hồ sơ; cột này phải giống nhau.",
                    f"Line {other.lines[0]} differs from line {first.lines[0]} of the same dossier in this column.",
                ),
            )


def _typed(cells: Mapping[str, Cell], mapping: TableMapping, now_ms: int) -> Row | RegisterRow | list[CellError]:
    match mapping.kind.name:
        case "units":
            return read_unit_row(cells)
        case "procedures":
            return read_procedure_row(cells)
        case "calendar-days":
            return read_calendar_day_row(cells)
        case kind if kind in READERS:
            return READERS[kind](cells, now_ms)
        case _:
            return read_dossier_row(cells, now_ms, zone=mapping.zone, due_is_instant=mapping.due_is_instant)


def _named(error: CellError, mapping: TableMapping) -> CellError:
    return replace(error, column=mapping.source_of(error.column))
