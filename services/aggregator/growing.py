"""Columns of a span that grow batch by batch, so that a batch of one fact costs little and one of many is read in C."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from services.aggregator.layout import Ints

_FEW = 64
"""A packed column of protobuf that is longer is read as an array, which costs as much for one number as for thousands;
a shorter one number by number."""


class Numbers:
    """A column of 64-bit integers."""

    def __init__(self) -> None:
        self._parts: list[Ints] = []
        self._few: list[int] = []

    def extend(self, column: Sequence[int]) -> None:
        """Some more rows."""
        if len(column) > _FEW:
            self._part_with_few()
            self._parts.append(np.array(column, dtype=np.int64))
        else:
            self._few += column[:]

    def extend_with_zeros(self, count: int) -> None:
        """So many rows of 0."""
        if count > _FEW:
            self._part_with_few()
            self._parts.append(np.zeros(count, np.int64))
        else:
            self._few += [0] * count

    def all(self) -> Ints:
        """All rows."""
        self._part_with_few()
        whole: Ints = np.concatenate(self._parts) if self._parts else np.zeros(0, np.int64)
        self._parts = [whole]
        return whole

    def _part_with_few(self) -> None:
        if self._few:
            self._parts.append(np.array(self._few, dtype=np.int64))
            self._few = []


class Pointers:
    """A column of indexes, each batch's into something of its own, which is a part of something larger."""

    def __init__(self) -> None:
        self._rows = Numbers()
        self._stretches: list[tuple[int, int, int, int]] = []

    def extend(self, rows: Sequence[int], start: int, size: int, batch: int) -> None:
        """Some more rows, of the batch of this number, into what has this size and begins there in the larger whole."""
        self._rows.extend(rows)
        self._stretches.append((len(rows), start, size, batch))

    def extend_alike(self, count: int, place: int) -> None:
        """So many rows that point to this place in the larger whole."""
        self._rows.extend_with_zeros(count)
        self._stretches.append((count, place, 1, 0))

    def all(self) -> Ints:
        """All rows, as indexes into the larger whole."""
        counts, starts, _, _ = self._by_stretch()
        placed: Ints = self._rows.all() + np.repeat(starts, counts)
        return placed

    def outside(self) -> Collection[int]:
        """The batches of which a row points beyond what is their own."""
        counts, _, sizes, batches = self._by_stretch()
        beyond = self._rows.all() >= np.repeat(sizes, counts)
        return set(np.repeat(batches, counts)[beyond].tolist()) if beyond.any() else ()

    def among(self, places: Ints) -> Collection[int]:
        """The batches to whose own one of these places in the larger whole belongs."""
        _, starts, sizes, batches = self._by_stretch()
        order = np.argsort(starts, kind="stable")
        ends = (starts + sizes)[order]
        return set(batches[order][np.searchsorted(ends, places, side="right")].tolist())

    def _by_stretch(self) -> Ints:
        by_stretch: Ints = np.array(self._stretches, dtype=np.int64).reshape(-1, 4).T
        return by_stretch


class Texts:
    """A column of texts: indexes into the texts of all batches, of which some are there more than once."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rows = Pointers()
        self._empty: int | None = None

    def extend(self, rows: Sequence[int], texts: Sequence[str], batch: int) -> None:
        """Some more rows, of the batch of this number, as indexes into these texts."""
        self.rows.extend(rows, len(self.texts), len(texts), batch)
        # A slice of protobuf's list is a list already, and a quarter faster than going through it.
        self.texts += texts[:]

    def extend_with_empty(self, count: int) -> None:
        """So many rows of the empty text."""
        if self._empty is None:
            self._empty = len(self.texts)
            self.texts.append("")
        self.rows.extend_alike(count, self._empty)

    def too_long(self, most: int) -> Collection[int]:
        """The batches that brought a text of more characters."""
        lengths = np.fromiter(map(len, self.texts), dtype=np.int64, count=len(self.texts))
        return self.rows.among(np.nonzero(lengths > most)[0]) if lengths.max(initial=0) > most else ()
