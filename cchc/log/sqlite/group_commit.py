"""Many threads, one commit: whoever finds the log free commits for everybody who waits."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cchc.errors import CchcError
from cchc.log import failures
from cchc.log.port import Receipt

Item = TypeVar("Item")


@dataclass(eq=False, slots=True)
class _Waiting(Generic[Item]):
    """One caller's items, and what became of them."""

    items: Sequence[Item]
    size: int
    receipts: list[Receipt] | None = None
    failure: CchcError | None = None

    @property
    def settled(self) -> bool:
        return self.receipts is not None or self.failure is not None

    def outcome(self) -> list[Receipt]:
        if self.failure is not None:
            raise self.failure
        assert self.receipts is not None  # noqa: S101 — asked only when settled
        return self.receipts


class GroupCommit(Generic[Item]):
    """Collects what threads append at once into one commit, without a thread of its own.

    The first caller to find nobody leading leads: it takes what waits, commits it, and hands out receipts; the others
    sleep until theirs is there. While one commit waits for the disk the next group gathers, so the busier the log, the
    fewer disk writes an append costs.

    Args:
        commit: stores all items of a group durably, or none, and returns one receipt each; never called twice at once.
        upkeep: called by the leader after its group got its receipts and before the next group; must not raise.
        max_group_bytes: a group is closed before it exceeds this, but always holds at least one caller's items.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], list[Receipt]],
        upkeep: Callable[[], None],
        *,
        max_group_bytes: int,
    ) -> None:
        self._commit = commit
        self._upkeep = upkeep
        self._max_group_bytes = max_group_bytes
        self._turn = threading.Condition()
        self._waiting: deque[_Waiting[Item]] = deque()
        self._leader: _Waiting[Item] | None = None
        self._closed = False

    def append(self, items: Sequence[Item], size: int) -> list[Receipt]:
        """Store the items, together with whatever else waits; return when they are durable.

        Args:
            items: stored in this order, next to each other, all or none.
            size: their bytes.

        Raises:
            CchcError: what ``commit`` raised; nothing of its group was stored. ``log.closed`` after ``close``.
        """
        mine = _Waiting(items, size)
        with self._turn:
            if self._closed:
                raise failures.closed()
            self._waiting.append(mine)
        try:
            while self._must_lead(mine):
                self._settle_one_group()
                self._upkeep()
                self._step_down(mine)
        finally:
            self._leave(mine)
        return mine.outcome()

    def close(self) -> None:
        """Take nothing more, and return when all that was taken is settled. Closing twice does nothing."""
        with self._turn:
            self._closed = True
            self._turn.wait_for(lambda: self._leader is None and not self._waiting)

    def _must_lead(self, mine: _Waiting[Item]) -> bool:
        """Wait until this caller's items are settled (False) or nobody leads and this caller does now (True)."""
        with self._turn:
            self._turn.wait_for(lambda: mine.settled or self._leader is None)
            if mine.settled:
                return False
            self._leader = mine
            return True

    def _settle_one_group(self) -> None:
        group = self._take_group()
        try:
            receipts = iter(self._commit([item for waiting in group for item in waiting.items]))
        except CchcError as error:
            with self._turn:
                for waiting in group:
                    waiting.failure = _own_copy(error)
                self._turn.notify_all()
        except BaseException:
            # An interrupt, or a mistake in this program: it is the leader's to raise. The others' items are tried
            # again; if the commit had gone through they are stored twice, which a log may do, and never lost.
            with self._turn:
                self._waiting.extendleft(reversed(group))
            raise
        else:
            with self._turn:
                for waiting in group:
                    waiting.receipts = [next(receipts) for _ in waiting.items]
                self._turn.notify_all()

    def _take_group(self) -> list[_Waiting[Item]]:
        with self._turn:
            group = [self._waiting.popleft()]
            size = group[0].size
            while self._waiting and size + self._waiting[0].size <= self._max_group_bytes:
                group.append(self._waiting.popleft())
                size += group[-1].size
            return group

    def _step_down(self, mine: _Waiting[Item]) -> None:
        with self._turn:
            if self._leader is mine:
                self._leader = None
                self._turn.notify_all()

    def _leave(self, mine: _Waiting[Item]) -> None:
        """Undo what an interrupted caller left behind: its lead, and its place in the queue."""
        self._step_down(mine)
        if mine.settled:
            return
        with self._turn:
            with contextlib.suppress(ValueError):
                self._waiting.remove(mine)
            self._turn.notify_all()


def _own_copy(error: CchcError) -> CchcError:
    """The same error as a new object: one that two threads raise mixes their tracebacks."""
    return type(error)(error.code, vi=error.vi, en=error.en, next_vi=error.next_vi, next_en=error.next_en)
