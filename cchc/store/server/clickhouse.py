"""The store on a ClickHouse server, from Debian's 18.16 on, over the native protocol.

Measured on 18.16.1, and the reason for what is done here:
  * The server cannot bind parameters: literals take their places (``cchc.store.parameters``).
  * A block of the native protocol that stays under ``max_insert_block_size`` becomes one part: visible whole or not at
    all.
  * Columns go as numpy arrays: integers are copied as they lie, texts are encoded once for each distinct one.

When a connection is lost in the middle of a query or an insert, it is run once more on a fresh one: the server may have
been done, so an insert may be stored twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from clickhouse_driver import Client

from cchc.store import names
from cchc.store.columns import written
from cchc.store.insertion import Insertion
from cchc.store.parameters import with_literals
from cchc.store.port import Coded, Column, Parameter, Rows, Store
from cchc.store.server.answers import rows_of
from cchc.store.server.connections import ServerConnections
from cchc.store.server.settings import ClickHouseSettings, drop_database_sql, made_on_server

_COLUMNS_AS_THEY_LIE = {"use_numpy": True, "strings_as_bytes": True}


class ClickHouseDatabase(Store):
    """One database of an open server.

    Args:
        connections: the connections to the server.
        database: where unqualified table names resolve, by its name on the server.
    """

    def __init__(self, connections: ServerConnections, database: str) -> None:
        self._connections = connections
        self._database = database

    def execute(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> None:
        """Run one statement that answers nothing. See ``Store.execute``."""
        statement = made_on_server(with_literals(sql, parameters), self._connections.version)
        self._connections.call(self._database, lambda client: client.execute(statement), repeatable=False)

    def query(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Rows:
        """Run one SELECT and return all its rows. See ``Store.query``."""
        return query_rows(self._connections, self._database, with_literals(sql, parameters))

    def insert(self, table: str, columns: Mapping[str, Column]) -> None:
        """Insert equally long columns into a table. See ``Store.insert``."""
        insert_columns(self._connections, self._database, table, columns, {})

    def in_database(self, name: str) -> ClickHouseDatabase:
        """A view of the same server in another database. See ``Store.in_database``."""
        return ClickHouseDatabase(self._connections, self._named(name))

    def create_database(self, name: str) -> None:
        """Make a database. See ``Store.create_database``."""
        self._in_root(f"CREATE DATABASE IF NOT EXISTS {self._named(name)}")

    def drop_database(self, name: str) -> None:
        """Drop a database, and free its space at once. See ``Store.drop_database``."""
        self._in_root(drop_database_sql(self._named(name), self._connections.version))
        self._connections.forget(self._named(name))

    def databases(self) -> list[str]:
        """The databases there are, without the server's own and those of another prefix. See ``Store.databases``."""
        prefix = self._connections.settings.prefix
        found = self._connections.call(
            self._connections.settings.database,
            lambda client: client.execute("SELECT name FROM system.databases ORDER BY name"),
            repeatable=True,
        )
        theirs = names.SYSTEM_DATABASES
        return [name.removeprefix(prefix) for (name,) in found if name.startswith(prefix) and name not in theirs]

    def close(self) -> None:
        """Does nothing: who opened the store closes it."""

    def _named(self, name: str) -> str:
        return names.database(self._connections.settings.prefix + names.database(name))

    def _in_root(self, sql: str) -> None:
        root = self._connections.settings.database
        self._connections.call(root, lambda client: client.execute(sql), repeatable=True)


class ClickHouseStore(ClickHouseDatabase):
    """A ClickHouse server.

    ``open`` logs in. Its own unqualified table names resolve in the database of the settings, which is not for tables:
    make one with ``create_database`` and work in ``in_database``.

    Args:
        settings: where the server is, and what a statement may use of it.
    """

    def __init__(self, settings: ClickHouseSettings) -> None:
        super().__init__(ServerConnections(settings), settings.database)

    def open(self) -> ClickHouseStore:
        """Log in; returns the store itself.

        Raises:
            Unavailable: ``store.unavailable``.
            Refused: ``store.login_refused``, ``store.tls_failed``.
        """
        self._connections.open()
        return self

    def close(self) -> None:
        """Wait for the statements under way and log out. Closing twice does nothing."""
        self._connections.close()


def query_rows(connections: ServerConnections, database: str, statement: str) -> Rows:
    """All rows of one SELECT without parameters. Errors as ``Store.query``."""
    columns, described = connections.call(
        database, lambda client: client.execute(statement, columnar=True, with_column_types=True), repeatable=True
    )
    return rows_of(columns, described)


def insert_columns(
    connections: ServerConnections,
    database: str,
    table: str,
    columns: Mapping[str, Column],
    settings: Mapping[str, int],
) -> None:
    """Insert columns into a table, with ClickHouse settings of this insert. Errors as ``Store.insert``."""
    insertion = Insertion.of(table, columns)
    if insertion.rows == 0:
        return
    from cchc.store.server.driver_texts import Texts  # noqa: PLC0415 — brings pandas, which only inserts need

    def as_the_driver_takes(values: npt.NDArray[Any] | list[str] | Coded) -> npt.NDArray[Any] | Texts:
        return values if isinstance(values, np.ndarray) else Texts.of(values)

    def insert(client: Client) -> None:
        types = {row[0]: row[1] for row in client.execute(f"DESCRIBE TABLE {insertion.table}")}
        arrays = list(written(columns, types, as_the_driver_takes).values())
        client.execute(f"{insertion.into} VALUES", arrays, columnar=True, settings={**_COLUMNS_AS_THEY_LIE, **settings})

    connections.call(database, insert, repeatable=True)
