"""A server of a cluster that came back empty: its tables are made as others have them, and filled from replicas.

A replicated table is filled apart and takes its place when it has all that its replica had: until then the server does
not know the table, and others are asked. 18.16 would answer from the half of it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from time import monotonic

from clickhouse_driver import Client

from cchc.errors import Refused
from cchc.store import failures
from cchc.store.cluster.nodes import ClusterNodes
from cchc.store.cluster.statements import Place, part_of, replica_name, staging_of
from cchc.store.server.connections import ServerConnections
from cchc.store.server.settings import DROPPED_REPLICAS, drop_database_sql

_REPLICATED = re.compile(
    r"(?P<begin>ReplicatedMergeTree\(')(?P<path>[^']+)(?P<between>', ')(?P<replica>[^']+)(?P<end>')"
)
_EVERYWHERE = "all"
_ORDER = ("ReplicatedMergeTree", "Distributed", "View")
_REPLICA_IS_THERE, _DATABASE_IS_THERE = "Code: 253.", "Code: 82."
_LOOK_AGAIN_S = 0.2
_NO_PROGRESS_S, _ABANDONED_S = 300.0, 60.0

_Name = tuple[str, str]
"""Database and table."""


def restore(nodes: ClusterNodes, database: str) -> list[str]:
    """Give every server that answers what others have of a database and its part; returns what was restored.

    What lay on one server alone is not made: it would be empty. The database is then built anew (``cchc rebuild``).

    Raises:
        Unavailable: ``store.unavailable`` when nothing came from the replica for minutes. Others as the statements.
    """
    present = nodes.present()
    restored: list[str] = []
    for place, node in present.items():
        others = {other: present[other] for other in present if other != place}
        restored += _Lost(place, node, database, others).restore()
    return restored


def _tables(node: ServerConnections, database: str) -> dict[_Name, str]:
    sql = (
        "SELECT database, name, engine FROM system.tables"  # noqa: S608 — names of ours
        f" WHERE database IN ('{database}', '{part_of(database)}')"
    )
    rows = node.call(node.settings.database, lambda client: client.execute(sql), repeatable=True)
    return {(of, name): engine for of, name, engine in rows if engine in _ORDER}


class _Lost:
    """A server that may lack tables.

    Args:
        place: where it stands in the cluster.
        node: its connections.
        database: which it may lack.
        others: the other servers that answer.
    """

    def __init__(
        self, place: Place, node: ServerConnections, database: str, others: Mapping[Place, ServerConnections]
    ) -> None:
        self._place = place
        self._node = node
        self._database = database
        self._staging = staging_of(database)
        self._others = others

    def restore(self) -> list[str]:
        """Make what it lacks as one of the others has it that has its rows, too; returns what that was."""
        if not self._lost():
            return []
        for one in (self._database, part_of(self._database)):
            self._run(f"CREATE DATABASE IF NOT EXISTS {one}")
        self._take_turn()
        try:
            # Somebody else may have been at it.
            return [f"{self._node.settings.address} {_dotted(name)}" for name in self._lost() if self._made(name)]
        finally:
            self._run(drop_database_sql(self._staging, self._node.version))

    def _lost(self) -> list[_Name]:
        """What it lacks, in the order in which it can be made."""
        known = [_tables(node, self._database) for node in self._others.values()]
        there = {name: engine for tables in known for name, engine in tables.items()}
        lost = there.keys() - _tables(self._node, self._database).keys()
        return sorted(lost, key=lambda name: (_ORDER.index(there[name]), name[0] != self._database, name))

    def _take_turn(self) -> None:
        """Make the place apart, which one process has at a time; one that nobody fills any more is taken over."""
        never, had, since = threading.Event(), -1, monotonic()
        while True:
            try:
                self._run(f"CREATE DATABASE {self._staging}")
            except Refused as error:
                if _DATABASE_IS_THERE not in error.en:
                    raise
            else:
                return
            has = _rows(self._node, (self._staging, None))
            if has != had:
                had, since = has, monotonic()
            if monotonic() - since > _ABANDONED_S:
                self._run(drop_database_sql(self._staging, self._node.version))
            never.wait(_LOOK_AGAIN_S)

    def _made(self, name: _Name) -> bool:
        """Make a table as another server has it; False where none has this server's rows."""
        for place, other in self._others.items():
            if name not in _tables(other, self._database):
                continue
            show = f"SHOW CREATE TABLE {_dotted(name)}"
            rows = other.call(other.settings.database, lambda client: client.execute(show), repeatable=True)  # noqa: B023 — called at once
            definition = rows[0][0]
            replicated = _REPLICATED.search(definition)
            if replicated is None:
                self._run(_guarded(definition))
                return True
            if replicated["path"].endswith(f"/{_EVERYWHERE}") or place.shard == self._place.shard:
                self._fill(name, definition, replicated["path"], other)
                return True
        return False

    def _fill(self, name: _Name, definition: str, path: str, other: ServerConnections) -> None:
        staged = (self._staging, name[1])
        own = replica_name(self._place)
        made = _REPLICATED.sub(rf"\g<begin>\g<path>\g<between>{own}\g<end>", definition, count=1)
        made = made.replace(_dotted(name), _dotted(staged), 1)
        wanted = _rows(other, name)
        if self._node.version >= DROPPED_REPLICAS:
            self._forgotten_by(other, own, path)
        try:
            self._run(made)
        except Refused as error:
            if _REPLICA_IS_THERE not in error.en:
                raise
            # ZooKeeper knows the replica: it is the same one, which has lost its parts and fetches them.
            self._run(made.replace("CREATE TABLE", "ATTACH TABLE", 1))
        self._wait_for(staged, wanted)
        self._run(f"RENAME TABLE {_dotted(staged)} TO {_dotted(name)}")

    def _forgotten_by(self, other: ServerConnections, own: str, path: str) -> None:
        sql = f"SYSTEM DROP REPLICA '{own}' FROM ZKPATH '{path}'"
        other.call(other.settings.database, lambda client: client.execute(sql), repeatable=True)

    def _wait_for(self, name: _Name, wanted: int) -> None:
        never, has, since = threading.Event(), -1, monotonic()
        while (now_has := _rows(self._node, name)) < wanted:
            if now_has != has:
                has, since = now_has, monotonic()
            if monotonic() - since > _NO_PROGRESS_S:
                raise failures.unavailable(f"{self._node.settings.address}: {_dotted(name)}, {has} of {wanted} rows")
            never.wait(_LOOK_AGAIN_S)

    def _run(self, statement: str) -> None:
        def run(client: Client) -> None:
            client.execute(statement)

        self._node.call(self._node.settings.database, run, repeatable=False)


def _rows(node: ServerConnections, name: tuple[str, str | None]) -> int:
    """How many rows lie on a server of a table, or of all of a database, whatever other servers have of it."""
    database, table = name
    of_table = f" AND table = '{table}'" if table is not None else ""
    sql = f"SELECT sum(rows) FROM system.parts WHERE active AND database = '{database}'{of_table}"  # noqa: S608 — names of ours
    ((rows,),) = node.call(node.settings.database, lambda client: client.execute(sql), repeatable=True)
    return int(rows)


def _dotted(name: _Name) -> str:
    return ".".join(name)


def _guarded(definition: str) -> str:
    """The statement, harmless where another process was first."""
    return re.sub(r"^CREATE (TABLE|VIEW) ", r"CREATE \1 IF NOT EXISTS ", definition)
