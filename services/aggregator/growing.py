"""Columns of a span that grow by some batches at a time: what is done to one column is done to all of them in turn.

So the same few steps run again and again over what was parsed just now, both in the processor's caches: batch by batch,
or span by span, they take twice as long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, chain
from typing import TypeAlias

import numpy as np

from cchc.store.joined_texts import JoinedTexts, encoded
from services.aggregator.layout import Ints

_FEW = 16
"""A packed column of protobuf that is longer is read as an array, which costs as much for one number as for thousands;
where all are shorter they are read number by number."""

_FIRST = 1_024

RowNumbers: TypeAlias = Sequence[int] | Ints
"""A number a row: of protobuf, or an array."""


class Numbers:
    """A column of 64-bit integers.

    Args:
        rows: about how many there will be.
    """

    def __init__(self, rows: int = _FIRST) -> None:
        self._rows: Ints = np.empty(0, dtype=np.int64)
        self._about = rows
        self._size = 0

    def extend(self, columns: Sequence[RowNumbers]) -> Ints:
        """The rows of some more batches; returns them, to be changed at once where they need to be."""
        counts = list(map(len, columns))
        rows = self._more(sum(counts))
        if max(counts, default=0) <= _FEW:
            rows[:] = list(chain.from_iterable(columns))
            return rows
        start = 0
        for column, count in zip(columns, counts, strict=True):
            end = start + count
            rows[start:end] = column
            start = end
        return rows

    def extend_by(self, numbers: Iterable[int], count: int) -> None:
        """So many rows, one after the other."""
        self._more(count)[:] = np.fromiter(numbers, np.int64, count)

    def all(self) -> Ints:
        """All rows."""
        return self._rows[: self._size]

    def _more(self, count: int) -> Ints:
        start, end = self._size, self._size + count
        if end > len(self._rows):
            rows = np.empty(max(end, 2 * len(self._rows), self._about), dtype=np.int64)
            rows[:start] = self._rows[:start]
            self._rows = rows
        self._size = end
        return self._rows[start:end]


class Pointers:
    """A column of indexes, each batch's into something of its own, which is a part of something larger.

    Args:
        rows: about how many there will be.
    """

    def __init__(self, rows: int = _FIRST) -> None:
        self._rows = Numbers(rows)
        self._ends: list[int] = []
        self._batches: list[int] = []
        self._outside: set[int] = set()

    def extend(
        self, columns: Sequence[RowNumbers], starts: Sequence[int], sizes: Sequence[int], batches: Sequence[int]
    ) -> None:
        """The rows of some more batches.

        Args:
            columns: of each batch.
            starts: where in the larger whole begins what a batch's rows point into, in rising order.
            sizes: how large that is.
            batches: their numbers.
        """
        rows, counts = self._rows.extend(columns), list(map(len, columns))
        beyond = rows >= np.repeat(sizes, counts)
        if beyond.any():
            self._outside |= set(np.repeat(batches, counts)[beyond].tolist())
        rows += np.repeat(starts, counts)
        self._ends += map(int.__add__, starts, sizes)
        self._batches += batches

    def all(self) -> Ints:
        """All rows, as indexes into the larger whole."""
        return self._rows.all()

    def outside(self) -> Collection[int]:
        """The batches of which a row points beyond what is their own."""
        return self._outside

    def among(self, places: Ints) -> Collection[int]:
        """The batches to whose own one of these places in the larger whole belongs."""
        return {self._batches[index] for index in np.searchsorted(self._ends, places, side="right").tolist()}


class Texts:
    """A column of texts: indexes into the texts of all batches, of which some are there more than once.

    Args:
        rows: about how many there will be.
    """

    def __init__(self, rows: int = _FIRST) -> None:
        self.texts: list[str] = []
        self.rows = Pointers(rows)

    def extend(self, columns: Sequence[RowNumbers], texts: Sequence[Sequence[str]], batches: Sequence[int]) -> None:
        """The rows of some more batches, of these numbers, as indexes into the texts of each."""
        sizes = list(map(len, texts))
        self.rows.extend(columns, _starts(len(self.texts), sizes), sizes, batches)
        for listed in texts:
            # A slice of protobuf's list is a list already, and a quarter faster than going through it.
            self.texts += listed[:]

    def too_long(self, most: int) -> Collection[int]:
        """The batches that brought a text of more characters."""
        lengths = np.fromiter(map(len, self.texts), dtype=np.int64, count=len(self.texts))
        return self.rows.among(np.nonzero(lengths > most)[0]) if lengths.max(initial=0) > most else ()


class DistinctTexts:
    """The same of a column whose texts are hardly there twice.

    Args:
        rows: about how many there will be.
    """

    def __init__(self, rows: int) -> None:
        self.rows = Pointers(rows)
        self._contents: list[bytes] = []
        self._lengths = Numbers(rows)
        self._size = 0

    def extend(self, columns: Sequence[RowNumbers], texts: Sequence[Sequence[str]], batches: Sequence[int]) -> None:
        """The rows of some more batches, of these numbers, as indexes into the texts of each."""
        sizes = list(map(len, texts))
        self.rows.extend(columns, _starts(self._size, sizes), sizes, batches)
        self._size += sum(sizes)
        for listed in texts:
            content, lengths = encoded(listed[:])
            self._contents.append(content)
            self._lengths.extend_by(lengths, len(listed))

    def joined(self) -> JoinedTexts:
        """The texts of all batches."""
        return JoinedTexts.of_parts(self._contents, self._lengths.all())

    def too_long(self, most: int) -> Collection[int]:
        """The batches that brought a text of more characters."""
        if self._lengths.all().max(initial=0) <= most:
            # A character takes one byte or more.
            return ()
        return self.rows.among(self.joined().longer_than(most))


def _starts(first: int, sizes: Iterable[int]) -> list[int]:
    """Where each begins, one after the other."""
    return list(accumulate(sizes, initial=first))[:-1]
