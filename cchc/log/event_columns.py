"""Events by column: what a batch is laid out of, and what is looked at when many facts are checked at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import count
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event, EventBatch

_name_of = methodcaller("WhichOneof", "fact")
_NAMES = {field.number: field.name for field in Event.DESCRIPTOR.oneofs_by_name["fact"].fields}
_NUMBERS: Mapping[str | None, int] = {None: 0, **{name: number for number, name in _NAMES.items()}}
TEXTS: Mapping[str, frozenset[str]] = {
    fact.name: frozenset(
        field.name
        for field in (fact.message_type.fields if fact.message_type is not None else ())
        if field.type == FieldDescriptor.TYPE_STRING
    )
    for fact in Event.DESCRIPTOR.oneofs_by_name["fact"].fields
}
"""Fact type, by its field in ``Event.fact`` → its fields that are texts."""


class Texts(NamedTuple):
    """A column of texts: each text once, in the order in which they come, and which of them each row says."""

    values: Sequence[str]
    codes: Sequence[int]

    @classmethod
    def of(cls, column: Sequence[str]) -> Texts:
        """Those of a column."""
        values = list(dict.fromkeys(column))
        if len(values) == len(column):
            return cls(values, _in_turn(len(values)))
        if len(values) == 1:
            return cls(values, _zeros(len(column)))
        codes = dict(zip(values, count()))
        return cls(values, list(map(codes.__getitem__, column)))

    @classmethod
    def alike(cls, text: str, rows: int) -> Texts:
        """Those of a column of so many rows that all say the same."""
        return cls([text], _zeros(rows)) if rows else cls([], ())


@lru_cache(maxsize=32)
def _in_turn(rows: int) -> Sequence[int]:
    """0, 1, 2 and so on, as protobuf holds them, which it copies at once."""
    return EventBatch(subject=range(rows)).subject


@lru_cache(maxsize=32)
def _zeros(rows: int) -> Sequence[int]:
    """The same of nothing but zeros."""
    return EventBatch(subject=[0] * rows).subject


class FactsOfType:
    """What facts of one type say by column, in row order; each column is read once however many look at it.

    Args:
        name: of the type: its field in ``Event.fact``.
        rows: where they stand among the events.
        facts: they, or None where they are to be looked up in the events.
        events: all of them. Not their columns: what refers to each other is not freed before Python looks for cycles.
    """

    def __init__(
        self, name: str, rows: Sequence[int], facts: Sequence[Message] | None = None, events: Sequence[Event] = ()
    ) -> None:
        self.name = name
        self.rows = rows
        self._facts = facts
        self._events = events
        self._columns: dict[str, Sequence[Any]] = {}
        self._texts: dict[str, Texts] = {}

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def facts(self) -> Sequence[Message]:
        """The facts."""
        if self._facts is None:
            self._facts = list(map(attrgetter(self.name), map(self._events.__getitem__, self.rows)))
        return self._facts

    def column(self, field: str) -> Sequence[Any]:
        """A field of each of them."""
        column = self._columns.get(field)
        if column is None:
            column = self._columns[field] = self._read_column(field)
        return column

    def texts(self, field: str) -> Texts:
        """The same of a field that is a text."""
        texts = self._texts.get(field)
        if texts is None:
            texts = self._texts[field] = Texts.of(self.column(field))
        return texts

    def integers(self, field: str) -> Sequence[int]:
        """The same of a field that is a number or a boolean, for protobuf to take over."""
        return list(map(int, self.column(field)))

    def distinct(self, field: str) -> Collection[Any]:
        """What they say in a field, each value once."""
        return self.texts(field).values if field in TEXTS[self.name] else set(self.column(field))

    def are_said(self, field: str) -> Sequence[bool]:
        """Whether each of them says an optional field."""
        return [fact.HasField(field) for fact in self.facts]

    def _read_column(self, field: str) -> Sequence[Any]:
        return list(map(attrgetter(field), self.facts))


class EventColumns:
    """Events by column, each column read once however many look at it: reading is what costs.

    Args:
        events: must not change meanwhile, but for ``event_id``.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._sent = events
        self._events: Sequence[Event] | None = None
        self._numbers: Sequence[int] | None = None
        self._columns: dict[str, list[Any]] = {}
        self._texts: dict[str, Texts] = {}
        self._types: dict[str, FactsOfType] | None = None
        self._bounds: dict[str, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._sent)

    @property
    def events(self) -> Sequence[Event]:
        """The events themselves: protobuf makes an object of each when it is first come by, so they are listed once."""
        if self._events is None:
            self._events = list(self._sent)
        return self._events

    @property
    def numbers(self) -> Sequence[int]:
        """Field number of each event's fact; 0 where it has none."""
        if self._numbers is None:
            self._numbers = self._read_numbers()
        return self._numbers

    def column(self, name: str) -> list[Any]:
        """A field of the envelope, of each event."""
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = self._read_column(name)
        return column

    def texts(self, name: str) -> Texts:
        """The same of a field that is a text."""
        texts = self._texts.get(name)
        if texts is None:
            texts = self._texts[name] = Texts.of(self.column(name))
        return texts

    def integers(self, name: str) -> Sequence[int]:
        """The same of a field that is a number, for protobuf to take over."""
        return self.column(name)

    def bounds(self, name: str) -> tuple[int, int]:
        """The least and the greatest value of a field that is a number. There must be an event."""
        bounds = self._bounds.get(name)
        if bounds is None:
            bounds = self._bounds[name] = self._read_bounds(name)
        return bounds

    def types(self) -> Mapping[str, FactsOfType]:
        """The facts by type."""
        if self._types is None:
            rows = self._rows()
            self._types = {_NAMES[number]: self._of_type(_NAMES[number], rows[number]) for number in rows if number}
        return self._types

    def _rows(self) -> Mapping[int, list[int]]:
        """Where facts of each number stand."""
        rows: dict[int, list[int]] = {number: [] for number in set(self.numbers)}
        for row, number in enumerate(self.numbers):
            rows[number].append(row)
        return rows

    def _of_type(self, name: str, rows: Sequence[int]) -> FactsOfType:
        return FactsOfType(name, rows, events=self._sent)

    def _read_numbers(self) -> Sequence[int]:
        return list(map(_NUMBERS.__getitem__, map(_name_of, self.events)))

    def _read_column(self, name: str) -> list[Any]:
        return list(map(attrgetter(name), self.events))

    def _read_bounds(self, name: str) -> tuple[int, int]:
        return min(self.column(name)), max(self.column(name))
