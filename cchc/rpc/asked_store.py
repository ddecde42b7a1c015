"""A store that a writing service asks, and does without while it is away: opened when it is first asked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from cchc.store.cluster.cluster import ClusterStore
from cchc.store.live import live_store
from cchc.store.port import Store
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from cchc.store.server_environment import server_settings, store_of


class AskedStore:
    """A ClickHouse server or cluster. In ``with``, it is closed at the end.

    Args:
        settings: how to reach it.
    """

    def __init__(self, settings: ClickHouseSettings) -> None:
        self._settings = settings
        self._turn = threading.Lock()
        self._opened: ClickHouseStore | ClusterStore | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """The one that the environment names. Refused as ``server_settings``."""
        return cls(server_settings(environment))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._turn:
            if self._opened is not None:
                self._opened.close()

    def live(self) -> Store:
        """Its live generation. Errors as ``server_store`` and ``live_store``."""
        with self._turn:
            if self._opened is None:
                self._opened = store_of(self._settings).open()
            store = self._opened
        return live_store(store)
