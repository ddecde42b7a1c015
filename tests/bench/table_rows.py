"""Rows of the table ``fact`` in the shapes that others than the store take: the driver's arrays, and text with tabs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from clickhouse_driver import Client

from cchc.store.port import Coded, Column
from cchc.store.server.settings import ClickHouseSettings, statement_settings

Columns = Mapping[str, Column]

_OLDEST = (18, 16)


def driver_arrays(columns: Columns) -> list[npt.NDArray[Any]]:
    """The columns as clickhouse-driver sends them fastest: integers as they lie, texts as bytes."""
    return [_array(column) for column in columns.values()]


def _array(column: Column) -> npt.NDArray[Any]:
    if isinstance(column, Coded):
        distinct = np.fromiter(map(str.encode, column.values), dtype=object, count=len(column.values))
        return distinct[column.codes]
    return np.asarray(column)


def tab_separated(columns: Columns, rows: int) -> Iterator[bytes]:
    """So many rows at a time, a line each, the last without its end. No text has a tab, a backslash or a line's end."""
    frame = pl.DataFrame({name: _series(column) for name, column in columns.items()})
    for part in frame.iter_slices(rows):
        yield part.write_csv(include_header=False, separator="\t", quote_style="never").rstrip("\n").encode()


def _series(column: Column) -> pl.Series:
    if isinstance(column, Coded):
        return pl.Series(column.values, dtype=pl.String).gather(column.codes)
    return pl.Series(np.asarray(column))


def client(settings: ClickHouseSettings, database: str) -> Client:
    """The driver's own client, told what the store tells it."""
    return Client(
        settings.host,
        port=settings.port or 9000,
        database=settings.prefix + database,
        compression="lz4",
        settings=statement_settings(settings, _OLDEST),
    )


def insert_bare(client: Client, names: Sequence[str], arrays: Sequence[npt.NDArray[Any]]) -> None:
    """One insert of columns into ``fact``."""
    settings = {"use_numpy": True, "strings_as_bytes": True}
    client.execute(f"INSERT INTO fact ({', '.join(names)}) VALUES", list(arrays), columnar=True, settings=settings)
