"""Long answers, kept until their pages have been fetched: the last ones, for a while, and no more bytes than so many.

To fold a register takes as long for its last page as for its first. What is kept changes no page: an answer is named by
what it says, so whoever brings the name gets that answer or none.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

from cchc.clock import Clock

MOST_BYTES = 32 * 1024 * 1024
"""Of all answers together: more than 100,000 listed documents."""
KEPT_MS = 300_000
"""After an answer was last asked for."""


def state_of(written: bytes) -> str:
    """The name of an answer: a digest of its bytes."""
    return hashlib.sha256(written).hexdigest()[:32]


class KeptAnswers:
    """Answers by question and name. Threads may share it.

    Args:
        clock: says when an answer is no longer kept.
        most_bytes: of all answers; one that is longer is not kept.
    """

    def __init__(self, clock: Clock, most_bytes: int = MOST_BYTES) -> None:
        self._clock = clock
        self._most_bytes = most_bytes
        self._turn = threading.Lock()
        # The one that was asked for last stands last: the answer, and until when it is kept.
        self._kept: OrderedDict[tuple[str, str], tuple[bytes, int]] = OrderedDict()
        self._bytes = 0

    def keep(self, question: str, written: bytes) -> None:
        """Keep the answer to a question; those that were not asked for longest make room."""
        name = question, state_of(written)
        with self._turn:
            self._take(name)
            if len(written) <= self._most_bytes:
                self._put(name, written)
            self._make_room()

    def find(self, question: str, state: str) -> bytes | None:
        """The answer to a question by its name; None where it is not kept any more."""
        with self._turn:
            self._make_room()
            written = self._take((question, state))
            if written is not None:
                self._put((question, state), written)
            return written

    def _put(self, name: tuple[str, str], written: bytes) -> None:
        self._kept[name] = written, self._clock.now_ms() + KEPT_MS
        self._bytes += len(written)

    def _take(self, name: tuple[str, str]) -> bytes | None:
        written, _ = self._kept.pop(name, (None, 0))
        self._bytes -= len(written or b"")
        return written

    def _make_room(self) -> None:
        now_ms = self._clock.now_ms()
        while self._kept:
            oldest, (_, until_ms) = next(iter(self._kept.items()))
            if until_ms > now_ms and self._bytes <= self._most_bytes:
                return
            self._take(oldest)
