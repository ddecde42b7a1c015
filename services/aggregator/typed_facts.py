"""The typed facts of a span as columns by type: read field by field, or fact by fact where they stand in a list."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from cchc.log.fact_columns import COLUMNAR, Fitting, columns_of, fitting
from services.aggregator.growing import Numbers, Texts
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

    def extend(self, facts: Sequence[Any]) -> None:
        """Read some more."""
        self._listed += facts
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
            column.extend(list(map(read, self._listed)))
        for _, read_text, code_of, column in self._text_readers:
            column.extend(list(map(code_of, map(read_text, self._listed))))
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

    def extend(self, facts: Sequence[Any]) -> None:
        """Read some more that stand in a list."""
        self._listed += facts
        if len(self._listed) >= _AT_ONCE:
            self._read_listed()

    def extend_with_columns(self, facts: Fitting, batch: int) -> None:
        """Read some more that stand as columns, of the batch of this number."""
        self._read_listed()
        self._read(facts, batch)

    def outside(self) -> Collection[int]:
        """The batches whose columns point outside their texts."""
        self._read_listed()
        return {batch for _, _, _, texts in self._texts for batch in texts.rows.outside()}

    def too_long(self, most: int) -> Collection[int]:
        """The batches of which facts share a text of more characters."""
        self._read_listed()
        return {batch for _, _, _, texts in self._texts for batch in texts.too_long(most)}

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
            self._read(fitting(columns_of(self._fact_type, self._listed)), batch=0)
            self._listed = []

    def _read(self, facts: Fitting, batch: int) -> None:
        for _, number, _, grown in self._numbers:
            values = facts.numbers.get(number)
            if values is None:
                grown.extend_with_zeros(facts.count)
            else:
                grown.extend(values)
        for _, number, _, grown_texts in self._texts:
            column = facts.texts.get(number)
            if column is None:
                grown_texts.extend_with_empty(facts.count)
            else:
                grown_texts.extend(column.codes, column.values, batch)


def facts_reader(fact_type: int, dictionaries: Dictionaries) -> TypedFacts | ColumnarFacts:
    """What reads the facts of a type, as their layout says."""
    layout = LAYOUTS[fact_type]
    if isinstance(layout, ColumnarLayout):
        return ColumnarFacts(fact_type, layout, dictionaries)
    return TypedFacts(layout, dictionaries)
