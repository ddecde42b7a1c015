"""What a writing service takes: its fact types by number, and the rules of each that the contract's types do not say.

What the types say is checked for every fact without a word in a service: texts are codes or free texts, ``*_unit_code``
names a unit, ``procedure_code`` a procedure, ``*_at_ms`` a time, ``*_day`` a day, an enumeration one of its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from cchc.api.log.v1.event_pb2 import Event
from cchc.log.batch import FACT_FIELDS, FACT_TYPES
from cchc.log.times import EARLIEST_DAY, LATEST_DAY
from cchc.rights import Right

_FREE_TEXTS = frozenset(
    {"name", "title", "output", "content", "topic", "explanation", "reason", "legal_ground", "provisions", "decision"}
)
"""Fields that hold a free text. Every other text is a code."""

_STRING = frozenset({FieldDescriptor.TYPE_STRING})
_NOT_PLAIN = frozenset({FieldDescriptor.TYPE_MESSAGE, FieldDescriptor.TYPE_BYTES})
_INTEGER = frozenset({FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_UINT32})


@dataclass(frozen=True, slots=True)
class FactRules:
    """The rules of one fact type.

    Args:
        required: fields that must be said: a text that is not blank, a word that is not UNSPECIFIED.
        required_unless: fields that must be said as well, unless another field of the fact, a boolean, says yes.
        ranges: least and greatest value of number fields, both allowed.
        right: what the sender must be allowed to do.
    """

    required: tuple[str, ...] = ()
    required_unless: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))
    right: Right = Right.RECORD


@dataclass(frozen=True, slots=True)
class FactFields:
    """The fields of a fact type by what they hold. ``is_flat``: none is a message, bytes or repeated."""

    codes: tuple[str, ...]
    texts: tuple[str, ...]
    units: tuple[str, ...]
    procedures: tuple[str, ...]
    times: tuple[str, ...]
    days: tuple[str, ...]
    hashes: tuple[str, ...]
    words: Mapping[str, frozenset[int]]
    messages: tuple[str, ...]
    is_flat: bool


@dataclass(frozen=True, slots=True)
class FieldRules:
    """All rules of one field of a fact, but for its text and for procedures.

    Args:
        name: of the field.
        is_required: it must be said.
        least, most: of a number, both allowed; None = any.
        words: of an enumeration; None where it is none.
        is_time: zero, or a time.
        is_unit: empty, or a unit's code.
    """

    name: str
    is_required: bool
    least: int | None
    most: int | None
    words: frozenset[int] | None
    is_time: bool
    is_unit: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A fact type that a service takes: its number, its name in ``Event.fact``, its fields and its rules.

    ``ruled``: the same by field, of the fields that have any. ``is_plain``: facts of it can be looked at by column.
    """

    number: int
    name: str
    message: str
    fields: FactFields
    rules: FactRules
    ruled: tuple[FieldRules, ...]
    is_plain: bool


class Context:
    """A writing service's part of the contract.

    Args:
        name: of the service.
        taken: rules by fact type number; retractions are taken by every service and need not be named.
    """

    def __init__(self, name: str, taken: Mapping[int, FactRules]) -> None:
        self.name = name
        rules = {FACT_TYPES["retraction"]: FactRules(), **taken}
        self.taken: Mapping[int, Taken] = MappingProxyType({number: _taken(number, rules[number]) for number in rules})
        self.by_name: Mapping[str, Taken] = MappingProxyType({one.name: one for one in self.taken.values()})


def _taken(number: int, rules: FactRules) -> Taken:
    name = FACT_FIELDS[number]
    message = type(getattr(Event(), name)).DESCRIPTOR
    fields = fields_of(message)
    is_plain = name != "retraction" and rules.right is Right.RECORD and fields.is_flat and not rules.required_unless
    return Taken(number, name, message.full_name, fields, rules, tuple(_ruled(fields, rules)), is_plain)


def _ruled(fields: FactFields, rules: FactRules) -> Iterator[FieldRules]:
    days = dict.fromkeys(fields.days, (EARLIEST_DAY, LATEST_DAY))
    for name in sorted({*fields.units, *fields.times, *fields.words, *days, *rules.required, *rules.ranges}):
        bounds = [bounds[name] for bounds in (days, rules.ranges) if name in bounds]
        yield FieldRules(
            name,
            is_required=name in rules.required,
            least=max((low for low, _ in bounds), default=None),
            most=min((high for _, high in bounds), default=None),
            words=fields.words.get(name),
            is_time=name in fields.times,
            is_unit=name in fields.units,
        )


def fields_of(message: Descriptor) -> FactFields:
    """A message's fields by what they hold."""
    fields = list(message.fields)
    strings = [one.name for one in fields if one.type in _STRING]
    integers = [one.name for one in fields if one.type in _INTEGER]
    units = tuple(name for name in strings if name == "unit_code" or name.endswith("_unit_code"))
    texts = tuple(name for name in strings if name in _FREE_TEXTS)
    return FactFields(
        codes=tuple(name for name in strings if name not in texts),
        texts=texts,
        units=units,
        procedures=tuple(name for name in strings if name == "procedure_code"),
        times=tuple(name for name in integers if name.endswith("_at_ms")),
        days=tuple(name for name in integers if name == "day" or name.endswith("_day")),
        hashes=tuple(one.name for one in fields if one.type == FieldDescriptor.TYPE_BYTES),
        words=MappingProxyType(
            {
                one.name: frozenset(value.number for value in one.enum_type.values)
                for one in fields
                if one.enum_type is not None
            }
        ),
        messages=tuple(one.name for one in fields if one.type == FieldDescriptor.TYPE_MESSAGE),
        is_flat=not any(one.is_repeated or one.type in _NOT_PLAIN for one in fields),
    )
