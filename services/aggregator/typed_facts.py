"""The typed facts of a span as columns by type: read field by field, or fact by fact where they stand in a list."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias, cast

import numpy as np

from cchc.log.fact_columns import COLUMNAR, Fitting, columns_of, fitting
from services.aggregator.growing import Numbers, RowNumbers, Texts
from services.aggregator.layout import LAYOUTS, ColumnarLayout, Ints, Layout


class Codes(defaultdict[str, int]):
    """Distinct strings, each with its code; the empty string is code 0. Looking one up gives it a code."""

    def __init__(self) -> None:
        super().__init__(itertools.count(1).__next__, {"": 0})

    def of(self, texts: Sequence[str]) -> Ints:
        """The codes of many strings."""
        return np.fromiter(map(self.__getitem__, texts), dtype=np.uint32, count=len(texts))


Dictionaries: TypeAlias = Mapping[tuple[str, str], Codes]
"""The distinct strings of each string column: table and column → codes."""


Piece: TypeAlias = tuple[int, Fitting | Sequence[Any]]
"""The facts of one type in the batch of this number: as columns, or in a list."""

_IN_LISTS = -1
"""Stands for the batches of facts that are read from lists: none of them shares a text with another."""

_AT_ONCE = 1_000
"""A fact of a list keeps its whole batch in memory: no more of them are waiting than this, and a batch's."""


class TypedFacts:
    """The typed facts of one type in row order, a column each: numbers, and codes of strings."""

    def __init__(self, layout: Layout, dictionaries: Dictionaries) -> None:
        self._readers = [(name, read, Numbers()) for name, read in layout.numbers.items()]
        self._text_readers = [
            (name, read, dictionaries[layout.table, name].__getitem__, Numbers())
            for name, read in layout.strings.items()
        ]
        self._listed: list[Any] = []

    def extend(self, pieces: Sequence[Piece]) -> None:
        """Read those of some more batches; none of this type stand as columns."""
        for _, facts in pieces:
            self._listed += cast("Sequence[Any]", facts)
        if len(self._listed) >= _AT_ONCE:
            self._read_listed()

    def outside(self) -> Collection[int]:
        """The batches whose columns point outside: a list of facts has none."""
        return ()

    def too_long(self, most: int) -> Collection[int]:  # noqa: ARG002 — as those of columns are asked
        """The batches of which facts share a text of more characters: those of a list share none."""
        return ()

    def numbers(self) -> dict[str, Ints]:
        """The number columns, by their names in the table."""
        self._read_listed()
        return {name: column.all() for name, _, column in self._readers}

    def codes(self) -> dict[str, Ints]:
        """The string columns as codes, by their names in the table."""
        self._read_listed()
        return {name: column.all() for name, _, _, column in self._text_readers}

    def _read_listed(self) -> None:
        for _, read, column in self._readers:
            column.extend_by(map(read, self._listed), len(self._listed))
        for _, read_text, code_of, column in self._text_readers:
            column.extend_by(map(code_of, map(read_text, self._listed)), len(self._listed))
        self._listed = []


class ColumnarFacts:
    """The same of a type whose facts stand as columns; those in lists of few are made columns together."""

    def __init__(self, fact_type: int, layout: ColumnarLayout, dictionaries: Dictionaries) -> None:
        numbers = {field.name: field.number for field in COLUMNAR[fact_type]}
        self._fact_type = fact_type
        self._numbers = [(name, numbers[number.field], number.of, Numbers()) for name, number in layout.numbers.items()]
        self._texts = [
            (name, numbers[field], dictionaries[layout.table, name], Texts()) for name, field in layout.strings.items()
        ]
        self._listed: list[Any] = []

    def extend(self, pieces: Sequence[Piece]) -> None:
        """Read those of some more batches."""
        for as_columns, alike in itertools.groupby(pieces, lambda piece: isinstance(piece[1], Fitting)):
            if as_columns:
                self._read_listed()
                batches, facts = zip(*alike, strict=True)
                self._read(facts, batches)
            else:
                for _, listed in alike:
                    self._listed += cast("Sequence[Any]", listed)
        if len(self._listed) >= _AT_ONCE:
            self._read_listed()

    def outside(self) -> Collection[int]:
        """The batches whose columns point outside their texts."""
        self._read_listed()
        return {batch for _, _, _, texts in self._texts for batch in texts.rows.outside()}

    def too_long(self, most: int) -> Collection[int]:
        """The batches of which facts share a text of more characters."""
        self._read_listed()
        return {batch for _, _, _, texts in self._texts for batch in texts.too_long(most)} - {_IN_LISTS}

    def numbers(self) -> dict[str, Ints]:
        """The number columns, by their names in the table."""
        self._read_listed()
        return {name: of(column.all()) for name, _, of, column in self._numbers}

    def codes(self) -> dict[str, Ints]:
        """The string columns as codes, by their names in the table."""
        self._read_listed()
        return {name: codes.of(column.texts)[column.rows.all()] for name, _, codes, column in self._texts}

    def _read_listed(self) -> None:
        if self._listed:
            self._read([fitting(columns_of(self._fact_type, self._listed))], [_IN_LISTS])
            self._listed = []

    def _read(self, facts: Sequence[Fitting], batches: Sequence[int]) -> None:
        for _, number, _, numbers in self._numbers:
            numbers.extend([_or_zeros(said.numbers.get(number), said.count) for said in facts])
        for _, number, _, texts in self._texts:
            columns = [said.texts.get(number) for said in facts]
            codes = [
                _or_zeros(None if column is None else column.codes, said.count)
                for said, column in zip(facts, columns, strict=True)
            ]
            texts.extend(codes, [("",) if column is None else column.values for column in columns], batches)


def _or_zeros(column: Sequence[int] | None, count: int) -> RowNumbers:
    return np.zeros(count, np.int64) if column is None else column


def facts_reader(fact_type: int, dictionaries: Dictionaries) -> TypedFacts | ColumnarFacts:
    """What reads the facts of a type, as their layout says."""
    layout = LAYOUTS[fact_type]
    if isinstance(layout, ColumnarLayout):
        return ColumnarFacts(fact_type, layout, dictionaries)
    return TypedFacts(layout, dictionaries)
