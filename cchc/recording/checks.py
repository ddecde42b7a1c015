"""Whether a fact can be taken: one fact at a time, the definition. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import ActorRole, Event
from cchc.calendar.vietnam_time import date_of, epoch_day_at
from cchc.log.batch import FACT_TYPES, IDENTITY_BYTES
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_DAY, EARLIEST_MS, LATEST_DAY, LATEST_DUE_MS
from cchc.recording import refusal
from cchc.recording.contract import Context, FactFields, FactRules, Taken, fields_of
from cchc.recording.known import Known
from cchc.recording.refusal import Refusal
from cchc.recording.texts import code_refusal, text_refusal
from cchc.rights import Caller, Right, may

_RETRACTION = FACT_TYPES["retraction"]
_SHA256_BYTES = 32
_DAY_CODE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
ROLES = frozenset(ActorRole.values())
"""Every role that the contract defines."""

_DEFINED = {"unit_defined": "unit_code", "procedure_defined": "procedure_code", "procedure_arranged": "procedure_code"}
"""Definitions whose subject is the code that they define."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who sends, what is known, and what time it is (milliseconds since 1970-01-01T00:00:00Z)."""

    caller: Caller
    known: Known
    now_ms: int


def refusal_of(event: Event, context: Context, asked: Asked) -> Refusal | None:
    """The first reason why a fact cannot be taken, or None."""
    return next(_refusals(event, context, asked), None)


def _refusals(event: Event, context: Context, asked: Asked) -> Iterator[Refusal]:
    name = event.WhichOneof("fact")
    if name is None:
        yield refusal.no_fact()
        return
    taken = context.by_name.get(name)
    if taken is None:
        yield refusal.not_taken_here(name, context.name)
        return
    fact: Message = getattr(event, name)
    yield from _of_the_envelope(event, taken, asked)
    yield from _of_the_fact(name, fact, taken.fields)
    yield from _of_the_rules(name, fact, taken.rules)
    yield from _of_the_references(event, fact, taken, asked.known)
    yield from _of_the_rights(event, taken.rules.right, asked)


def _of_the_envelope(event: Event, taken: Taken, asked: Asked) -> Iterator[Refusal]:
    needed = ["source_system", "subject"]
    if taken.rules.right is not Right.DEFINE and not (taken.number == _RETRACTION and is_defined(event, asked.known)):
        needed.append("unit_code")
    for field in ("source_system", "subject", "unit_code", "source_event_id"):
        text: str = getattr(event, field)
        if field in needed and not text.strip():
            yield refusal.missing(field)
        if found := code_refusal(field, text):
            yield found
    if not EARLIEST_MS <= event.occurred_at_ms <= asked.now_ms + CLOCK_TOLERANCE_MS:
        yield refusal.time_out_of_range("occurred_at_ms", past=True)
    if event.actor_role not in ROLES:
        yield refusal.unknown_word("actor_role")
    if len(event.replaces) not in {0, IDENTITY_BYTES} or (event.replaces and not any(event.replaces)):
        yield refusal.bad_identity("replaces", IDENTITY_BYTES)
    if taken.number == _RETRACTION and not event.replaces:
        yield refusal.missing("replaces")
    if found := text_refusal("replaces_reason", event.replaces_reason):
        yield found


def _of_the_fact(path: str, fact: Message, fields: FactFields) -> Iterator[Refusal]:
    """What the types of a message's fields say of their values; the same of the messages in it."""
    yield from _of_the_texts(path, fact, fields)
    for name in fields.times:
        if getattr(fact, name) and not EARLIEST_MS <= getattr(fact, name) <= LATEST_DUE_MS:
            yield refusal.time_out_of_range(f"{path}.{name}", past=False)
    for name in fields.days:
        if not EARLIEST_DAY <= getattr(fact, name) <= LATEST_DAY:
            yield refusal.day_out_of_range(f"{path}.{name}")
    for name, words in fields.words.items():
        if not words.issuperset(_values(fact, name)):
            yield refusal.unknown_word(f"{path}.{name}")
    for name in fields.messages:
        for message in _messages(fact, name):
            yield from _of_the_fact(f"{path}.{name}", message, _fields_of(message.DESCRIPTOR))


def _of_the_texts(path: str, fact: Message, fields: FactFields) -> Iterator[Refusal]:
    for name, refusal_of_text in (
        *((name, code_refusal) for name in fields.codes),
        *((name, text_refusal) for name in fields.texts),
    ):
        for text in _values(fact, name):
            if found := refusal_of_text(f"{path}.{name}", text):
                yield found
    for name in fields.hashes:
        if len(getattr(fact, name)) not in {0, _SHA256_BYTES}:
            yield refusal.not_a_hash(f"{path}.{name}", _SHA256_BYTES)


def _of_the_rules(path: str, fact: Message, rules: FactRules) -> Iterator[Refusal]:
    unless = rules.required_unless
    for name in (*rules.required, *(name for name in unless if not getattr(fact, unless[name]))):
        value = getattr(fact, name)
        if not (value.strip() if isinstance(value, str) else value):
            yield refusal.missing(f"{path}.{name}")
    for name, (low, high) in rules.ranges.items():
        if not low <= getattr(fact, name) <= high:
            yield refusal.number_out_of_range(f"{path}.{name}", low, high)


def _of_the_references(event: Event, fact: Message, taken: Taken, known: Known) -> Iterator[Refusal]:
    """Codes that must be known. Definitions may come in any order: they name what comes later."""
    name = taken.name
    if name in _DEFINED and event.subject != (code := getattr(fact, _DEFINED[name])):
        yield refusal.wrong_subject(code)
    if taken.rules.right is Right.DEFINE:
        return
    day = epoch_day_at(event.occurred_at_ms)
    if event.unit_code and (found := unit_refusal("unit_code", event.unit_code, day, known)):
        yield found
    for field in taken.fields.units:
        code = getattr(fact, field)
        if code and not known.units.knows(code):
            yield refusal.unknown_unit(f"{name}.{field}", code)
    for field in taken.fields.procedures:
        code = getattr(fact, field)
        if code and (found := procedure_refusal(f"{name}.{field}", code, day, known)):
            yield found


def unit_refusal(field: str, code: str, day: int, known: Known) -> Refusal | None:
    """Why a unit cannot be spoken for on a day (days since 1970-01-01 in Asia/Ho_Chi_Minh), if it cannot."""
    if known.units.on(code, day) is not None:
        return None
    if not known.units.knows(code):
        return refusal.unknown_unit(field, code)
    return refusal.unit_not_in_force(field, code, date_of(day).isoformat())


def procedure_refusal(field: str, code: str, day: int, known: Known) -> Refusal | None:
    """The same of a procedure."""
    if known.procedures.on(code, day) is not None:
        return None
    if not known.procedures.knows(code):
        return refusal.unknown_procedure(field, code)
    return refusal.procedure_not_in_force(field, code, date_of(day).isoformat())


def _of_the_rights(event: Event, right: Right, asked: Asked) -> Iterator[Refusal]:
    caller, units = asked.caller, asked.known.units
    if not caller.speaks_as(event.source_system):
        yield refusal.not_your_source(event.source_system, caller.name)
    if event.HasField("retraction") and is_defined(event, asked.known):
        right = Right.DEFINE
    if not may(caller, right, event.unit_code or None, units, epoch_day_at(event.occurred_at_ms)):
        yield refusal.no_right(event.unit_code, caller.name, *_RIGHTS[right])


def is_defined(event: Event, known: Known) -> bool:
    """Whether the subject is a unit, a procedure or a day: what is said of those, not every sender may take back."""
    code = event.subject
    return known.units.knows(code) or known.procedures.knows(code) or _DAY_CODE.fullmatch(code) is not None


_RIGHTS = {
    Right.RECORD: ("ghi dữ kiện", "record facts"),
    Right.APPRAISE: ("thẩm định", "appraise"),
    Right.DEFINE: ("định nghĩa danh mục", "define registers"),
}


def _values(message: Message, name: str) -> list[Any]:
    value = getattr(message, name)
    return list(value) if message.DESCRIPTOR.fields_by_name[name].is_repeated else [value]


def _messages(message: Message, name: str) -> list[Message]:
    """The messages in a field: those of a list, or the one that is there."""
    if message.DESCRIPTOR.fields_by_name[name].is_repeated:
        return list(getattr(message, name))
    return [getattr(message, name)] if message.HasField(name) else []


@cache
def _fields_of(kind: Any) -> FactFields:
    return fields_of(kind)
