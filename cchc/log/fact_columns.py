"""Many facts of one type as columns, field by field, and back: no object per fact where they come by the thousand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event, FactColumns, TextColumn
from cchc.log.event_columns import FactsOfType

COLUMNS_FROM = 8
"""A batch with at least so many facts of a type has them as columns: for fewer, a list is smaller and as fast."""

MOST_COLUMNS = 256
"""Columns that facts of a type may have: far more than any has fields, so that newer ones may say more."""

_PACKAGES = ("cchc.api.intake.v1", "cchc.api.processing.v1")
"""Facts that come by the million. Those of other contexts are few, and stored whole."""


class UnfitColumnsError(ValueError):
    """Columns of facts that do not fit together. Says why, in English."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a fact's message; ``optional`` ones are booleans that can be left unsaid."""

    number: int
    name: str
    is_text: bool
    is_bool: bool
    optional: bool


def _fields(message: Descriptor) -> tuple[Field, ...]:
    return tuple(
        Field(
            field.number,
            field.name,
            is_text=field.type == FieldDescriptor.TYPE_STRING,
            is_bool=field.type == FieldDescriptor.TYPE_BOOL,
            optional=field.has_presence,
        )
        for field in message.fields
    )


def _is_flat(message: Descriptor) -> bool:
    return all(
        not field.is_repeated
        and field.type not in {FieldDescriptor.TYPE_MESSAGE, FieldDescriptor.TYPE_BYTES}
        and (field.type == FieldDescriptor.TYPE_BOOL or not field.has_presence)
        for field in message.fields
    )


_MESSAGES: Mapping[int, Descriptor] = MappingProxyType(
    {
        field.number: field.message_type
        for field in Event.DESCRIPTOR.oneofs_by_name["fact"].fields
        if field.message_type is not None
    }
)

COLUMNAR: Mapping[int, tuple[Field, ...]] = MappingProxyType(
    {
        number: _fields(message)
        for number, message in _MESSAGES.items()
        if message.file.package in _PACKAGES and _is_flat(message)
    }
)
"""Fact type → its fields, of every type that may stand as columns."""


def columns_of(fact_type: int, facts: Sequence[Any]) -> FactColumns:
    """Facts of one type of ``COLUMNAR`` as columns, in their order."""
    return columns_by(fact_type, FactsOfType(_NAMES[fact_type], range(len(facts)), facts))


def columns_by(fact_type: int, facts: FactsOfType) -> FactColumns:
    """The same of facts that can be had by column."""
    columns = FactColumns(fact_type=fact_type, count=len(facts))
    for field in COLUMNAR[fact_type]:
        if field.is_text:
            texts = facts.texts(field.name)
            if any(texts.values):
                columns.texts.add(field=field.number, values=texts.values, codes=texts.codes)
            continue
        values = facts.integers(field.name)
        if field.optional:
            are_said = facts.are_said(field.name)
            values = [value + 1 if is_said else 0 for value, is_said in zip(values, are_said, strict=True)]
        if any(values):
            columns.numbers.add(field=field.number, values=values)
    return columns


def facts_of(columns: FactColumns) -> Iterator[Message]:
    """The facts one by one, in their order: for people, tests and quarantine, not for the hot path.

    Fields that this program does not know are left out.

    Raises:
        UnfitColumnsError: As ``checked``.
    """
    said = checked(columns)
    message = type(getattr(Event(), _NAMES[columns.fact_type]))
    for row in range(columns.count):
        fact = message()
        for field in COLUMNAR[columns.fact_type]:
            if field.is_text and field.number in said.texts:
                column = said.texts[field.number]
                setattr(fact, field.name, column.values[column.codes[row]])
            elif field.number in said.numbers:
                _say(fact, field, said.numbers[field.number][row])
        yield fact


@dataclass(frozen=True, slots=True)
class Fitting:
    """Columns of facts that are as long as there are facts: by field number the values of numbers, and of texts all."""

    count: int
    numbers: Mapping[int, Sequence[int]]
    texts: Mapping[int, TextColumn]


def checked(columns: FactColumns) -> Fitting:
    """The columns, which fit together.

    Raises:
        UnfitColumnsError: As ``fitting``, or a column points outside its texts.
    """
    facts = fitting(columns)
    for column in facts.texts.values():
        _check_pointing(columns, column)
    return facts


_Column = TypeVar("_Column", bound=Sequence[int])


def fitting(columns: FactColumns) -> Fitting:
    """The same for who reads many batches and looks himself whether a field that is known points outside its texts.

    Raises:
        UnfitColumnsError: The type is not of ``COLUMNAR``, a column is twice there, too short or too long or has more
            texts than facts, there are more columns than a fact has fields, or one of a field that this program does
            not know points outside its texts.
    """
    known = _KNOWN.get(columns.fact_type)
    if known is None:
        raise UnfitColumnsError(f"facts of type {columns.fact_type} do not stand as columns")
    count, listed = columns.count, len(columns.numbers) + len(columns.texts)
    if listed > MOST_COLUMNS:
        raise UnfitColumnsError(f"{listed} columns of type {columns.fact_type}")
    numbers = {column.field: _as_long(columns, column.values, count) for column in columns.numbers}
    texts: dict[int, TextColumn] = {}
    for column in columns.texts:
        _as_long(columns, column.codes, count)
        if len(column.values) > count:
            raise UnfitColumnsError(f"a field of type {columns.fact_type} has more texts than the {count} facts")
        if column.field not in known:
            _check_pointing(columns, column)
        texts[column.field] = column
    if len(numbers) + len(texts) != listed:
        raise UnfitColumnsError(f"a field of type {columns.fact_type} has two columns")
    return Fitting(count, numbers, texts)


def _as_long(columns: FactColumns, column: _Column, count: int) -> _Column:
    if len(column) != count:
        raise UnfitColumnsError(f"{count} facts of type {columns.fact_type}, but a column of {len(column)}")
    return column


def _check_pointing(columns: FactColumns, column: TextColumn) -> None:
    if columns.count and max(column.codes) >= len(column.values):
        raise UnfitColumnsError(f"field {column.field} of type {columns.fact_type} points outside its texts")


_KNOWN: Mapping[int, frozenset[int]] = {
    number: frozenset(field.number for field in fields) for number, fields in COLUMNAR.items()
}

_NAMES: Mapping[int, str] = {
    field.number: field.name for field in Event.DESCRIPTOR.oneofs_by_name["fact"].fields if field.number in COLUMNAR
}


def _say(fact: Message, field: Field, value: int) -> None:
    if field.optional and value == 0:
        return
    try:
        setattr(fact, field.name, value > field.optional if field.is_bool else value)
    except ValueError as error:
        raise UnfitColumnsError(f"{field.name} cannot be {value}") from error
