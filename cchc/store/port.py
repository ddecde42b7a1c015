"""What a store promises."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Parameter: TypeAlias = int | str | Sequence[int] | Sequence[str]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of strings as distinct values and one index a row: how repeated strings travel."""

    values: Sequence[str]
    codes: npt.NDArray[np.uint32]


Column: TypeAlias = npt.NDArray[Any] | Coded | Sequence[str] | Sequence[int]


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a query: column names, and rows of ints, strings and (nested) lists of them."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def dicts(self) -> list[dict[str, Any]]:
        """One mapping a row."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]

    def scalar(self) -> Any:  # noqa: ANN401 — whatever the one cell holds
        """The one cell of a one-cell answer."""
        return self.rows[0][0]


class Store(abc.ABC):
    """A ClickHouse database, in the subset of SQL that versions 18.16 to 26.x share.

    Every implementation passes ``cchc.testing.store_contract``.

    Promised:
      * Parameters are bound, never pasted: SQL names them ``{name:Type}`` with Type one of ``Int64``, ``UInt64``,
        ``String``, ``Array(Int64)``, ``Array(String)``.
      * One ``insert`` of up to ``MAX_INSERT_ROWS`` rows is visible as a whole or not at all, also after a crash, and is
        durable when the call returns.
      * Calls from several threads are safe.

    Not promised: transactions over several calls; uniqueness of any key; order of rows without ORDER BY; floats.
    """

    @abc.abstractmethod
    def execute(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> None:
        """Run one statement that answers nothing.

        Raises:
            Refused: ``store.statement_refused``, the server's reason within.
            Unavailable: ``store.locked``, ``store.disk_full``.
        """

    @abc.abstractmethod
    def query(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Rows:
        """Run one SELECT and return all its rows. Errors as ``execute``."""

    @abc.abstractmethod
    def insert(self, table: str, columns: Mapping[str, Column]) -> None:
        """Insert equally long columns into a table (``name`` or ``database.name``, never user input). Errors as ``execute``."""

    @abc.abstractmethod
    def close(self) -> None:
        """Give back what it holds. Closing twice does nothing."""


MAX_INSERT_ROWS = 500_000
"""Most rows of one insert: under one block of every supported server, so that an insert is one part."""
