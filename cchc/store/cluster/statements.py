"""Statements of the schema as the nodes of a cluster run them.

A database of the store is two on every node. In the one that has its name a sharded table is the whole of it
(``Distributed``), and every other table lies whole on every node. In the other, its *part*, a sharded table is what
lies on this node's shard, and every other table is seen as it is. So one SQL asks the whole, or the part, by where it
runs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cchc.store import failures

SHARDED: Mapping[str, str] = {"fact": "cityHash64(subject)"}
"""Sharded tables, and what decides on which shard a row lies. All facts of a subject lie on one: folds stay there."""

_PART = "__part"
_STAGING = "__restoring"
_STATEMENT = re.compile(
    r"\s*(?P<verb>CREATE\s+TABLE|CREATE\s+VIEW|DROP\s+TABLE|DROP\s+VIEW|ALTER\s+TABLE)\s+"
    r"(?P<guard>IF\s+(?:NOT\s+)?EXISTS\s+)?(?P<name>\w+)\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ENGINE = re.compile(r"(?P<columns>.*?)\bENGINE\s*=\s*MergeTree\b(?:\(\))?(?P<order>.*)", re.IGNORECASE | re.DOTALL)
_WHOLE_TABLE = re.compile(r"\s*AS\s+SELECT\s+\*\s+FROM\s+(?P<table>\w+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands in its cluster."""

    cluster: str
    shard: int
    replica: int


def part_of(database: str) -> str:
    """The name of a database's part."""
    return f"{database}{_PART}"


def is_part(database: str) -> bool:
    """Whether the database belongs to another: its part, or where a table of it is being restored."""
    return database.endswith((_PART, _STAGING))


def staging_of(database: str) -> str:
    """The name of the database in which a server that lost its tables is given them back, one by one."""
    return f"{database}{_STAGING}"


def replica_name(place: Place) -> str:
    """By what ZooKeeper knows a server's copy of a table."""
    return f"s{place.shard}r{place.replica}"


def changes_tables(sql: str) -> bool:
    """Whether a statement makes, changes or drops a table or a view, and so must run on every node."""
    return _STATEMENT.match(sql) is not None


def on_node(sql: str, database: str, place: Place, sharded: Mapping[str, str] = SHARDED) -> list[str]:
    """What a node runs for a statement that changes tables, in order.

    Args:
        sql: a statement of the schema.
        database: the database that it is meant for, by its name on the servers.
        place: the node's.
        sharded: the sharded tables.

    Raises:
        Refused: ``store.statement_refused`` for a table of an engine other than ``MergeTree``.
    """
    found = _STATEMENT.match(sql)
    if found is None:
        raise failures.statement_refused(f"not a statement of the schema: {sql[:80]}")
    verb, name = " ".join(found["verb"].upper().split()), found["name"]
    node = _Node(database, place, sharded, found["guard"] or "")
    if verb == "CREATE TABLE":
        return node.table(name, found["rest"])
    if verb == "CREATE VIEW":
        return node.view(name, found["rest"])
    if verb == "ALTER TABLE":
        databases = [part_of(database), database] if name in sharded else [database]
        return [f"ALTER TABLE {one}.{name}{found['rest']}" for one in databases]
    return [f"{verb} {node.guard}{one}.{name}{found['rest']}" for one in (part_of(database), database)]


@dataclass(frozen=True, slots=True)
class _Node:
    database: str
    place: Place
    sharded: Mapping[str, str]
    guard: str

    def table(self, name: str, rest: str) -> list[str]:
        defined = _ENGINE.fullmatch(rest)
        if defined is None:
            raise failures.statement_refused(f"the table {name} is no MergeTree, which a cluster can replicate")
        columns, order = defined["columns"].strip(), defined["order"].strip()
        create = f"CREATE TABLE {self.guard}"
        if name not in self.sharded:
            return [
                f"{create}{self.database}.{name} {columns} ENGINE = {self._replicated(name, 'all')} {order}",
                self._seen(name),
            ]
        part = part_of(self.database)
        return [
            f"{create}{part}.{name} {columns} ENGINE = {self._replicated(name, str(self.place.shard))} {order}",
            f"{create}{self.database}.{name} {columns} ENGINE = {self._distributed(name)}",
        ]

    def view(self, name: str, rest: str) -> list[str]:
        whole = _WHOLE_TABLE.fullmatch(rest)
        if whole is None or whole["table"] not in self.sharded:
            return [f"CREATE VIEW {self.guard}{self.database}.{name}{self._qualified(rest)}", self._seen(name)]
        # The whole of a sharded table, from wherever it is asked. A view of it would have every row sent to whoever
        # asks: 18.16 does not ask a view for fewer.
        table, part = whole["table"], part_of(self.database)
        return [
            f"CREATE TABLE {self.guard}{one}.{name} AS {part}.{table} ENGINE = {self._distributed(table)}"
            for one in (self.database, part)
        ]

    def _seen(self, name: str) -> str:
        return f"CREATE VIEW {self.guard}{part_of(self.database)}.{name} AS SELECT * FROM {self.database}.{name}"  # noqa: S608 — names of the schema

    def _qualified(self, rest: str) -> str:
        return re.sub(r"\b(FROM|JOIN)\s+(\w+)\b(?!\.)", rf"\1 {self.database}.\2", rest, flags=re.IGNORECASE)

    def _replicated(self, name: str, copies: str) -> str:
        path = f"/cchc/{self.place.cluster}/{self.database}/{name}/{copies}"
        return f"ReplicatedMergeTree('{path}', '{replica_name(self.place)}')"

    def _distributed(self, name: str) -> str:
        return f"Distributed({self.place.cluster}, {part_of(self.database)}, {name}, {self.sharded[name]})"
