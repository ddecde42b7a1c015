"""Generations of the store: a rebuild grows a new one beside the live one, which takes its place when it is done."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from cchc.clock import Clock
from cchc.log.port import Log
from cchc.store.live import META, live_number, name_of
from cchc.store.migrate import migrate
from cchc.store.port import Store
from services.aggregator.checkpoint import Checkpoint
from services.aggregator.consume import Aggregator

_NAME = re.compile(r"^cchc_g(\d+)$")


class Generations:
    """Which database is live. A generation is named in ``cchc_meta.generation`` only once it can answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def live(self) -> Store:
        """The live generation, migrated; the first one is made where there is none."""
        self._prepare()
        number = live_number(self._store)
        if number == 0:
            number = 1
            self._make(number)
            self._name_live(number)
        else:
            migrate(self._store.in_database(name_of(number)), self._clock)
        return self._store.in_database(name_of(number))

    def rebuild(
        self, log: Log, progress: Callable[[int, int], None] | None = None, *, shorter_log: bool = False
    ) -> int:
        """Read the whole log again into a new generation and make it live; returns the number of events.

        0. Compare the log with what the live one read. What only that has would be gone for good.
        1. Drop what an interrupted rebuild left.      Crash after this: nothing has changed.
        2. Make the new generation and catch up.       Crash in here: the old one is live, the new one goes next time.
        3. Name it live, in one insert.                Crash after this: the new one is live.
        4. Drop the old one.                           Crash in here: dropped next time.

        Raises:
            Corrupt: ``store.ahead_of_log`` when the live generation has read more than the log has, unless
                ``shorter_log`` takes that for right; nothing has changed. Others as ``Log.read`` and from the store.
        """
        self._prepare()
        live = live_number(self._store)
        if live and not shorter_log:
            Checkpoint(self._store.in_database(name_of(live))).taken_in().check_within(log.head())
        self._drop_all_but(live)
        number = live + 1
        fresh = self._make(number)
        events = Aggregator(log, fresh).catch_up(progress)
        self._name_live(number)
        self._drop_all_but(number)
        return events

    def _prepare(self) -> None:
        self._store.create_database(META)
        self._store.in_database(META).execute(
            "CREATE TABLE IF NOT EXISTS generation (number UInt32, live_since Int64) ENGINE = MergeTree ORDER BY number"
        )

    def _name_live(self, number: int) -> None:
        self._store.in_database(META).insert(
            "generation",
            {
                "number": np.array([number], dtype=np.uint32),
                "live_since": np.array([self._clock.now_ms()], dtype=np.int64),
            },
        )

    def _make(self, number: int) -> Store:
        self._store.create_database(name_of(number))
        store = self._store.in_database(name_of(number))
        migrate(store, self._clock)
        return store

    def _drop_all_but(self, number: int) -> None:
        for name in self._store.databases():
            match = _NAME.match(name)
            if match is not None and int(match[1]) != number:
                self._store.drop_database(name)
