"""A correlation id for every call (mã tra cứu): in each line of log while the call runs, and back to the client."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from structlog.contextvars import bound_contextvars, get_contextvars
from structlog.typing import FilteringBoundLogger

from cchc.clock import Clock
from cchc.rpc.calls import Call

HEADER = "x-correlation-id"
_PLAIN = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def correlation_id() -> str:
    """Of the call that runs on this thread; empty outside one."""
    return str(get_contextvars().get("correlation_id", ""))


class Correlation:
    """Gives each call its id, and writes one line of log about it when it has ended.

    Args:
        log: where to.
        clock: says how long it took.
    """

    def __init__(self, log: FilteringBoundLogger, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    def around(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """See ``Around``. The client's own id is used when it is plain."""
        said = call.metadata().get(HEADER, "")
        name = said if isinstance(said, str) and _PLAIN.fullmatch(said) else uuid.uuid4().hex
        started_ms = self._clock.now_ms()
        with bound_contextvars(correlation_id=name, method=call.method):
            call.context.set_trailing_metadata(((HEADER, name),))
            try:
                return proceed()
            finally:
                code = call.context.code()
                took_ms = self._clock.now_ms() - started_ms
                self._log.info("call", code="OK" if code is None else code.name, took_ms=took_ms)
