"""Events by column: what a batch is laid out of, and what is looked at when many facts are checked at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event

_name_of = methodcaller("WhichOneof", "fact")
_NAMES = {field.number: field.name for field in Event.DESCRIPTOR.oneofs_by_name["fact"].fields}
_NUMBERS: Mapping[str | None, int] = {None: 0, **{name: number for number, name in _NAMES.items()}}
_TEXTS = frozenset(
    (fact.name, field.name)
    for fact in Event.DESCRIPTOR.oneofs_by_name["fact"].fields
    if fact.message_type is not None
    for field in fact.message_type.fields
    if field.type == FieldDescriptor.TYPE_STRING
)


class Texts(NamedTuple):
    """A column of texts: each text once, in the order in which they come, and which of them each row says."""

    values: Sequence[str]
    codes: Sequence[int]

    @classmethod
    def of(cls, column: Sequence[str]) -> Texts:
        """Those of a column."""
        values = list(dict.fromkeys(column))
        if len(values) == len(column):
            return cls(values, range(len(values)))
        if len(values) == 1:
            return cls(values, [0] * len(column))
        codes = dict(zip(values, count()))
        return cls(values, list(map(codes.__getitem__, column)))


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
        self._rows: dict[str, list[int]] | None = None
        self._facts: dict[str, list[Any]] = {}
        self._said: dict[tuple[str, str], list[Any]] = {}
        self._texts: dict[str, Texts] = {}
        self._said_texts: dict[tuple[str, str], Texts] = {}

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

    def rows(self) -> Mapping[str, Sequence[int]]:
        """Field name → the rows with a fact of that type, in row order."""
        if self._rows is None:
            rows: dict[int, list[int]] = {number: [] for number in set(self.numbers)}
            for row, number in enumerate(self.numbers):
                rows[number].append(row)
            self._rows = {_NAMES[number]: found for number, found in rows.items() if number}
        return self._rows

    def facts(self, name: str) -> Sequence[Message]:
        """The facts of a type, in row order."""
        facts = self._facts.get(name)
        if facts is None:
            facts = self._facts[name] = list(map(attrgetter(name), map(self.events.__getitem__, self.rows()[name])))
        return facts

    def said(self, name: str, field: str) -> list[Any]:
        """A field of the facts of a type, of each of them in row order."""
        said = self._said.get((name, field))
        if said is None:
            said = self._said[name, field] = self._read_said(name, field)
        return said

    def said_texts(self, name: str, field: str) -> Texts:
        """The same of a field that is a text."""
        texts = self._said_texts.get((name, field))
        if texts is None:
            texts = self._said_texts[name, field] = Texts.of(self.said(name, field))
        return texts

    def said_integers(self, name: str, field: str) -> Sequence[int]:
        """The same of a field that is a number or a boolean, for protobuf to take over."""
        return list(map(int, self.said(name, field)))

    def distinct(self, name: str, field: str) -> Collection[Any]:
        """What the facts of a type say in a field, each value once."""
        return self.said_texts(name, field).values if (name, field) in _TEXTS else set(self.said(name, field))

    def are_said(self, name: str, field: str) -> list[bool]:
        """Whether an optional field of the facts of a type is said, of each of them in row order."""
        return [fact.HasField(field) for fact in self.facts(name)]

    def _read_numbers(self) -> Sequence[int]:
        return list(map(_NUMBERS.__getitem__, map(_name_of, self.events)))

    def _read_column(self, name: str) -> list[Any]:
        return list(map(attrgetter(name), self.events))

    def _read_said(self, name: str, field: str) -> list[Any]:
        return list(map(attrgetter(field), self.facts(name)))
