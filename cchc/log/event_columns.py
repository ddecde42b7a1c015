"""Events by column: what a batch is laid out of, and what is looked at when many facts are checked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter, methodcaller
from typing import Any

import numpy as np
from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event

_name_of = methodcaller("WhichOneof", "fact")
_NAMES = {field.number: field.name for field in Event.DESCRIPTOR.oneofs_by_name["fact"].fields}
_NUMBERS: Mapping[str | None, int] = {None: 0, **{name: number for number, name in _NAMES.items()}}


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

    def rows(self) -> Mapping[str, Sequence[int]]:
        """Field name → the rows with a fact of that type, in row order."""
        if self._rows is None:
            numbers = np.array(self.numbers)
            self._rows = {
                _NAMES[number]: np.flatnonzero(numbers == number).tolist() for number in set(self.numbers) if number
            }
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

    def are_said(self, name: str, field: str) -> list[bool]:
        """Whether an optional field of the facts of a type is said, of each of them in row order."""
        return [fact.HasField(field) for fact in self.facts(name)]

    def _read_numbers(self) -> Sequence[int]:
        return list(map(_NUMBERS.__getitem__, map(_name_of, self.events)))

    def _read_column(self, name: str) -> list[Any]:
        return list(map(attrgetter(name), self.events))

    def _read_said(self, name: str, field: str) -> list[Any]:
        return list(map(attrgetter(field), self.facts(name)))
