"""Spans on their way into the store: while it sorts and writes the rows of one, those of the next are sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from cchc.log.port import Record
from services.aggregator.columns import Span

AT_ONCE = 2
"""Sending a span takes the interpreter, and storing it the server, about as long: a third would only wait."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A span that is ready for the store, and the records that it is made of."""

    span: Span
    records: Sequence[Record]


class InFlight:
    """Inserts spans, ``AT_ONCE`` at a time. Rows go in as they come; a checkpoint once its rows and all before are in.

    So a crash loses nothing: what the checkpoint says is there. Rows beyond it are inserted again, and count once.

    Args:
        threads: at least ``AT_ONCE``, for this only; in order of their beginning.
        put_rows: inserts the rows of a span; False where that is of no use any more.
        put_checkpoint: says that a span was taken in; likewise.
    """

    def __init__(
        self,
        threads: ThreadPoolExecutor,
        put_rows: Callable[[LaidOut], bool],
        put_checkpoint: Callable[[LaidOut], bool],
    ) -> None:
        self._threads = threads
        self._put_rows = put_rows
        self._put_checkpoint = put_checkpoint
        self._under_way: deque[Future[LaidOut | None]] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way

    @property
    def takes_another(self) -> bool:
        """Whether a span may begin."""
        return len(self._under_way) < AT_ONCE

    def begin(self, laid_out: LaidOut) -> None:
        """Let a span begin: the one after all that have begun."""
        before = self._under_way[-1] if self._under_way else None
        self._under_way.append(self._threads.submit(self._insert, laid_out, before))

    def ended(self) -> Iterator[LaidOut | None]:
        """Those that are through, in order; None for one that was of no use, as all after it.

        Raises what an insert raised.
        """
        while self._under_way and self._under_way[0].done():
            yield self._under_way.popleft().result()

    def _insert(self, laid_out: LaidOut, before: Future[LaidOut | None] | None) -> LaidOut | None:
        if not self._put_rows(laid_out):
            return None
        if before is not None and before.result() is None:
            return None
        return laid_out if self._put_checkpoint(laid_out) else None
