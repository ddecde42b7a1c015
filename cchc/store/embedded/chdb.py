"""The store on one machine: ClickHouse inside this process (chDB).

Measured on chDB 4.4.0, and the reason for what is done here:
  * One connection runs one statement at a time: a call gets a connection of its own (``connections``).
  * An insert is one part, so visible as a whole or not at all, when one thread writes it (``max_insert_threads``) and
    its rows are gathered by number alone (``min_insert_block_size_*``).
  * ``async_insert`` is on by default and would answer before the rows are stored.
  * An insert of an Arrow table is fastest, but the first one in a process makes the engine import pandas, for half a
    second or more. Up to some thousand rows text takes no longer.
  * ``send_insert``, the way to stream bytes, does not say when what it was given could not be stored.
  * The engine takes one directory per process, and one process per directory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
from chdb.state.sqlitelike import Connection

from cchc.store import failures, names
from cchc.store.embedded import arrow
from cchc.store.embedded.connections import Connections
from cchc.store.embedded.json_columns import json_columns
from cchc.store.insertion import Insertion
from cchc.store.parameters import bound
from cchc.store.port import MAX_INSERT_ROWS, Column, Parameter, Rows, Store

_ROOT_DATABASE = "default"
_ANSWER_FORMAT = "JSONCompactEachRowWithNamesAndTypes"
_MOST_ROWS_AS_TEXT = 5_000
_INEXACT = re.compile(r"\b(?:B?Float\d+|Decimal\d*|U?Int(?:128|256)|JSON|Dynamic|Variant)\b")


class ChdbDatabase(Store):
    """One database of an open store.

    Args:
        connections: the connections of the store that it belongs to.
        database: where unqualified table names resolve.
    """

    def __init__(self, connections: Connections, database: str) -> None:
        self._connections = connections
        self._database = database
        self._decoder = msgspec.json.Decoder(tuple)

    def execute(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> None:
        """Run one statement that answers nothing. See ``Store.execute``."""
        texts = bound(sql, parameters)
        with self._connections.taken(self._database) as connection:
            connection.query(sql, "Null", params=texts)

    def query(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Rows:
        """Run one SELECT and return all its rows. See ``Store.query``."""
        texts = bound(sql, parameters)
        with self._connections.taken(self._database) as connection:
            answer = connection.query(sql, _ANSWER_FORMAT, params=texts).bytes()
        return self._rows(answer)

    def insert(self, table: str, columns: Mapping[str, Column]) -> None:
        """Insert equally long columns into a table. See ``Store.insert``."""
        insertion = Insertion.of(table, columns)
        if insertion.rows == 0:
            return
        into, listed = insertion.into, insertion.listed
        with self._connections.taken(self._database) as connection:
            types = self._types(connection, insertion.table)
            if insertion.rows <= _MOST_ROWS_AS_TEXT:
                connection.query(f"{into} FORMAT JSONColumns {json_columns(columns, types)}", "Null")
            else:
                batch = arrow.table(columns, types)  # noqa: F841 — the SQL names this variable
                connection.query(f"{into} SELECT {listed} FROM Python(batch)", "Null")  # noqa: S608 — names were checked

    def in_database(self, name: str) -> ChdbDatabase:
        """A view of the same store in another database. See ``Store.in_database``."""
        return ChdbDatabase(self._connections, names.database(name))

    def create_database(self, name: str) -> None:
        """Make a database. See ``Store.create_database``."""
        self.execute(f"CREATE DATABASE IF NOT EXISTS {names.database(name)}")

    def drop_database(self, name: str) -> None:
        """Drop a database, and free its space at once. See ``Store.drop_database``."""
        with self._connections.taken(_ROOT_DATABASE) as connection:
            connection.query(f"DROP DATABASE IF EXISTS {names.database(name)} SYNC", "Null")
        self._connections.forget(name)

    def databases(self) -> list[str]:
        """The databases there are, without the server's own. See ``Store.databases``."""
        found = self.query("SELECT name FROM system.databases ORDER BY name")
        return [name for (name,) in found.rows if name not in names.SYSTEM_DATABASES]

    def close(self) -> None:
        """Does nothing: who opened the store closes it."""

    def _types(self, connection: Connection, table: str) -> dict[str, str]:
        answer = connection.query(f"DESCRIBE TABLE {table}", _ANSWER_FORMAT).bytes()
        return {row[0]: row[1] for row in self._rows(answer).rows}

    def _rows(self, answer: bytes) -> Rows:
        try:
            lines = self._decoder.decode_lines(answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise failures.answer_refused(f"a text is not UTF-8: {error}") from error
        if not lines:
            return Rows((), [])
        columns, types, *rows = lines
        for column, type_name in zip(columns, types, strict=True):
            if _INEXACT.search(type_name):
                raise failures.answer_refused(f"{column} is {type_name}")
        return Rows(columns, rows)


class ChdbStore(ChdbDatabase):
    """A directory with an embedded ClickHouse.

    ``open`` starts it. Its own unqualified table names resolve in the engine's ``default`` database, which is not for
    tables: make one with ``create_database`` and work in ``in_database``.

    Args:
        path: the store's directory; made if it is missing. It holds nothing else, and may be deleted while nobody has
            it open: everything in it comes from the log.
        max_memory_bytes: most memory of one statement; half of it is where grouping and sorting begin to use the disk.
        max_threads: most threads of one statement; as many as the machine has cores where it is None.
    """

    def __init__(self, path: Path, *, max_memory_bytes: int = 1_200_000_000, max_threads: int | None = None) -> None:
        super().__init__(Connections(path, _settings(max_memory_bytes, max_threads)), _ROOT_DATABASE)

    def open(self) -> ChdbStore:
        """Start the engine; returns the store itself.

        Raises:
            Refused: ``store.one_path_per_process``, ``store.path_refused``, ``store.not_durable``.
            Unavailable: ``store.locked``, ``store.disk_full``.
            Corrupt: ``store.corrupt``.
        """
        self._connections.open()
        return self

    def close(self) -> None:
        """Wait for the statements under way and stop. Closing twice does nothing."""
        self._connections.close()


def _settings(max_memory_bytes: int, max_threads: int | None) -> dict[str, int | str]:
    settings: dict[str, int | str] = {
        "async_insert": 0,
        "max_insert_threads": 1,
        "min_insert_block_size_rows": 2 * MAX_INSERT_ROWS,
        "min_insert_block_size_bytes": 0,
        "mutations_sync": 2,
        "max_memory_usage": max_memory_bytes,
        "max_bytes_before_external_group_by": max_memory_bytes // 2,
        "max_bytes_before_external_sort": max_memory_bytes // 2,
        "output_format_json_quote_64bit_integers": 0,
        "implicit_select": 0,  # a typing error is an error, not a SELECT
        "session_timezone": "UTC",  # not the machine's
        # With it, the flags of a dossier, which build on each other, take twice as long: it picks rows anew for each.
        "short_circuit_function_evaluation": "disable",
        # With it, the analyser searches all that the flags are made of for every AND.
        "optimize_and_compare_chain": 0,
    }
    if max_threads is not None:
        settings["max_threads"] = max_threads
    return settings
