"""Work for callers that is waited for no longer than they wait: a log that hangs holds no call beyond its deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from cchc.errors import CchcError
from cchc.rpc.calls import ServicerContext
from cchc.rpc.deadlines import still_wanted
from cchc.rpc.failures import deadline_passed

Result = TypeVar("Result")

_FOR_THE_ANSWER = 0.1
_FOR_THE_ANSWER_S = 0.2
"""Of the time that is left, this part but no more is kept for the answer to reach the caller."""
_FOR_EVER_S = 30 * 86_400.0
"""gRPC says of a call without a deadline that centuries are left: more than can be waited for."""


class Waiting:
    """Does work on threads of its own, while the call's thread waits for it until the caller has gone.

    What was begun goes on to its end, and its thread with it; no more is begun than there are threads.

    Args:
        threads: how much can be worked on at once.
        name: of the threads.
        busy: what is raised at once where as much is worked on; without it, a call waits for its turn.
    """

    def __init__(self, threads: int, name: str = "work", busy: Callable[[], CchcError] | None = None) -> None:
        self._free = threading.BoundedSemaphore(threads)
        self._busy = busy
        self._pool = ThreadPoolExecutor(threads, name)

    def result_of(
        self, work: Callable[[], Result], context: ServicerContext, too_late: Callable[[], CchcError]
    ) -> Result:
        """What the work gives.

        Args:
            work: is done on another thread, with the context variables of this one.
            context: of the call.
            too_late: what is raised when the work was begun, and the caller's time is over or the caller gone.

        Raises:
            Unavailable: ``rpc.deadline``: nothing was begun; and what ``busy`` says.
        """
        still_wanted(context)
        self._take_turn(context)
        done_or_gone = threading.Event()
        if not context.add_callback(done_or_gone.set):
            self._free.release()
            raise deadline_passed()
        done = self._begin(work)
        done.add_done_callback(lambda _: done_or_gone.set())
        done_or_gone.wait(_patience_s(context))
        if not done.done():
            raise too_late()
        return done.result()

    def close(self) -> None:
        """Begin nothing more. What was begun ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take_turn(self, context: ServicerContext) -> None:
        if self._busy is not None:
            if not self._free.acquire(blocking=False):
                raise self._busy()
        elif not self._free.acquire(timeout=_patience_s(context)):
            raise deadline_passed()

    def _begin(self, work: Callable[[], Result]) -> Future[Result]:
        variables = copy_context()
        try:
            done = self._pool.submit(variables.run, work)
        except BaseException:
            self._free.release()
            raise
        done.add_done_callback(lambda _: self._free.release())
        return done


def _patience_s(context: ServicerContext) -> float | None:
    """Seconds until the caller must be answered; None = never."""
    remaining_s = context.time_remaining()
    if remaining_s is None or remaining_s > _FOR_EVER_S:
        return None
    return max(0.0, remaining_s - min(_FOR_THE_ANSWER_S, _FOR_THE_ANSWER * remaining_s))
