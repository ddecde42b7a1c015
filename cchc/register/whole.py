"""A fact whole: as the text in which it is stored, back again, and the days that it names."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToJson, Parse
from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event
from cchc.log.batch import FACT_FIELDS


def text_of(fact: Message) -> str:
    """The fact as JSON on one line, by the names of its fields, sorted: equal facts have equal texts."""
    return MessageToJson(fact, preserving_proto_field_name=True, indent=None, ensure_ascii=False, sort_keys=True)


def fact_of(fact_type: int, text: str) -> Message:
    """The typed fact that ``text_of`` was given.

    Fields that this program does not know are left out: a store is folded afresh by the program that knows them.
    """
    fact: Message = getattr(Event(), FACT_FIELDS[fact_type])
    return Parse(text, type(fact)(), ignore_unknown_fields=True)


def first_day(fact: Message) -> int:
    """The earliest day that the fact names, days since 1970-01-01; 0 when it names none."""
    return min(_days(fact), default=0)


def last_day(fact: Message) -> int:
    """The latest day that the fact names, days since 1970-01-01; 0 when it names none."""
    return max(_days(fact), default=0)


def _days(fact: Message) -> Iterator[int]:
    for field, value in fact.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for nested in value if field.is_repeated else (value,):
                yield from _days(nested)
        elif field.type == FieldDescriptor.TYPE_INT32 and (field.name == "day" or field.name.endswith("_day")):
            yield value
