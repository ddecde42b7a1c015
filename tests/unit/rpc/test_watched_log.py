"""A log whose appends tell how it is: one that says nothing for too long cannot be written."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from cchc.clock import FixedClock
from cchc.log.batch import encode
from cchc.log.memory import MemoryLog
from cchc.log.port import Receipt
from cchc.rpc.health import LATE_MS, WatchedLog

_NOW_MS = 1_790_000_000_000


class _OneHangs(MemoryLog):
    """The first append hangs until ``go``; others do not."""

    def __init__(self) -> None:
        super().__init__(FixedClock(_NOW_MS))
        self.hangs, self.go = threading.Event(), threading.Event()

    def append(self, payloads: Sequence[bytes], *, key: str = "") -> list[Receipt]:
        if not self.hangs.is_set():
            self.hangs.set()
            assert self.go.wait(60)
        return super().append(payloads, key=key)


def test_an_append_that_is_not_answered_for_too_long_is_told_until_one_is_acknowledged() -> None:
    clock, log = FixedClock(_NOW_MS), _OneHangs()
    told: list[bool] = []
    watched = WatchedLog(log, told.append, clock)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(watched.append, [encode([])])
        assert log.hangs.wait(30)
        clock.put(_NOW_MS + LATE_MS)
        watched.look()
        assert told == []

        clock.put(_NOW_MS + LATE_MS + 1)
        watched.look()
        assert told == [False]

        watched.append([encode([])])
        watched.look()
        assert told == [False, True]

        clock.put(_NOW_MS + 2 * LATE_MS + 2)
        watched.look()
        assert told == [False, True, False]
        log.go.set()
        hanging.result()
    clock.put(_NOW_MS + 10 * LATE_MS)
    watched.look()
    assert told == [False, True, False, True]
