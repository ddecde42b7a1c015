"""Columns cut to what one insert takes: very small events, or very many bad ones, may be more than that at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cchc.store.port import MAX_INSERT_ROWS, Coded, Column, Store


def insert_in_parts(store: Store, table: str, columns: Mapping[str, Column]) -> None:
    """Insert columns of any length, in as few inserts as the store takes; each of them is whole or not at all."""
    for part in _parts(columns):
        store.insert(table, part)


def _parts(columns: Mapping[str, Column]) -> Iterator[Mapping[str, Column]]:
    rows = max(len(column.codes if isinstance(column, Coded) else column) for column in columns.values())
    for start in range(0, rows, MAX_INSERT_ROWS):
        chosen = slice(start, start + MAX_INSERT_ROWS)
        yield {name: _sliced(column, chosen) for name, column in columns.items()}


def _sliced(column: Column, chosen: slice) -> Column:
    return Coded(column.values, column.codes[chosen]) if isinstance(column, Coded) else column[chosen]
