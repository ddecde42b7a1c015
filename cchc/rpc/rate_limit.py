"""How much a caller may send: a bucket of facts each, filled at a steady rate (giới hạn tốc độ)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from cchc.clock import Clock
from cchc.rpc.authentication import current_caller
from cchc.rpc.calls import Call
from cchc.rpc.failures import RateLimited

_MOST_BUCKETS = 10_000
_HEALTH = "/grpc.health.v1.Health/"


class RateLimits:
    """One bucket per caller. A call costs one fact, or as many as it brings.

    Args:
        per_second: facts that flow into a bucket in a second.
        burst: facts that a full bucket holds.
        clock: says how much has flown in.
    """

    def __init__(self, per_second: int, burst: int, clock: Clock) -> None:
        self._per_second = per_second
        self._burst_thousandths = burst * 1_000
        self._clock = clock
        self._turn = threading.Lock()
        # What is in a bucket, in thousandths of a fact, and since when.
        self._buckets: dict[str, tuple[int, int]] = {}

    def take(self, name: str, facts: int) -> None:
        """Take facts out of a caller's bucket. What is more than a full bucket is taken from a full one.

        Raises:
            RateLimited: there is not enough in it; nothing was taken.
        """
        needed = min(max(facts, 1) * 1_000, self._burst_thousandths)
        with self._turn:
            now_ms = self._clock.now_ms()
            held, since_ms = self._buckets.get(name, (self._burst_thousandths, now_ms))
            held = min(self._burst_thousandths, held + max(0, now_ms - since_ms) * self._per_second)
            if held < needed:
                raise RateLimited(name, max(1, -(-(needed - held) // self._per_second)))
            if len(self._buckets) >= _MOST_BUCKETS and name not in self._buckets:
                self._buckets.clear()
            self._buckets[name] = (held - needed, now_ms)


class RateLimiting:
    """Lets a call through when its caller's bucket has enough in it. A stream's messages are counted as they come.

    Args:
        limits: the buckets.
    """

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits

    def around(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """See ``Around``. Raises ``RateLimited``."""
        if not call.method.startswith(_HEALTH):
            self._limits.take(current_caller().name, len(getattr(call.request, "facts", ())))
        return proceed()
