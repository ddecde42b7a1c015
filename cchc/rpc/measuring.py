"""Metrics of every call: how many, how they ended, how long they took, how many are under way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from cchc.rpc.calls import Call
from cchc.telemetry import Metrics


class Measuring:
    """Counts calls.

    Args:
        metrics: where.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def around(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """See ``Around``."""
        started = time.perf_counter()
        with self._metrics.calls_now.track_inprogress():
            try:
                return proceed()
            finally:
                code = call.context.code()
                self._metrics.calls.labels(call.method, "OK" if code is None else code.name).inc()
                self._metrics.call_seconds.labels(call.method).observe(time.perf_counter() - started)
