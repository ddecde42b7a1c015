"""What a worker tells its operator: a line where something changes, none for each span, and never what facts say."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

from structlog.typing import FilteringBoundLogger

from cchc.errors import CchcError
from services.aggregator.columns import Quarantined

MOST_LINES = 20
"""About what is quarantined, of one span; the rest is counted."""


class WorkerLog:
    """Lines about one worker. From any thread.

    Args:
        log: where to.
    """

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log
        self._turn = threading.Lock()
        self._is_store_away = False
        self._partitions: frozenset[str] = frozenset()
        self._generation: int | None = None

    def store_away(self, error: CchcError) -> None:
        """The store does not answer, for this reason."""
        with self._turn:
            was_away, self._is_store_away = self._is_store_away, True
        if not was_away:
            self._log.warning("store_away", code=error.code, reason=error.en)

    def store_answers(self) -> None:
        """It does."""
        with self._turn:
            was_away, self._is_store_away = self._is_store_away, False
        if was_away:
            self._log.info("store_back")

    def reads(self, partitions: frozenset[str], generation: int) -> None:
        """It goes on with these partitions, into this generation."""
        assigned, taken_back = partitions - self._partitions, self._partitions - partitions
        if assigned or taken_back:
            self._log.info(
                "partitions", assigned=sorted(assigned), taken_back=sorted(taken_back), now=sorted(partitions)
            )
        if generation != self._generation:
            self._log.info("fills_generation", number=generation, before=self._generation)
        self._partitions, self._generation = partitions, generation

    def quarantined(self, entries: Sequence[Quarantined]) -> None:
        """These were set aside, of one span. A line for each batch and reason: where it lies, and how much of it."""
        batches = Counter((one.partition, one.offset, one.reason, one.row < 0) for one in entries)
        for (partition, offset, reason, whole), count in list(batches.items())[:MOST_LINES]:
            self._log.warning(
                "quarantined",
                partition=partition,
                offset=offset,
                reason=reason,
                **({"whole_batch": True} if whole else {"events": count}),
            )
        if len(batches) > MOST_LINES:
            self._log.warning("quarantined_more", batches=len(batches) - MOST_LINES)
