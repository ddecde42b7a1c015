"""The generation that a worker fills, until a rebuild names another one live."""

from __future__ import annotations

from collections.abc import Sequence

from cchc.log.port import Record
from services.aggregator.checkpoint import Checkpoint, TakenIn
from services.aggregator.columns import Span
from services.aggregator.generations import Generations
from services.aggregator.inserting import SpanInserter


class FollowedGeneration:
    """One generation of a store, and whether it still is the live one.

    Args:
        generations: of an open store.
    """

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._checkpoint: Checkpoint | None = None
        self._inserter: SpanInserter | None = None
        self._number = 0

    @property
    def number(self) -> int:
        """Of the one that is followed; 0 before the first was found."""
        return self._number

    def find(self) -> None:
        """Follow the one that is live now; the first one is made where there is none. Errors as ``Generations.live``.

        From here on what is put and taken in is about that one.
        """
        if self._checkpoint is not None and self.is_live():
            return
        number = self._generations.migrated_number()
        store = self._generations.at(number)
        self._checkpoint, self._inserter, self._number = Checkpoint(store), SpanInserter(store), number

    def is_live(self) -> bool:
        """Whether the one that is followed is live. One small query. Errors as ``Store.query``."""
        return self._generations.live_number() == self._number

    def taken_in(self) -> TakenIn:
        """What it holds. Errors as ``Store.query``."""
        assert self._checkpoint is not None  # noqa: S101 — found first
        return self._checkpoint.taken_in()

    def put_rows(self, span: Span) -> None:
        """Insert a span's rows. Errors as ``SpanInserter.put_rows``."""
        assert self._inserter is not None  # noqa: S101 — found first
        self._inserter.put_rows(span)

    def put_checkpoint(self, span: Span, records: Sequence[Record]) -> None:
        """Say that a span was taken in. Errors likewise."""
        assert self._inserter is not None  # noqa: S101 — found first
        self._inserter.put_checkpoint(span, records)
