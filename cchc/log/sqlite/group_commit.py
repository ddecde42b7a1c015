"""Many threads, one commit: whoever finds the log free commits for everybody who waits."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cchc.errors import CchcError
from cchc.log import failures
from cchc.log.port import Receipt

Item = TypeVar("Item")


def _held() -> threading.Lock:
    """A lock that whoever acquires it waits for."""
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(eq=False, slots=True)
class _Waiting(Generic[Item]):
    """One caller's items, and what became of them.

    ``called`` opens once: they are settled, or he has to lead. ``has_left``: he was interrupted, and nobody waits.
    """

    items: Sequence[Item]
    size: int
    receipts: list[Receipt] | None = None
    failure: CchcError | None = None
    called: threading.Lock = field(default_factory=_held)
    has_left: bool = False

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

    The first caller to find nobody leading leads: it takes what waits, commits it, hands out receipts, and calls who
    has waited longest to lead next; the others sleep until theirs is there, and nobody is woken for nothing. While one
    commit waits for the disk the next group gathers, so the busier the log, the fewer disk writes an append costs.

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
        self._turn = threading.Lock()
        self._idle = threading.Condition(self._turn)
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
        try:
            if not self._leads_at_once(mine):
                mine.called.acquire()
            if self._leader is mine:
                self._settle_one_group()
                self._upkeep()
        finally:
            self._leave(mine)
        return mine.outcome()

    def close(self) -> None:
        """Take nothing more, and return when all that was taken is settled. Closing twice does nothing."""
        with self._turn:
            self._closed = True
            self._idle.wait_for(lambda: self._leader is None)

    def _leads_at_once(self, mine: _Waiting[Item]) -> bool:
        """Queue up; whether there is nobody to wait for."""
        with self._turn:
            if self._closed:
                raise failures.closed()
            self._waiting.append(mine)
            if self._leader is None:
                self._leader = mine
            return self._leader is mine

    def _settle_one_group(self) -> None:
        group = self._take_group()
        try:
            receipts = iter(self._commit([item for waiting in group for item in waiting.items]))
        except CchcError as error:
            with self._turn:
                for waiting in group:
                    waiting.failure = _own_copy(error)
                    waiting.called.release()
        except BaseException:
            # An interrupt, or a mistake in this program: it is the leader's to raise. The others' items are tried
            # again; if the commit had gone through they are stored twice, which a log may do, and never lost.
            with self._turn:
                self._waiting.extendleft(waiting for waiting in reversed(group) if not waiting.has_left)
            raise
        else:
            with self._turn:
                for waiting in group:
                    waiting.receipts = [next(receipts) for _ in waiting.items]
                    waiting.called.release()

    def _take_group(self) -> list[_Waiting[Item]]:
        with self._turn:
            group = [self._waiting.popleft()]
            size = group[0].size
            while self._waiting and size + self._waiting[0].size <= self._max_group_bytes:
                group.append(self._waiting.popleft())
                size += group[-1].size
            return group

    def _leave(self, mine: _Waiting[Item]) -> None:
        """Hand the lead on to who has waited longest, if it was this caller's; and his place in the queue up."""
        with self._turn:
            if not mine.settled:
                mine.has_left = True
                with contextlib.suppress(ValueError):
                    self._waiting.remove(mine)
            if self._leader is not mine:
                return
            self._leader = self._waiting[0] if self._waiting else None
            if self._leader is None:
                self._idle.notify_all()
            else:
                self._leader.called.release()


def _own_copy(error: CchcError) -> CchcError:
    """The same error as a new object: one that two threads raise mixes their tracebacks."""
    return type(error)(error.code, vi=error.vi, en=error.en, next_vi=error.next_vi, next_en=error.next_en)
