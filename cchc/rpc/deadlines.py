"""Deadlines: nothing is begun for somebody who has stopped waiting, and nothing is recorded for him."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cchc.rpc.calls import Call, ServicerContext
from cchc.rpc.failures import deadline_passed


def still_wanted(context: ServicerContext) -> None:
    """Do nothing while the client waits.

    Raises:
        Unavailable: ``rpc.deadline`` when it has gone, or its time is over.
    """
    remaining = context.time_remaining()
    if not context.is_active() or (remaining is not None and remaining <= 0):
        raise deadline_passed()


class Deadlines:
    """Lets no call begin that nobody waits for: it may have waited for a thread too long."""

    def around(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """See ``Around``."""
        still_wanted(call.context)
        return proceed()
