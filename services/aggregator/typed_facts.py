"""The typed facts of a span as columns by type: read field by field, or fact by fact where they stand in a list."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cchc.api.log.v1.event_pb2 import FactColumns
from cchc.log.fact_columns import COLUMNAR, columns_of
from services.aggregator.layout import LAYOUTS, ColumnarLayout, Ints, Layout


def array(column: Sequence[int]) -> Ints:
    """A packed column of protobuf, as 64-bit integers."""
    # np.array reads protobuf's packed columns in C; np.fromiter would make an int of each.
    return np.array(column, dtype=np.int64)


class Codes(defaultdict[str, int]):
    """Distinct strings, each with its code; the empty string is code 0. Looking one up gives it a code."""

    def __init__(self) -> None:
        super().__init__(itertools.count(1).__next__, {"": 0})

    def of(self, texts: Sequence[str]) -> Ints:
        """The codes of many strings."""
        return np.array(list(map(self.__getitem__, texts)), dtype=np.uint32)


class TypedFacts:
    """The typed facts of one type in row order, a column each: numbers, and codes of strings."""

    def __init__(self, layout: Layout, dictionaries: Mapping[tuple[str, str], Codes]) -> None:
        self._readers = [(name, read, np.dtype(np.int64)) for name, read in layout.numbers.items()]
        self._text_readers = [
            (name, read, dictionaries[layout.table, name].__getitem__) for name, read in layout.strings.items()
        ]
        self._numbers: dict[str, list[Ints]] = {name: [] for name in layout.numbers}
        self._codes: dict[str, list[Ints]] = {name: [] for name in layout.strings}

    def extend(self, facts: Sequence[Any]) -> None:
        """Read some more."""
        # protobuf makes a fact an object each time that it is come by
        listed = list(facts)
        count = len(listed)
        for name, read, dtype in self._readers:
            self._numbers[name].append(np.fromiter(map(read, listed), dtype, count))
        for name, read_text, code_of in self._text_readers:
            self._codes[name].append(np.fromiter(map(code_of, map(read_text, listed)), np.uint32, count))

    def numbers(self) -> dict[str, Ints]:
        """The number columns, by their names in the table."""
        return {name: np.concatenate(parts) for name, parts in self._numbers.items()}

    def codes(self) -> dict[str, Ints]:
        """The string columns as codes, by their names in the table."""
        return {name: np.concatenate(parts) for name, parts in self._codes.items()}


class ColumnarFacts:
    """The same of a type whose facts stand as columns; a list of few is made columns first."""

    def __init__(self, fact_type: int, layout: ColumnarLayout, dictionaries: Mapping[tuple[str, str], Codes]) -> None:
        numbers = {field.name: field.number for field in COLUMNAR[fact_type]}
        self._fact_type = fact_type
        self._readers = [(name, numbers[number.field], number.of) for name, number in layout.numbers.items()]
        self._text_readers = [
            (name, numbers[field], dictionaries[layout.table, name]) for name, field in layout.strings.items()
        ]
        self._numbers: dict[str, list[Ints]] = {name: [] for name in layout.numbers}
        self._codes: dict[str, list[Ints]] = {name: [] for name in layout.strings}

    def extend(self, facts: FactColumns | Sequence[Any]) -> None:
        """Read some more; columns fit together, which ``checked`` saw."""
        columns = facts if isinstance(facts, FactColumns) else columns_of(self._fact_type, facts)
        numbers = {column.field: column.values for column in columns.numbers}
        texts = {column.field: column for column in columns.texts}
        for name, number, _ in self._readers:
            said = numbers.get(number)
            self._numbers[name].append(np.zeros(columns.count, np.int64) if said is None else array(said))
        for name, number, codes in self._text_readers:
            column = texts.get(number)
            self._codes[name].append(
                np.zeros(columns.count, np.uint32) if column is None else codes.of(column.values)[array(column.codes)]
            )

    def numbers(self) -> dict[str, Ints]:
        """The number columns, by their names in the table."""
        return {name: of(np.concatenate(self._numbers[name])) for name, _, of in self._readers}

    def codes(self) -> dict[str, Ints]:
        """The string columns as codes, by their names in the table."""
        return {name: np.concatenate(parts) for name, parts in self._codes.items()}


def facts_reader(fact_type: int, dictionaries: Mapping[tuple[str, str], Codes]) -> TypedFacts | ColumnarFacts:
    """What reads the facts of a type, as their layout says."""
    layout = LAYOUTS[fact_type]
    if isinstance(layout, ColumnarLayout):
        return ColumnarFacts(fact_type, layout, dictionaries)
    return TypedFacts(layout, dictionaries)
