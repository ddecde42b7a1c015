"""Health of a server (grpc.health.v1): serving while its log takes batches.

Whether a log can be written only a write tells. Appends say it by themselves; after one was refused, an empty batch is
tried now and then, so that a server that nobody sends to any more finds out when the disk is free again. A log that
does not answer at all counts as one that refuses, long before the log itself gives up; how long callers wait does not
matter to that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import count

from grpc_health.v1 import health, health_pb2

from cchc.clock import Clock
from cchc.errors import CchcError, Refused
from cchc.log.batch import encode
from cchc.log.port import Log, Prefix, Receipt, Record
from cchc.telemetry import Metrics

PROBE_S = 2.0
LATE_MS = 5_000
"""So long an append may be under way, and no other be acknowledged."""


class Health:
    """The health service, and what it says.

    Args:
        metrics: say the same.
    """

    def __init__(self, metrics: Metrics) -> None:
        self.servicer = health.HealthServicer()
        self._metrics = metrics
        self._turn = threading.Lock()
        self._names: list[str] = [""]
        self._is_writable = True
        self._is_leaving = False
        self._say()

    def name(self, service: str) -> None:
        """Speak for a service, too."""
        with self._turn:
            self._names.append(service)
            self._say()

    def writable(self, *, yes: bool) -> None:
        """What the last append said."""
        if yes == self._is_writable:
            return
        with self._turn:
            self._is_writable = yes
            self._say()

    @property
    def is_writable(self) -> bool:
        """Whether the last append was taken."""
        return self._is_writable

    def leave(self) -> None:
        """Say for ever that this server takes no more calls."""
        with self._turn:
            self._is_leaving = True
            self._say()

    def _say(self) -> None:
        serving = self._is_writable and not self._is_leaving
        status = health_pb2.HealthCheckResponse
        self._metrics.log_writable.set(1 if self._is_writable else 0)
        for name in self._names:
            self.servicer.set(name, status.SERVING if serving else status.NOT_SERVING)


class WatchedLog(Log):
    """A log whose appends tell how the log is.

    Args:
        log: does the work.
        writable: is told after every append, and by ``look``.
        clock: says how long an append has been under way.
    """

    def __init__(self, log: Log, writable: Callable[[bool], None], clock: Clock) -> None:
        self._log = log
        self._writable = writable
        self._clock = clock
        self._numbers = count()
        # When those began that are under way, the oldest first.
        self._under_way: dict[int, int] = {}
        self._acknowledged_ms = 0

    def append(self, payloads: Sequence[bytes], *, key: str = "") -> list[Receipt]:
        """See ``Log.append``."""
        number = next(self._numbers)
        self._under_way[number] = self._clock.now_ms()
        try:
            receipts = self._log.append(payloads, key=key)
        except Refused:
            raise
        except CchcError:
            self._writable(False)
            raise
        finally:
            del self._under_way[number]
        self._acknowledged_ms = self._clock.now_ms()
        self._writable(True)
        return receipts

    def look(self) -> None:
        """Say that the log cannot be written, where it has said nothing for ``LATE_MS`` to an append under way."""
        # A copy at once: others begin and end meanwhile.
        began = list(self._under_way.values())
        if began and self._clock.now_ms() - max(began[0], self._acknowledged_ms) > LATE_MS:
            self._writable(False)

    def probe(self) -> None:
        """Try an empty batch: it says nothing and changes no figure."""
        try:
            self.append([encode([])])
        except CchcError:
            return

    def read(self, after: Prefix, *, limit: int = 1_000) -> list[Record]:
        """See ``Log.read``."""
        return self._log.read(after, limit=limit)

    def head(self) -> Prefix:
        """See ``Log.head``."""
        return self._log.head()

    def prefix_at(self, recorded_at_ms: int) -> Prefix:
        """See ``Log.prefix_at``."""
        return self._log.prefix_at(recorded_at_ms)

    def close(self) -> None:
        """Nothing: who opened the log closes it."""
