"""Columns of a register file that are fields of facts: read by what the contract says of each field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event
from services.intake.cells.moments import read_day
from services.intake.cells.row_reading import RowReading
from services.intake.cells.values import (
    Cell,
    Unreadable,
    plain,
    read_boolean,
    read_choice,
    read_code,
    read_count,
    read_text,
)

MOST_COUNT = 10_000_000
MOST_AMOUNT = 10**15
LAST_YEAR = 2_100
_WHOLE = frozenset({FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_INT64})

Reader = Callable[[Cell], Any]


def fact_named(name: str) -> Message:
    """An empty fact of the type that is the field ``name`` of ``Event.fact``."""
    fact: Message = getattr(Event(), name)
    return type(fact)()


def words_of(enum: Any) -> dict[str, int]:
    """The words for an enum, given its descriptor: its values but the first without their prefix, in lower case."""
    first = enum.values_by_number[0].name
    prefix = first.removesuffix("UNSPECIFIED")
    return {value.name.removeprefix(prefix).lower(): value.number for value in enum.values if value.number}


def columns_of(name: str) -> Iterator[str]:
    """The columns that say a fact: its fields, and those of its parts."""
    yield from (column for column, *_ in _fields(fact_named(name)))


def read_fact(name: str, reading: RowReading) -> tuple[Message, frozenset[str]]:
    """The fact that the cells of a row say, and the names of its fields that they say; blank cells set nothing."""
    fact = fact_named(name)
    said: set[str] = set()
    for column, path, described in _fields(fact):
        value = reading.take(column, reader_of(described))
        if value is None:
            continue
        said.add(path[0])
        part = fact
        for step in path[:-1]:
            held = getattr(part, step)
            part = _only(held) if part.DESCRIPTOR.fields_by_name[step].is_repeated else held
        if described.is_repeated:
            getattr(part, path[-1]).extend(value)
        else:
            setattr(part, path[-1], value)
    return fact, frozenset(said)


def reader_of(described: FieldDescriptor) -> Reader:
    """How a cell of a field is read."""
    if described.enum_type is not None:
        single: Reader = partial(read_choice, accepted=words_of(described.enum_type))
    elif described.type == FieldDescriptor.TYPE_BOOL:
        single = read_boolean
    elif described.type == FieldDescriptor.TYPE_BYTES:
        single = _read_hash
    elif described.type in _WHOLE:
        single = _reader_of_number(described)
    else:
        single = read_code if described.name.endswith(("_code", "_codes")) else read_text
    return partial(_read_several, read=single) if described.is_repeated else single


def _reader_of_number(described: FieldDescriptor) -> Reader:
    if described.name == "day" or described.name.endswith("_day"):
        return read_day
    if described.name == "year" or described.name.endswith("_year"):
        return partial(read_count, most=LAST_YEAR)
    return partial(read_count, most=MOST_AMOUNT if described.type == FieldDescriptor.TYPE_INT64 else MOST_COUNT)


def _fields(fact: Message, path: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """Column, path to the field, and its description; a part's fields have no prefix, as no two of a fact clash."""
    for described in fact.DESCRIPTOR.fields:
        if described.message_type is None:
            yield described.name, (*path, described.name), described
        else:
            part = getattr(fact, described.name)
            nested = part.add() if described.is_repeated else part
            yield from _fields(type(nested)(), (*path, described.name))
            if described.is_repeated:
                fact.ClearField(described.name)


def _only(parts: Any) -> Message:
    """The one part that a row says of several."""
    part: Message = parts[0] if len(parts) else parts.add()
    return part


def _read_several(cell: Cell, read: Reader) -> list[Any] | Unreadable | None:
    found: list[Any] = []
    for word in plain(cell).split(";"):
        value = read(word)
        if isinstance(value, Unreadable):
            return value
        if value is not None and value not in found:
            found.append(value)
    return found or None


def _read_hash(cell: Cell) -> bytes | Unreadable | None:
    text = plain(cell)
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if not text or len(found) == 32:
        return found or None
    return Unreadable(
        "cell.not_hash",
        "Cần mã băm SHA-256 của tệp: 64 chữ số thập lục phân.",
        "Expected the SHA-256 of the file: 64 hexadecimal digits.",
    )


def columns_of_all(names: Iterable[str]) -> tuple[str, ...]:
    """The columns of several facts, each once."""
    return tuple(dict.fromkeys(column for name in names for column in columns_of(name)))


def words(name: str, column: str) -> tuple[str, ...]:
    """The words that a column of a fact takes."""
    enum = fact_named(name).DESCRIPTOR.fields_by_name[column].enum_type
    return () if enum is None else tuple(words_of(enum))
