"""Generations of the store: a rebuild grows a new one beside the live one, which takes its place when it is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import numpy as np

from cchc.clock import Clock
from cchc.errors import Refused
from cchc.log.port import Log
from cchc.store.failures import NoSuchTable
from cchc.store.live import META, live_number, name_of
from cchc.store.migrate import migrate
from cchc.store.port import Store
from services.aggregator import failures
from services.aggregator.checkpoint import Checkpoint
from services.aggregator.consume import Aggregator

_NAME = re.compile(r"^cchc_g(\d+)$")

_NEARLY_CAUGHT_UP_EVENTS = 50_000
"""A rebuild swaps when no more than this came in while it last caught up: workers take in the rest within seconds."""


class Generations:
    """Which database is live. A generation is named in ``cchc_meta.generation`` only once it can answer.

    A number is never given to two generations: whoever still writes into one that another rebuild has dropped must find
    nothing there.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def live(self) -> Store:
        """The live generation, migrated; the first one is made where there is none."""
        return self.at(self.migrated_number())

    def migrated_number(self) -> int:
        """Number of the generation that is ``live``.

        Servers of a cluster that came back empty are given what others have of it. One that is away is not needed where
        there is nothing to migrate.
        """
        number = self._named()
        if number == 0:
            self._prepare()
            self._make(1)
            self._name_live(1)
            return 1
        try:
            for database in (META, name_of(number)):
                self._store.in_database(database).restore()
            migrate(self.at(number), self._clock)
        except Refused:
            # A rebuild may have put another in its place just now, and dropped it.
            if self.live_number() == number:
                raise
            return self.migrated_number()
        return number

    def _named(self) -> int:
        """Number of the live generation; 0 also where nothing is set up, or was only begun."""
        try:
            return self.live_number() if META in self._store.databases() else 0
        except NoSuchTable:
            return 0

    def at(self, number: int) -> Store:
        """The generation of this number."""
        return self._store.in_database(name_of(number))

    def live_number(self) -> int:
        """Number of the live generation; 0 where none was named yet. Errors as ``Store.query``."""
        return live_number(self._store)

    def rebuild(
        self, log: Log, progress: Callable[[int, int], None] | None = None, *, shorter_log: bool = False
    ) -> int:
        """Read the whole log again into a new generation and make it live; returns the number of events.

        0. Compare the log with what the live one read. What only that has would be gone for good.
        1. Drop what an interrupted rebuild left.      Crash after this: nothing has changed.
        2. Make the new generation and catch up.       Crash in here: the old one is live, the new one goes next time.
        3. Name it live, in one insert.                Crash after this: the new one is live.
        4. Drop the old one.                           Crash in here: dropped next time.

        On servers, workers go on filling the old one meanwhile, and change over when they see the new one: it knows by
        its own checkpoint what it lacks. Of two rebuilds at a time the later one goes on.

        Raises:
            Corrupt: ``store.ahead_of_log`` when the live generation has read more than the log has, unless
                ``shorter_log`` takes that for right; nothing has changed. Others as ``Log.read`` and from the store.
            Unavailable: ``store.rebuilt_elsewhere`` when another rebuild began after this one. Others likewise.
        """
        self._prepare()
        live = self.live_number()
        if live and not shorter_log:
            Checkpoint(self.at(live)).taken_in().check_within(log.head())
        number = self._claimed_number()
        try:
            self._drop_all_but(live, below=number)
            events = _caught_up(Aggregator(log, self._make(number)), progress)
        except Refused as error:
            self._check_newest(number, error)
            raise
        self._check_newest(number)
        self._name_live(number)
        self._drop_all_but(number, below=number)
        return events

    def _claimed_number(self) -> int:
        """A number that no other rebuild has or had.

        Raises:
            Unavailable: ``store.rebuilt_elsewhere`` when another rebuild took the same one at the same moment.
        """
        meta, token = self._store.in_database(META), uuid4().hex
        begun = int(meta.query("SELECT max(number) FROM rebuild").scalar())
        number = 1 + max(begun, self.live_number(), *self._numbers())
        meta.insert("rebuild", {"number": np.array([number], dtype=np.uint32), "token": [token]})
        same = "SELECT DISTINCT token FROM rebuild WHERE number = {number:Int64}"
        if meta.query(same, {"number": number}).rows != [(token,)]:
            raise failures.rebuilt_elsewhere()
        return number

    def _check_newest(self, number: int, cause: Exception | None = None) -> None:
        begun = int(self._store.in_database(META).query("SELECT max(number) FROM rebuild").scalar())
        if begun != number:
            raise failures.rebuilt_elsewhere() from cause

    def _prepare(self) -> None:
        self._store.create_database(META)
        self._store.in_database(META).restore()
        self._store.in_database(META).execute(
            "CREATE TABLE IF NOT EXISTS generation (number UInt32, live_since Int64) ENGINE = MergeTree ORDER BY number"
        )
        self._store.in_database(META).execute(
            "CREATE TABLE IF NOT EXISTS rebuild (number UInt32, token String) ENGINE = MergeTree ORDER BY number"
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

    def _drop_all_but(self, number: int, *, below: int) -> None:
        """Drop the generations of lower numbers than ``below``, but for one."""
        for other in self._numbers():
            if other != number and other < below:
                self._store.drop_database(name_of(other))

    def _numbers(self) -> list[int]:
        """Of the generations that are there, whole or not."""
        return [int(match[1]) for match in map(_NAME.match, self._store.databases()) if match is not None]


def _caught_up(aggregator: Aggregator, progress: Callable[[int, int], None] | None) -> int:
    """Catch up until little more has come in meanwhile; returns the number of events."""
    events = 0
    while taken := aggregator.catch_up(progress):
        events += taken
        if taken <= _NEARLY_CAUGHT_UP_EVENTS:
            break
    return events
