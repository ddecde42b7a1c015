"""The only source of chance: one stream for each name, the same on every machine and Python.

Only ``random.Random.random`` is used, which Python promises never to change for a seed, and only products and
comparisons of its results, which are the same on every processor; ``gauss``, ``choices`` and the like promise neither.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Table(Generic[T]):
    """Values with integer weights, to be drawn from."""

    def __init__(self, weighted: Sequence[tuple[T, int]]) -> None:
        self._values = [value for value, weight in weighted if weight > 0]
        self._edges = list(accumulate(weight for _, weight in weighted if weight > 0))

    def at(self, point: float) -> T:
        """The value at a point from 0 (inclusive) to 1 (exclusive) of the total weight."""
        return self._values[bisect_right(self._edges, int(point * self._edges[-1]))]


class Dice:
    """A stream of chance of its own: what happens to one unit does not depend on how much happens to another.

    Args:
        seed: the plan's.
        name: of the stream.
    """

    def __init__(self, seed: int, name: str) -> None:
        # The text is hashed with SHA-512 by the standard library, never with hash(), which differs between runs.
        self._random = random.Random(f"{seed}/{name}").random  # noqa: S311 — made-up data, no secret

    def chance(self, permille: int) -> bool:
        """True so many times in a thousand."""
        return self._random() * 1000 < permille

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both inclusive, all alike; low when high is below it."""
        return low + int(self._random() * (high - low + 1)) if high > low else low

    def near_high(self, low: int, high: int) -> int:
        """As ``between``, the higher the likelier (the larger of two throws)."""
        point = max(self._random(), self._random())
        return low + int(point * (high - low + 1)) if high > low else low

    def near_low(self, low: int, high: int) -> int:
        """As ``between``, the lower the likelier (the least of three throws)."""
        point = min(self._random(), self._random(), self._random())
        return low + int(point * (high - low + 1)) if high > low else low

    def pick(self, values: Sequence[T]) -> T:
        """One of the values, all alike."""
        return values[int(self._random() * len(values))]

    def draw(self, table: Table[T]) -> T:
        """One of the table's values, by weight."""
        return table.at(self._random())
