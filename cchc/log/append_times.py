"""Times that a broker gave, made so that they never go back within a partition.

A broker stamps what it appends with its own clock, which somebody may put back, or which another broker takes over that
is behind. A batch is therefore taken to be recorded at the latest time that was stamped up to and including it: the
same for every reader, wherever it begins; and a broker's answer to "the first batch after this time" agrees with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stamped:
    """A batch's offset and the time that the broker stamped it with (milliseconds UTC)."""

    offset: int
    time_ms: int


def latest_before(first_at: Callable[[int], Stamped | None], offset: int, at_least_ms: int) -> int:
    """The latest time stamped on batches before ``offset``, or ``at_least_ms`` where none is later than that.

    Where no clock went back, it asks once; otherwise about twice the logarithm of how far it went back.

    Args:
        first_at: the first batch of the partition stamped at this time or later, or None.
        offset: batches from here on do not count.
        at_least_ms: what is known already.
    """

    def later_than(time_ms: int) -> int | None:
        """The time of the first batch before ``offset`` that is stamped later than this, or None."""
        found = first_at(time_ms + 1)
        return None if found is None or found.offset >= offset else found.time_ms

    latest, step = at_least_ms, 0
    # While something later is found, leaps double; when a leap was too far, they halve.
    while (found := later_than(latest + step)) is not None:
        latest = max(found, latest + step)
        step = max(1, step * 2)
    while step:
        step //= 2
        found = later_than(latest + step)
        if found is not None:
            latest = found
    return latest
