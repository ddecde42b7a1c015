"""A log and a store that is filled from it: what the verbs of ``cchc`` work on, wherever the two are."""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cchc.errors import Unavailable
from cchc.log.port import Log
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from services.aggregator.quarantine import Quarantine
from services.single.failures import store_behind

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: how many events it took in, and where it put a store that could not be used."""

    events: int
    set_aside: Path | None


class LogAndStore(abc.ABC):
    """``open`` starts it; use it in ``with``. The log is the truth, and the store can be built anew from it."""

    @abc.abstractmethod
    def open(self) -> Self:
        """Open log and store; an empty one is set up."""

    @abc.abstractmethod
    def open_log(self) -> Self:
        """Open the log alone, for ``rebuild``."""

    @abc.abstractmethod
    def close(self) -> None:
        """Close the store and the log."""

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    @abc.abstractmethod
    def log(self) -> Log:
        """The log."""

    @property
    def definitions_log(self) -> Log:
        """Where imports say definitions; ``log`` has them to read."""
        return self.log

    @property
    @abc.abstractmethod
    def store(self) -> Store:
        """The live generation of the store."""

    @property
    def quarantine(self) -> Quarantine:
        """The quarantine of the live generation."""
        return Quarantine(self.store)

    def catch_up(self, progress: Progress | None = None) -> int:
        """Take in what the log has and the store has not; returns the number of events."""
        return Aggregator(self.log, self.store).catch_up(progress)

    def settle(self) -> None:
        """Let the store catch up with what was just appended, quietly.

        Raises:
            Unavailable: ``import.store_behind``: the facts are in the log, the store could not take them in.
            Corrupt: as ``catch_up``.
        """
        try:
            self.catch_up()
        except Unavailable as error:
            raise store_behind(error) from error

    @abc.abstractmethod
    def rebuild(self, progress: Progress | None = None, *, shorter_log: bool = False) -> Rebuilt:
        """Build the store anew from the log beside the live one, and swap.

        Args:
            progress: told how many batches of how many were read.
            shorter_log: take the log for the right one though the store has read more than it has.

        Raises:
            Corrupt: ``store.ahead_of_log`` for such a log, unless ``shorter_log``; nothing has changed.
        """
