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

    def added(self, keys: int) -> list[tuple[Any, ...]]:
        """Rows that have the same first cells as one row: integers added up, lists united without repetition.

        Args:
            keys: how many cells name a row; the others are integers and lists.
        """
        sums: dict[tuple[Any, ...], list[Any]] = {}
        for row in self.rows:
            key, cells = row[:keys], row[keys:]
            sums[key] = list(map(_together, sums[key], cells)) if key in sums else list(cells)
        return [(*key, *cells) for key, cells in sums.items()]

    def scalar(self) -> Any:
        """The one cell of a one-cell answer."""
        return self.rows[0][0]


def _together(one: Any, other: Any) -> Any:
    return list(dict.fromkeys([*one, *other])) if isinstance(one, list) else one + other


class Store(abc.ABC):
    """A ClickHouse and one of its databases, in the subset of SQL that versions 18.16 to 26.x share.

    Every implementation passes ``cchc.testing.store_contract``.

    Promised:
      * Parameters are bound, never pasted: SQL names them ``{name:Type}`` with Type one of ``Int64``, ``UInt64``,
        ``String``, ``Array(Int64)``, ``Array(String)``. What does not fit its type is refused, never wrapped or cut.
      * One ``insert`` of up to ``MAX_INSERT_ROWS`` rows into a table without PARTITION BY is visible as a whole or not
        at all, also after a crash, and is durable when the call returns.
      * An integer that does not fit its column is refused, never wrapped.
      * Unqualified table names resolve in this store's database, whatever other views and threads do.
      * An error leaves the store as usable as it was.
      * Calls from several threads are safe, and a short one does not wait for a long one.

    Not promised: transactions over several calls; that an insert is stored once (one whose answer is lost on the way is
    stored again, and both are whole); uniqueness of any key; order of rows without ORDER BY; floats and
    decimals (an answer that has them is refused); texts that are not UTF-8 (answer ``hex(x)`` instead).
    """

    @abc.abstractmethod
    def execute(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> None:
        """Run one statement that answers nothing.

        Parameters that the SQL does not name are left out.

        Raises:
            Refused: ``store.statement_refused``, the server's reason within; ``store.parameter_refused``;
                ``store.login_refused``.
            Unavailable: ``store.locked``, ``store.disk_full``, ``store.memory_limit``, ``store.busy``,
                ``store.closed``; ``store.unavailable`` where the server is away, or went away before it answered.
            Corrupt: ``store.corrupt``.
        """

    @abc.abstractmethod
    def query(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Rows:
        """Run one SELECT and return all its rows: arrays and tuples as lists, NULL as None.

        Raises:
            Refused: ``store.answer_refused`` for floats, decimals and texts that are not UTF-8. Others as ``execute``.
        """

    def query_by_subject(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Rows:
        """Run one SELECT over each part of the store, and return the rows of one part after another.

        A part has all facts of its subjects, and the whole of every table but ``fact``; ``fact_everywhere`` is the
        whole of that. So what is folded by subject is complete in its part, and a group of subjects has a row for each
        part that has any: ``Rows.added`` makes one of them. A store on one machine is one part.

        Errors as ``query``.
        """
        return self.query(sql, parameters)

    @abc.abstractmethod
    def insert(self, table: str, columns: Mapping[str, Column]) -> None:
        """Insert equally long columns into a table; columns that are not named take their defaults.

        Args:
            table: ``name`` or ``database.name``, never user input.
            columns: by name. No rows, or no columns: nothing happens.

        Raises:
            Refused: ``store.column_refused``, ``store.insert_too_large``, ``store.name_refused``. Others as
                ``execute``.
        """

    @abc.abstractmethod
    def in_database(self, name: str) -> Store:
        """The same store with unqualified table names in this database, which need not exist yet.

        Closing what this returns does nothing: who opened the store closes it.

        Raises:
            Refused: ``store.name_refused`` unless the name is ``[a-z][a-z0-9_]*`` and not one of the server's own.
        """

    def restore(self) -> list[str]:
        """Make this database whole again on servers of the store that have lost it, from others that have it.

        Returns what was restored, ``server database.table``; on one machine there is nothing to restore from. Errors as
        ``execute``.
        """
        return []

    @abc.abstractmethod
    def create_database(self, name: str) -> None:
        """Make an empty database; one that exists is left as it is. Errors as ``in_database`` and ``execute``."""

    @abc.abstractmethod
    def drop_database(self, name: str) -> None:
        """Drop a database with all its tables, or do nothing. Errors as ``in_database`` and ``execute``."""

    @abc.abstractmethod
    def databases(self) -> list[str]:
        """The names of all databases in alphabetical order, without the server's own. Errors as ``execute``."""

    @abc.abstractmethod
    def close(self) -> None:
        """Give back what it holds. Closing twice does nothing."""


MAX_INSERT_ROWS = 500_000
"""Most rows of one insert: under one block of every supported server, so that an insert is one part."""
