"""Facts by column straight from the bytes of a request, without an object per fact.

A message that is there several times under one number is merged, by protobuf's own rules: what repeats in it is put one
after the other. A request's facts, read as *one* fact whose fields all repeat, are therefore its columns, and to read
them is one call into protobuf. What a fact leaves unsaid leaves no gap in a column: one that is neither empty nor as
long as there are facts is read from the facts themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from cchc.api.log.v1.event_pb2 import Event, EventBatch
from cchc.log.event_columns import TEXTS, EventColumns, FactsOfType, Texts

FACTS = "facts"
"""Field of every request that holds its facts, the first and only one."""

_PACKAGE = "cchc.transposed"

_ENVELOPE = {
    field.name: field.type
    for field in sorted(Event.DESCRIPTOR.fields, key=lambda field: field.number)
    if field.containing_oneof is None
}
"""The envelope's fields, in the order in which they are written."""

_AS_IN_BATCHES = frozenset(
    field.name for field in EventBatch.DESCRIPTOR.fields if field.type == FieldDescriptor.TYPE_INT64
)
"""Columns that protobuf holds alike in a request and in a batch."""

_WRITTEN_IN = {"occurred_at_ms": 7, "actor_role": 2}
"""The bytes of a field of the envelope that is a number, as almost all are."""
_SIX_BYTES, _SEVEN_BYTES = 1 << 35, 1 << 42
"""The least numbers that protobuf writes in so many: what happened between 1971 and 2109 is written in six."""

_NUMBERS = frozenset(
    {
        *(FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_UINT32),
        *(FieldDescriptor.TYPE_ENUM, FieldDescriptor.TYPE_BOOL),
    }
)
"""Written alike, so that one kind of column takes them all."""

_MESSAGES = {field.name: field.message_type for field in Event.DESCRIPTOR.fields if field.message_type is not None}


@dataclass(frozen=True, slots=True)
class Transposed:
    """The facts of a request: by column, and each as it was written."""

    columns: EventColumns
    contents: Sequence[bytes]


class TransposedColumns(EventColumns):
    """Events by column, from the request's own bytes where they say a column in full.

    Args:
        events: the events.
        columns: all of them as one event whose fields repeat.
        contents: each as it was written, canonically.
    """

    def __init__(self, events: Sequence[Event], columns: Any, contents: Sequence[bytes]) -> None:
        super().__init__(events)
        self._whole = columns
        self._contents = contents
        self._found: Any = None

    def integers(self, name: str) -> Sequence[int]:
        """See ``EventColumns.integers``."""
        values: Sequence[int] = getattr(self._whole, name)
        # What is held as it is to be, protobuf copies at once; anything else it takes over faster from a list.
        return values if len(values) == len(self) and name in _AS_IN_BATCHES else super().integers(name)

    def texts(self, name: str) -> Texts:
        """See ``EventColumns.texts``."""
        return super().texts(name) if getattr(self._whole, name) else Texts.alike("", len(self))

    def _read_numbers(self) -> Sequence[int]:
        self._found = self._found_numbers()
        return super()._read_numbers() if self._found is None else self._found.tolist()

    def _rows(self) -> Mapping[int, list[int]]:
        numbers = set(self.numbers)
        if self._found is None:
            return super()._rows()
        return {number: np.flatnonzero(self._found == number).tolist() for number in numbers}

    def _found_numbers(self) -> Any:
        """From the tag that each fact begins with: behind the envelope, whose fields have lower numbers.

        None where it is not plain to see how long the envelopes are: where only some events say a field of it.
        """
        said = [name for name in _ENVELOPE if getattr(self._whole, name)]
        if not len(self) or "replaces" in said or any(len(getattr(self._whole, name)) < len(self) for name in said):
            return None
        (first, last), (low, high) = self.bounds("occurred_at_ms"), self.bounds("actor_role")
        if first < _SIX_BYTES or last >= _SEVEN_BYTES or low < 0 or high > 127:
            return None
        lengths = np.fromiter(map(len, self._contents), np.int64, len(self))
        ends = np.cumsum(lengths)
        written = np.frombuffer(b"".join(self._contents) + bytes(2), np.uint8)
        at = ends - lengths
        for name in said:
            if _ENVELOPE[name] == FieldDescriptor.TYPE_STRING:
                sizes = written[at + 1]
                if sizes.max() > 127:
                    return None
                at += sizes + np.int64(2)
            else:
                at += _WRITTEN_IN[name]
        # A tag of two bytes: seven bits each, the lower ones first; the lowest three say how the field is written.
        numbers = (written[at] >> 3 & 15) | written[at + 1].astype(np.int64) << 4
        numbers[at == ends] = 0
        return numbers

    def _read_column(self, name: str) -> list[Any]:
        column = _whole(Event.DESCRIPTOR, self._whole, name, len(self))
        return super()._read_column(name) if column is None else column

    def _read_bounds(self, name: str) -> tuple[int, int]:
        values = getattr(self._whole, name)
        if len(values) != len(self):
            return super()._read_bounds(name)
        read = np.asarray(values)
        return int(read.min()), int(read.max())

    def _of_type(self, name: str, rows: Sequence[int]) -> FactsOfType:
        return _Transposed(name, rows, self._sent, getattr(self._whole, name))


class _Transposed(FactsOfType):
    """The same of facts of one type.

    Args:
        whole: all of them as one fact whose fields repeat; the others as there.
    """

    def __init__(self, name: str, rows: Sequence[int], events: Sequence[Event], whole: Any) -> None:
        super().__init__(name, rows, events=events)
        self._whole = whole

    def integers(self, field: str) -> Sequence[int]:
        values: Sequence[int] = getattr(self._whole, field)
        return values if len(values) in {0, len(self)} else super().integers(field)

    def texts(self, field: str) -> Texts:
        return super().texts(field) if getattr(self._whole, field) else Texts.alike("", len(self))

    def distinct(self, field: str) -> Collection[Any]:
        values = getattr(self._whole, field)
        if len(values) in {0, len(self)} and field not in TEXTS[self.name]:
            return set(values) or {0}
        return super().distinct(field)

    def are_said(self, field: str) -> Sequence[bool]:
        found = len(getattr(self._whole, field))
        return [found > 0] * len(self) if found in {0, len(self)} else super().are_said(field)

    def _read_column(self, field: str) -> Sequence[Any]:
        column = _whole(_MESSAGES[self.name], self._whole, field, len(self))
        return super()._read_column(field) if column is None else column


def _whole(message: Descriptor, columns: Any, field: str, count: int) -> list[Any] | None:
    """A column that every row says, or none does; None of any other."""
    values = getattr(columns, field)
    if len(values) == count:
        listed: list[Any] = values[:]  # protobuf makes this list itself, not item by item
        return listed
    return None if values else [message.fields_by_name[field].default_value] * count


def count_of_facts(written: bytes) -> int:
    """How many facts a request brings, without reading any of them. Raises ``DecodeError``."""
    return len(_kinds().contents.FromString(written).facts)


def transposed(request: Any, written: bytes) -> Transposed | None:
    """A request's facts by column; None where that would not be certain to say the same as the facts themselves.

    It is certain where the request was written as protobuf itself writes it (each field once, in order, defaults left
    out), says nothing that this program does not know, and its facts have neither messages nor lists in them, and no
    identity nor version.

    Args:
        request: with ``facts`` as its one field, number 1.
        written: what it was read from.
    """
    if request.SerializeToString(deterministic=True) != written:
        return None
    kinds = _kinds()
    if not _is_known(kinds.merged.FromString(written)):
        return None
    columns = kinds.columns.FromString(written).facts
    if columns.event_id or columns.schema_version:
        return None
    contents = list(kinds.contents.FromString(written).facts)
    return Transposed(TransposedColumns(request.facts, columns, contents), contents)


def _is_known(message: Message) -> bool:
    """Whether a message, and those in it, hold nothing but known fields. It is cleared of all others."""
    size = message.ByteSize()
    message.DiscardUnknownFields()
    return message.ByteSize() == size


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Three ways to read a request.

    Args:
        columns: its facts as one fact whose fields all repeat.
        merged: its facts as one fact, the last word of each field, with all that is unknown of any of them. A field
            that repeats takes its values packed, too, which one that does not would not know: hence this one.
        contents: its facts as bytes.
    """

    columns: Any
    merged: Any
    contents: Any


@cache
def _kinds() -> _Kinds:
    file = FileDescriptorProto(name="cchc/transposed.proto", package=_PACKAGE, syntax="proto3")
    _add_event(file, "Columns", FieldDescriptorProto.LABEL_REPEATED)
    _add_event(file, "Merged", FieldDescriptorProto.LABEL_OPTIONAL)
    contents = file.message_type.add(name="Contents")
    contents.field.add(
        name=FACTS, number=1, label=FieldDescriptorProto.LABEL_REPEATED, type=FieldDescriptorProto.TYPE_BYTES
    )
    pool = DescriptorPool()
    pool.Add(file)
    return _Kinds(
        *(
            GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
            for name in ("Columns", "Merged", "Contents")
        )
    )


def _add_event(file: FileDescriptorProto, name: str, label: Any) -> None:
    """A request with one event in it, whose fields, and those of its flat facts, have a label."""
    _add_reference(file.message_type.add(name=name), FACTS, 1, f"{name}Event")
    event = file.message_type.add(name=f"{name}Event")
    for field in Event.DESCRIPTOR.fields:
        if field.message_type is None:
            _add_plain(event, field, label)
        elif _is_flat(field.message_type):
            _add_reference(event, field.name, field.number, f"{name}{field.number}")
            fact = file.message_type.add(name=f"{name}{field.number}")
            for one in field.message_type.fields:
                _add_plain(fact, one, label)


def _add_reference(message: Any, name: str, number: int, of: str) -> None:
    message.field.add(
        name=name,
        number=number,
        label=FieldDescriptorProto.LABEL_OPTIONAL,
        type=FieldDescriptorProto.TYPE_MESSAGE,
        type_name=f".{_PACKAGE}.{of}",
    )


def _add_plain(message: Any, field: FieldDescriptor, label: Any) -> None:
    kind = FieldDescriptorProto.TYPE_INT64 if field.type in _NUMBERS else field.type
    message.field.add(name=field.name, number=field.number, label=label, type=kind)


def _is_flat(message: Descriptor) -> bool:
    return not any(field.is_repeated or field.message_type is not None for field in message.fields)
