"""The servers of a cluster: which there are, and whom to ask when one of them is away."""

from __future__ import annotations

import functools
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from clickhouse_driver import Client

from cchc.errors import CchcError, Unavailable
from cchc.store import failures
from cchc.store.cluster.statements import Place
from cchc.store.failures import NoSuchTable
from cchc.store.server.connections import ServerConnections
from cchc.store.server.settings import ClickHouseSettings, cluster_settings

_Answer = TypeVar("_Answer")


class ClusterNodes:
    """Connections to every server of a cluster.

    Args:
        settings: how to reach one of them, or several with commas between them, any of which may be away; ``cluster``
            names the cluster in the servers' own configuration, which tells of the others.
    """

    def __init__(self, settings: ClickHouseSettings) -> None:
        self._settings = settings
        self._nodes: Mapping[Place, ServerConnections] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._away: set[ServerConnections] = set()
        self.inserting = threading.Lock()
        """Held during an insert: a table takes one at a time that several replicas must have."""

    @property
    def settings(self) -> ClickHouseSettings:
        """How the cluster is reached."""
        return self._settings

    def open(self) -> None:
        """Find out which servers there are. Opening twice does nothing.

        Raises:
            Unavailable: ``store.unavailable`` where none of the named servers answers.
            Refused: ``store.login_refused``; ``store.cluster_refused`` for a cluster that they do not know, or whose
                shards have unequal numbers of replicas.
        """
        if self._pool is not None:
            return
        rows = self._first([ServerConnections(one) for one in _entries(self._settings)], self._described)
        self._nodes = {
            Place(self._settings.cluster, shard, replica): ServerConnections(
                replace(self._settings, host=host, port=port), cluster_settings
            )
            for shard, replica, host, port in rows
        }
        replicas = {len(nodes) for nodes in self._shards().values()}
        if len(replicas) != 1:
            raise failures.cluster_refused(self._settings.cluster, f"replicas of its shards: {sorted(replicas)}")
        self._pool = ThreadPoolExecutor(max(8, 2 * len(self._nodes)), "shard")

    def close(self) -> None:
        """Wait for the statements under way, then log out everywhere."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown()
        for node in self._nodes.values():
            node.close()
        self._nodes = {}

    def quorum(self, *, sharded: bool) -> int:
        """How many servers must have an insert before it is acknowledged: most of those that will."""
        copies = len(self._nodes) // len(self._shards()) if sharded else len(self._nodes)
        return copies // 2 + 1

    def ask_any(self, question: Callable[[ServerConnections], _Answer]) -> _Answer:
        """What the first server says that can answer.

        Raises:
            Unavailable: ``store.closed``, ``store.unavailable``. Others as the question.
        """
        self._opened()
        return self._first(list(self._nodes.values()), question)

    def ask_every_shard(self, question: Callable[[ServerConnections], _Answer]) -> list[_Answer]:
        """What each shard says, by the first of its replicas that can answer; all shards at once.

        Errors as ``ask_any``.
        """
        pool = self._opened()
        asked = [pool.submit(self._first, nodes, question) for nodes in self._shards().values()]
        return [one.result() for one in asked]

    def ask_all(self, question: Callable[[Place, ServerConnections], _Answer]) -> list[_Answer]:
        """What every server says, one after another. Errors as ``ask_any``, as soon as one is away."""
        self._opened()
        return [_answer(node, functools.partial(question, place)) for place, node in self._nodes.items()]

    def ask_present(self, question: Callable[[ServerConnections], _Answer]) -> list[_Answer]:
        """What the servers say that are not away; at least one must not be. Errors as ``ask_any``."""
        self._opened()
        answers: list[_Answer] = []
        away: Unavailable | None = None
        for node in self._nodes.values():
            try:
                answers.append(_answer(node, question))
            except Unavailable as error:
                away = error
        if away is not None and not answers:
            raise away
        return answers

    def present(self) -> Mapping[Place, ServerConnections]:
        """The servers that answer, logged in. Errors as ``ask_any``, where none does."""
        self._opened()
        found: dict[Place, ServerConnections] = {}
        away: Unavailable | None = None
        for place, node in self._nodes.items():
            try:
                _answer(node, lambda one: one.call(one.settings.database, _ping, repeatable=True))
            except Unavailable as error:
                away = error
            else:
                found[place] = node
        if away is not None and not found:
            raise away
        return found

    def _first(self, nodes: Sequence[ServerConnections], question: Callable[[ServerConnections], _Answer]) -> _Answer:
        """The answer of the first that is not away and has the tables; what the first said where there is none.

        Those that were away when last asked come last: finding out again may take as long as a connection may.
        """
        said: list[CchcError] = []
        for node in sorted(nodes, key=self._away.__contains__):
            try:
                answer = _answer(node, question)
            except Unavailable as error:
                if error.code != "store.unavailable":
                    raise
                self._away.add(node)
                said.append(error)
            except NoSuchTable as error:
                # It may have come back empty, and others have them.
                said.append(error)
            else:
                self._away.discard(node)
                return answer
        raise said[0]

    def _opened(self) -> ThreadPoolExecutor:
        if self._pool is None:
            raise failures.closed()
        return self._pool

    def _shards(self) -> Mapping[int, list[ServerConnections]]:
        shards: defaultdict[int, list[ServerConnections]] = defaultdict(list)
        for place, node in self._nodes.items():
            shards[place.shard].append(node)
        return shards

    def _described(self, entry: ServerConnections) -> list[tuple[int, int, str, int]]:
        sql = "SELECT cluster, shard_num, replica_num, host_name, port FROM system.clusters ORDER BY 2, 3"
        try:
            rows = entry.call(self._settings.database, lambda client: client.execute(sql), repeatable=True)
        finally:
            entry.close()
        wanted = self._settings.cluster
        known = [(shard, replica, host, port) for cluster, shard, replica, host, port in rows if cluster == wanted]
        if not known:
            raise failures.cluster_refused(wanted, f"not known to {entry.settings.address}")
        return known


def _entries(settings: ClickHouseSettings) -> Sequence[ClickHouseSettings]:
    found = []
    for text in settings.host.split(","):
        host, _, port = text.strip().partition(":")
        found.append(replace(settings, host=host, port=int(port) if port else settings.port))
    return found


def _ping(client: Client) -> None:
    client.execute("SELECT 1")


def _answer(node: ServerConnections, question: Callable[[ServerConnections], _Answer]) -> _Answer:
    node.open()
    return question(node)
