"""The time that it is, as an argument and never as a global."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Says what time it is."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z, by the machine."""
        return time.time_ns() // 1_000_000


class FixedClock:
    """A clock that stands where it is put: for tests, and for replaying a history as it was recorded."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """The time that it was last put to, in milliseconds since 1970-01-01T00:00:00Z."""
        return self._now_ms

    def put(self, now_ms: int) -> None:
        """Set the clock."""
        self._now_ms = now_ms
