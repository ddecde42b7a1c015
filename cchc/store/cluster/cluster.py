"""The store on a cluster of ClickHouse servers: facts sharded by subject, everything else on every server.

``docs/adr/0013-a-cluster-is-asked-part-by-part.md`` says why so.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import stamina
from clickhouse_driver import Client

from cchc.errors import Unavailable
from cchc.store import names
from cchc.store.cluster.nodes import ClusterNodes
from cchc.store.cluster.restoring import restore
from cchc.store.cluster.statements import SHARDED, Place, changes_tables, is_part, on_node, part_of
from cchc.store.parameters import with_literals
from cchc.store.port import Column, Parameter, Rows, Store
from cchc.store.server.clickhouse import insert_columns, query_rows
from cchc.store.server.connections import ServerConnections
from cchc.store.server.settings import ClickHouseSettings, drop_database_sql, made_on_server

_INSERT_WAITS_S = 60.0


class ClusterDatabase(Store):
    """One database of a cluster.

    Args:
        nodes: the servers of the store that it belongs to.
        database: where unqualified table names resolve, by its name on the servers.
        sharded: tables whose rows are spread over the shards, and by what.
    """

    def __init__(self, nodes: ClusterNodes, database: str, sharded: Mapping[str, str]) -> None:
        self._nodes = nodes
        self._database = database
        self._sharded = sharded

    def execute(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> None:
        """Run one statement that answers nothing; where it changes tables, on every server, none of which may be away.

        See ``Store.execute``.
        """
        statement = with_literals(sql, parameters)
        if not changes_tables(statement):
            with self._nodes.inserting:
                quorum = self._quorum(sharded=False)
                self._nodes.ask_any(lambda node: self._run(node, self._database, statement, quorum))
            return

        def change(place: Place, node: ServerConnections) -> None:
            for one in on_node(statement, self._database, place, self._sharded):
                self._run(node, self._database, made_on_server(one, node.version))

        self._nodes.ask_all(change)

    def query(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Rows:
        """Run one SELECT over the whole and return all its rows. See ``Store.query``."""
        statement = with_literals(sql, parameters)
        return self._nodes.ask_any(lambda node: query_rows(node, self._database, statement))

    def query_by_subject(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Rows:
        """Run one SELECT on every shard over the facts that lie there. See ``Store.query_by_subject``."""
        statement = with_literals(sql, parameters)
        part = part_of(self._database)
        answers = self._nodes.ask_every_shard(lambda node: query_rows(node, part, statement))
        return Rows(answers[0].names, list(chain.from_iterable(one.rows for one in answers)))

    def insert(self, table: str, columns: Mapping[str, Column]) -> None:
        """Insert equally long columns into a table; of a sharded one, the rows of each shard are whole or not there.

        See ``Store.insert``.
        """
        settings = self._quorum(sharded=table.rpartition(".")[2] in self._sharded)

        def insert(node: ServerConnections) -> None:
            insert_columns(node, self._database, table, columns, settings)

        for attempt in stamina.retry_context(on=_is_busy, attempts=None, timeout=_INSERT_WAITS_S, wait_initial=0.05):
            with attempt, self._nodes.inserting:
                self._nodes.ask_any(insert)

    def in_database(self, name: str) -> ClusterDatabase:
        """A view of the same cluster in another database. See ``Store.in_database``."""
        return ClusterDatabase(self._nodes, self._named(name), self._sharded)

    def create_database(self, name: str) -> None:
        """Make a database on every server, none of which may be away. See ``Store.create_database``."""
        database = self._named(name)

        def create(_: Place, node: ServerConnections) -> None:
            for one in (database, part_of(database)):
                self._run(node, node.settings.database, f"CREATE DATABASE IF NOT EXISTS {one}")

        self._nodes.ask_all(create)

    def drop_database(self, name: str) -> None:
        """Drop a database on every server that is not away; it is listed again when one of those returns.

        See ``Store.drop_database``.
        """
        database = self._named(name)

        def drop(node: ServerConnections) -> None:
            for one in (part_of(database), database):
                self._run(node, node.settings.database, drop_database_sql(one, node.version))
                node.forget(one)

        self._nodes.ask_present(drop)

    def databases(self) -> list[str]:
        """The databases that are on any server, without the servers' own. See ``Store.databases``."""
        prefix = self._nodes.settings.prefix
        sql = "SELECT name FROM system.databases"
        answers = self._nodes.ask_present(lambda node: query_rows(node, node.settings.database, sql).rows)
        found = {str(name) for (name,) in chain.from_iterable(answers)} - names.SYSTEM_DATABASES
        return sorted(name.removeprefix(prefix) for name in found if name.startswith(prefix) and not is_part(name))

    def restore(self) -> list[str]:
        """Give servers that came back empty what others have of this database. See ``Store.restore``."""
        return restore(self._nodes, self._database)

    def close(self) -> None:
        """Does nothing: who opened the store closes it."""

    def _named(self, name: str) -> str:
        return names.database(self._nodes.settings.prefix + names.database(name))

    def _quorum(self, *, sharded: bool) -> dict[str, int]:
        quorum = self._nodes.quorum(sharded=sharded)
        return {"insert_quorum": quorum if quorum > 1 else 0}

    @staticmethod
    def _run(node: ServerConnections, database: str, statement: str, settings: Mapping[str, int] | None = None) -> None:
        def run(client: Client) -> None:
            client.execute(statement, settings=settings)

        node.call(database, run, repeatable=False)


def _is_busy(error: Exception) -> bool:
    """Whether an insert has to wait its turn: another one, of another process maybe, waits for its replicas."""
    return isinstance(error, Unavailable) and error.code == "store.busy"


class ClusterStore(ClusterDatabase):
    """A cluster of ClickHouse servers that share a ZooKeeper or Keeper.

    ``open`` logs in. All else as ``ClickHouseStore``.

    Args:
        settings: with the cluster's name, and one or more of its servers.
        sharded: tables whose rows are spread over the shards, and by what.
    """

    def __init__(self, settings: ClickHouseSettings, sharded: Mapping[str, str] = SHARDED) -> None:
        super().__init__(ClusterNodes(settings), settings.database, sharded)

    def open(self) -> ClusterStore:
        """Log in; returns the store itself. Errors as ``ClusterNodes.open``."""
        self._nodes.open()
        return self

    def close(self) -> None:
        """Wait for the statements under way and log out. Closing twice does nothing."""
        self._nodes.close()
