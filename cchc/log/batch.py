"""Facts into batches and back: the only place that knows how ``EventBatch`` lays events out as columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from google.protobuf.message import DecodeError, Message

from cchc.api.log.v1.event_pb2 import Event, EventBatch, FactColumns
from cchc.log.event_columns import EventColumns
from cchc.log.fact_columns import COLUMNAR, COLUMNS_FROM, UnfitColumnsError, columns_by, columns_of, facts_of
from cchc.log.port import MAX_PAYLOAD_BYTES, Record

SCHEMA_VERSION = 1
"""Version of the envelope that this program writes."""

IDENTITY_BYTES = 16

FACT_FIELDS: MappingProxyType[int, str] = MappingProxyType(
    {field.number: field.name for field in Event.DESCRIPTOR.oneofs_by_name["fact"].fields}
)
"""Fact type (the field number in ``Event.fact``) → field name, the same in ``Event`` and ``EventBatch``."""

FACT_TYPES: MappingProxyType[str, int] = MappingProxyType({name: number for number, name in FACT_FIELDS.items()})
"""Field name in ``Event.fact`` → fact type."""

_TYPE_OF_MESSAGE = {type(getattr(Event(), name)): number for number, name in FACT_FIELDS.items()}


class UndecodableBatchError(ValueError):
    """The bytes are no ``EventBatch``, or its columns do not fit together. Says why, in English."""


def fact_type(fact: Message) -> int:
    """The fact type of a typed fact: its field number in ``Event.fact``."""
    return _TYPE_OF_MESSAGE[type(fact)]


def fact_of(event: Event) -> Message:
    """The one fact that an event carries."""
    name = event.WhichOneof("fact")
    if name is None:
        raise ValueError("event carries no fact")
    fact: Message = getattr(event, name)
    return fact


def make_event(
    fact: Message,
    *,
    source_system: str,
    subject: str,
    unit_code: str,
    occurred_at_ms: int,
    actor_role: int = 0,
    source_event_id: str = "",
    replaces: bytes = b"",
    replaces_reason: str = "",
) -> Event:
    """A complete event around a typed fact, with its identity."""
    event = Event(
        source_system=source_system,
        subject=subject,
        unit_code=unit_code,
        occurred_at_ms=occurred_at_ms,
        **{FACT_FIELDS[fact_type(fact)]: fact},  # type: ignore[arg-type]  # the field's name is known at run time only
    )
    # Set one by one where there is something to set: most events have none of these, and each costs.
    if actor_role:
        event.actor_role = actor_role  # type: ignore[assignment]  # enums are ints on the wire
    if source_event_id:
        event.source_event_id = source_event_id
    if replaces:
        event.replaces, event.replaces_reason = replaces, replaces_reason
    event.event_id = identity_of(event.SerializeToString(deterministic=True))
    event.schema_version = SCHEMA_VERSION
    return event


def identity(event: Event) -> bytes:
    """Who the fact is: 16 bytes (BLAKE2b) of its source, the source's own id, and everything that it says.

    The same fact said again, by any sender at any time, has the same identity; ``event_id`` and ``schema_version`` do
    not take part. Fields are hashed as protobuf writes them, in field order.
    """
    content = Event()
    content.CopyFrom(event)
    content.ClearField("event_id")
    content.ClearField("schema_version")
    return identity_of(content.SerializeToString(deterministic=True))


def identity_of(content: bytes) -> bytes:
    """The identity of an event that was serialised, deterministically, without ``event_id`` and ``schema_version``."""
    return hashlib.blake2b(content, digest_size=IDENTITY_BYTES).digest()


def identities_of(contents: Iterable[bytes]) -> list[bytes]:
    """The same of many."""
    copied = hashlib.blake2b(digest_size=IDENTITY_BYTES).copy
    identities = []
    for content in contents:
        # To copy an empty hash is cheaper than to make one by its parameters.
        started = copied()
        started.update(content)
        identities.append(started.digest())
    return identities


_DICTIONARIES = {"source_system": "source_systems", "subject": "subjects", "unit_code": "unit_codes"}
"""Column of indexes → the dictionary that it points into."""

_PLAIN = ("occurred_at_ms", "actor_role")


def laid_out(facts: Mapping[int, Sequence[Message]]) -> dict[str, Sequence[Message]]:
    """Facts by type, each type in row order, as the fields of an ``EventBatch`` that they stand in."""
    many = {number for number, listed in facts.items() if _stands_as_columns(number, len(listed))}
    fields: dict[str, Sequence[Message]] = {
        FACT_FIELDS[number]: listed for number, listed in facts.items() if number not in many
    }
    return {"facts": [columns_of(number, facts[number]) for number in sorted(many)], **fields}


def _stands_as_columns(number: int, count: int) -> bool:
    return number in COLUMNAR and count >= COLUMNS_FROM


def encode(events: Iterable[Event]) -> bytes:
    """One batch of all these events, in their order. Each must carry a fact and its identity, see ``make_event``."""
    return encode_columns(EventColumns(list(events)), b"")


def encode_columns(events: EventColumns, identities: bytes) -> bytes:
    """The same of events by column. Column by column, so that the loops run in C.

    Args:
        events: each must carry a fact.
        identities: of the events, one after the other; empty when the events carry them.
    """
    if 0 in events.numbers:
        raise ValueError("event carries no fact")
    columns: dict[str, Any] = {}
    for name, plural in _DICTIONARIES.items():
        columns[plural], columns[name] = events.texts(name)
    for name in _PLAIN:
        columns[name] = events.integers(name)
    if any(events.column("source_event_id")):
        columns["source_event_id"] = events.column("source_event_id")
    return EventBatch(
        schema_version=SCHEMA_VERSION,
        event_ids=identities or b"".join(events.column("event_id")),
        fact_type=events.numbers,
        **columns,
        **_replacing(events),
        **_facts(events),
    ).SerializeToString(deterministic=True)


def _facts(events: EventColumns) -> dict[str, Any]:
    """The facts as ``laid_out`` has them, those of many from their columns."""
    types = events.types()
    many = {name: facts for name, facts in types.items() if _stands_as_columns(FACT_TYPES[name], len(facts))}
    fields: dict[str, Any] = {name: facts.facts for name, facts in types.items() if name not in many}
    columns = [columns_by(FACT_TYPES[name], many[name]) for name in sorted(many, key=FACT_TYPES.__getitem__)]
    return {"facts": columns, **fields}


def _replacing(events: EventColumns) -> dict[str, Any]:
    replaces = events.column("replaces")
    if not any(replaces):
        return {}
    rows = [row for row, replaced in enumerate(replaces) if replaced]
    return {
        "replacing_row": rows,
        "replaced_event_ids": b"".join(replaces),
        "replaces_reason": [events.events[row].replaces_reason for row in rows],
    }


def decode(payload: bytes) -> EventBatch:
    """Parse a batch and check that its columns fit together.

    What it returns costs no more to read than its rows: nothing in it is more often there than they are.

    Raises:
        UndecodableBatchError: The bytes are no batch, one of its columns has the wrong length, or there is more of
            something than rows.
    """
    try:
        batch = EventBatch.FromString(payload)
    except DecodeError as error:
        raise UndecodableBatchError(f"not a protobuf EventBatch: {error}") from error
    _check_lengths(batch)
    return batch


def decoded(record: Record) -> EventBatch:
    """The batch that a record of the log is.

    Raises:
        UndecodableBatchError: As ``decode``, or it is larger than any batch.
    """
    if record.oversize:
        raise UndecodableBatchError(
            f"{record.oversize} bytes, over the limit of {MAX_PAYLOAD_BYTES}; the first {len(record.payload)} are kept"
        )
    return decode(record.payload)


def typed_facts(batch: EventBatch) -> dict[int, FactColumns | Sequence[Any]]:
    """The typed facts by type, as columns or as a list; only types that this program knows.

    Raises:
        UndecodableBatchError: A type stands in two places.
    """
    found: dict[int, FactColumns | Sequence[Any]] = {}
    for field, value in batch.ListFields():
        listed = [(one.fact_type, one) for one in value] if field.name == "facts" else [(field.number, value)]
        for number, facts in listed:
            if number in FACT_FIELDS and found.setdefault(number, facts) is not facts:
                raise UndecodableBatchError(f"facts of type {number} stand in two places")
    return found


def _check_lengths(batch: EventBatch) -> None:
    rows = len(batch.fact_type)
    _check_counts(batch, rows)
    columns: dict[str, Any] = {
        "source_system": batch.source_system,
        "subject": batch.subject,
        "unit_code": batch.unit_code,
        "occurred_at_ms": batch.occurred_at_ms,
        "actor_role": batch.actor_role,
    }
    for name, column in columns.items():
        if len(column) != rows:
            raise UndecodableBatchError(f"column {name} has {len(column)} rows, fact_type has {rows}")
    if batch.source_event_id and len(batch.source_event_id) != rows:
        raise UndecodableBatchError(f"column source_event_id has {len(batch.source_event_id)} rows, not {rows}")
    if len(batch.event_ids) != rows * IDENTITY_BYTES:
        raise UndecodableBatchError(f"event_ids has {len(batch.event_ids)} bytes for {rows} rows")
    replacing = len(batch.replacing_row)
    if len(batch.replaced_event_ids) != replacing * IDENTITY_BYTES or len(batch.replaces_reason) != replacing:
        raise UndecodableBatchError("replaced_event_ids and replaces_reason do not fit replacing_row")


def _check_counts(batch: EventBatch, rows: int) -> None:
    """Nothing is there more often than rows: millions of empty messages fit into a few megabytes, without any row.

    A newer sender may have facts in columns of types that are not known here, but hardly more of them than are known.
    """
    for plural in (*_DICTIONARIES.values(), "replacing_row"):
        listed = len(getattr(batch, plural))
        if listed > rows:
            raise UndecodableBatchError(f"{listed} {plural} in a batch of {rows} rows")
    if len(batch.facts) > len(FACT_FIELDS):
        raise UndecodableBatchError(f"{len(batch.facts)} times facts as columns, of {len(FACT_FIELDS)} types")
    facts = sum(len(value) for field, value in batch.ListFields() if field.number in FACT_FIELDS)
    # Columns that are left out are made of so many zeros: a count that lies must not cost memory.
    facts += sum(columns.count for columns in batch.facts)
    if facts > rows:
        raise UndecodableBatchError(f"{facts} facts in a batch of {rows} rows")


def events(batch: EventBatch) -> Iterator[Event]:
    """The batch's events one by one, in row order: for people, tests and quarantine, not for the hot path.

    A row whose fact type this program does not know comes without its fact.

    Raises:
        UndecodableBatchError: A row points outside its dictionary, or a typed fact is missing.
    """
    replaced = {
        row: (batch.replaced_event_ids[i * IDENTITY_BYTES : (i + 1) * IDENTITY_BYTES], batch.replaces_reason[i])
        for i, row in enumerate(batch.replacing_row)
    }
    typed = typed_facts(batch)
    facts = {number: _one_by_one(typed.get(number, ())) for number in FACT_FIELDS}
    try:
        for row in range(len(batch.fact_type)):
            yield _event_at(batch, row, facts, replaced.get(row))
    except UnfitColumnsError as error:
        raise UndecodableBatchError(str(error)) from error


def _one_by_one(facts: FactColumns | Sequence[Any]) -> Iterator[Message]:
    return facts_of(facts) if isinstance(facts, FactColumns) else iter(facts)


def _event_at(
    batch: EventBatch, row: int, facts: dict[int, Iterator[Message]], replaced: tuple[bytes, str] | None
) -> Event:
    try:
        event = Event(
            event_id=batch.event_ids[row * IDENTITY_BYTES : (row + 1) * IDENTITY_BYTES],
            source_system=batch.source_systems[batch.source_system[row]],
            source_event_id=batch.source_event_id[row] if batch.source_event_id else "",
            subject=batch.subjects[batch.subject[row]],
            unit_code=batch.unit_codes[batch.unit_code[row]],
            occurred_at_ms=batch.occurred_at_ms[row],
            actor_role=batch.actor_role[row],  # type: ignore[arg-type]  # an int on the wire, see make_event
            schema_version=batch.schema_version,
        )
    except IndexError as error:
        raise UndecodableBatchError(f"row {row} points outside its dictionary") from error
    if replaced is not None:
        event.replaces, event.replaces_reason = replaced
    number = batch.fact_type[row]
    if number in facts:
        fact = next(facts[number], None)
        if fact is None:
            raise UndecodableBatchError(f"row {row} has no fact of type {number}")
        field = getattr(event, FACT_FIELDS[number])
        field.MergeFrom(fact)
        field.SetInParent()
    return event
