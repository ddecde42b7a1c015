"""Sets of facts into a log, as senders would have sent them, and from there into the store."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from cchc.clock import FixedClock
from cchc.log.batch import encode
from cchc.log.memory import MemoryLog
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory
from services.aggregator.consume import Aggregator
from tests.reference.dossier_fold import Known


def dice(seed: int) -> random.Random:
    """What decides on order and cuts."""
    return random.Random(seed)  # noqa: S311 — throws dice, guards nothing


class Databases:
    """Migrated databases of one store.

    Args:
        directory: where the store is.
    """

    def __init__(self, directory: StoreDirectory) -> None:
        self._directory = directory

    @contextmanager
    def empty(self) -> Iterator[Store]:
        """One without facts."""
        with self._directory.database() as store:
            migrate(store, FixedClock(0))
            yield store

    @contextmanager
    def holding(self, known: Iterable[Known], dice: random.Random, *, again: float = 0.1) -> Iterator[Store]:
        """One that has taken in a log of these facts; see ``log_of``."""
        with self.empty() as store, log_of(known, dice, again=again) as log:
            Aggregator(log, store, span_bytes=100_000).catch_up()
            yield store


def log_of(known: Iterable[Known], dice: random.Random, *, again: float = 0.1) -> MemoryLog:
    """A log in which every fact was recorded at its time; order, batches and partitions fall as they may.

    Args:
        known: facts with the times of their recordings.
        dice: decides on all that is left open.
        again: the part of all recordings that is sent once more, recorded when the last of all was.
    """
    clock = FixedClock(0)
    log = MemoryLog(clock, partitions=3)
    shuffled = list(known)
    dice.shuffle(shuffled)
    shuffled.sort(key=_recorded_at)
    resent = [Known(one.event, shuffled[-1].recorded_at_ms) for one in shuffled if dice.random() < again]
    for recorded_at_ms, together in itertools.groupby([*shuffled, *resent], key=_recorded_at):
        clock.put(recorded_at_ms)
        for batch in _cut(list(together), dice):
            log.append([encode(one.event for one in batch)], key=str(dice.randrange(9)))
    return log


def _cut(recordings: list[Known], dice: random.Random) -> Iterator[list[Known]]:
    while recordings:
        size = dice.choice((1, 2, 5, 50, 500))
        yield recordings[:size]
        recordings = recordings[size:]


def _recorded_at(one: Known) -> int:
    return one.recorded_at_ms
