"""Bytes that lie in logs for ever: what was written once is read as it was meant, and written again the same.

``golden.json`` is only ever added to. A new field of a fact gets an entry of its own (``dossier_accepted/2``), in which
it is said; an entry that no longer holds is a break of every log there is.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cchc.api.log.v1.event_pb2 import Event, EventBatch
from cchc.log.batch import FACT_FIELDS, FACT_TYPES, decode, encode, events, fact_of, fact_type, identity
from cchc.log.fact_columns import COLUMNAR, COLUMNS_FROM
from tests.unit.log.facts import events as examples

GOLDEN: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))
"""Name → ``event`` and ``batch`` of it alone in hexadecimal, and its ``identity``."""

EVERYTHING = "everything"
"""The one batch of all examples."""

MANY = "many"
"""The one batch in which facts stand as columns: all examples of types that do, as often as it takes."""

ENTRIES = sorted(GOLDEN.keys() - {EVERYTHING, MANY})


def golden(name: str, what: str) -> bytes:
    return bytes.fromhex(GOLDEN[name][what])


def test_every_fact_type_has_golden_bytes_in_which_every_field_is_said() -> None:
    said: dict[str, set[str]] = {}
    for name in ENTRIES:
        fact = fact_of(Event.FromString(golden(name, "event")))
        said.setdefault(FACT_FIELDS[fact_type(fact)], set()).update(field.name for field, _ in fact.ListFields())
    missing = FACT_TYPES.keys() - said.keys()
    assert not missing, {name: entry_of(event) for name, event in examples().items() if name in missing}
    unsaid = {
        f"{name}.{field.name}"
        for name, fields in said.items()
        for field in getattr(Event(), name).DESCRIPTOR.fields
        if field.name not in fields
    }
    assert not unsaid


def test_every_field_of_the_envelope_is_said() -> None:
    event = Event.FromString(golden("correction", "event"))
    envelope = {field.name for field in Event.DESCRIPTOR.fields if field.containing_oneof is None}
    assert envelope <= {field.name for field, _ in event.ListFields()}


@pytest.mark.parametrize("name", ENTRIES)
def test_an_event_is_read_and_written_again_the_same(name: str) -> None:
    event = Event.FromString(golden(name, "event"))
    assert event.SerializeToString(deterministic=True) == golden(name, "event")
    assert event.schema_version == 1


@pytest.mark.parametrize("name", ENTRIES)
def test_its_identity_is_what_it_was(name: str) -> None:
    event = Event.FromString(golden(name, "event"))
    assert identity(event) == event.event_id == golden(name, "identity")


@pytest.mark.parametrize("name", ENTRIES)
def test_a_batch_is_read_and_written_again_the_same(name: str) -> None:
    batch = decode(golden(name, "batch"))
    assert batch.SerializeToString(deterministic=True) == golden(name, "batch")
    (event,) = events(batch)
    assert event == Event.FromString(golden(name, "event"))
    assert encode([event]) == golden(name, "batch")


def test_a_batch_of_everything_is_read_and_written_again_the_same() -> None:
    batch = decode(golden(EVERYTHING, "batch"))
    read = list(events(batch))
    assert encode(read) == golden(EVERYTHING, "batch")
    assert [event.event_id for event in read] == [
        golden(EVERYTHING, "identities")[place : place + 16] for place in range(0, 16 * len(read), 16)
    ]


def test_a_batch_with_columns_of_facts_is_read_and_written_again_the_same() -> None:
    batch = decode(golden(MANY, "batch"))
    read = list(events(batch))
    assert {columns.fact_type for columns in batch.facts} == COLUMNAR.keys()
    assert encode(read) == golden(MANY, "batch")
    assert all(identity(event) == event.event_id for event in read)


def test_what_is_written_today_as_columns_is_what_was_written() -> None:
    assert encode(many()) == golden(MANY, "batch")


@pytest.mark.parametrize("name", examples())
def test_what_is_written_today_is_what_was_written(name: str) -> None:
    assert entry_of(examples()[name]) == GOLDEN[name]


def test_a_field_that_this_program_does_not_know_survives() -> None:
    unknown = EventBatch.FromString(golden("dossier_accepted", "batch") + b"\xba\x3f\x03new")
    assert unknown.SerializeToString().endswith(b"new")


def many() -> list[Event]:
    """Every example of a type that may stand as columns, so often that it does."""
    columnar = [event for event in examples().values() if fact_type(fact_of(event)) in COLUMNAR]
    return [event for event in columnar for _ in range(COLUMNS_FROM)]


def entry_of(event: Event) -> dict[str, str]:
    """An entry for ``golden.json``."""
    return {
        "event": event.SerializeToString(deterministic=True).hex(),
        "batch": encode([event]).hex(),
        "identity": event.event_id.hex(),
    }
