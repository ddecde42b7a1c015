"""Facts stand as columns where they are many, and say the same as in lists."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from cchc.api.intake.v1.intake_pb2 import DossierAccepted, DossierDeclined
from cchc.api.log.v1.event_pb2 import Event, FactColumns, Retraction
from cchc.log.batch import (
    FACT_FIELDS,
    IDENTITY_BYTES,
    SCHEMA_VERSION,
    UndecodableBatchError,
    decode,
    encode,
    events,
    identity,
    make_event,
)
from cchc.log.fact_columns import COLUMNAR, COLUMNS_FROM, MOST_COLUMNS, UnfitColumnsError, checked, columns_of, facts_of
from tests.unit.recording.drawn import EVENTS

ACCEPTED = 121

_VALUES: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_STRING: st.text(max_size=5),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.TYPE_ENUM: st.integers(-(2**31), 2**31 - 1),
}


@st.composite
def facts_of_a_type(draw: st.DrawFn) -> tuple[int, list[Message]]:
    number = draw(st.sampled_from(sorted(COLUMNAR)))
    kind = type(getattr(Event(), FACT_FIELDS[number]))
    said = {
        field.name: st.one_of(st.none(), _VALUES[field.type]) if field.has_presence else _VALUES[field.type]
        for field in kind.DESCRIPTOR.fields
    }
    return number, [kind(**draw(st.fixed_dictionaries(said))) for _ in range(draw(st.integers(0, 12)))]


@given(facts_of_a_type())
def test_columns_give_back_the_facts_that_they_were_made_of(drawn: tuple[int, list[Message]]) -> None:
    number, facts = drawn
    columns = FactColumns.FromString(columns_of(number, facts).SerializeToString())
    assert list(facts_of(columns)) == facts


@given(facts_of_a_type())
def test_a_batch_gives_back_its_events_however_its_facts_stand(drawn: tuple[int, list[Message]]) -> None:
    _, facts = drawn
    said = [
        make_event(fact, source_system="S", subject=f"D{row}", unit_code="U", occurred_at_ms=row)
        for row, fact in enumerate(facts)
    ]
    batch = decode(encode(said))
    assert list(events(batch)) == said
    assert len(batch.facts) == (1 if len(facts) >= COLUMNS_FROM else 0)


@given(
    st.lists(EVENTS, max_size=3).flatmap(
        lambda some: st.lists(st.sampled_from(some), max_size=40) if some else st.just([])
    )
)
def test_no_batch_of_a_sender_has_more_of_anything_than_rows(drawn: list[Event]) -> None:
    said = [Event.FromString(event.SerializeToString()) for event in drawn]
    for event in said:
        event.event_id = identity(event)
        # What is said otherwise is refused before it is written.
        event.replaces = event.replaces[:IDENTITY_BYTES].ljust(IDENTITY_BYTES, b"x") if event.replaces else b""
        event.replaces_reason = event.replaces_reason if event.replaces else ""
        event.schema_version = SCHEMA_VERSION
    assert list(events(decode(encode(said)))) == said


def accepted(count: int) -> list[DossierAccepted]:
    return [DossierAccepted(procedure_code="P", due_at_ms=row) for row in range(count)]


def test_a_field_that_no_fact_says_has_no_column() -> None:
    columns = columns_of(ACCEPTED, accepted(3))
    assert [column.field for column in columns.texts] == [1]
    assert [column.field for column in columns.numbers] == [5]


def unfit() -> dict[str, FactColumns]:
    short, long, outside, twice, other, texts, many = (columns_of(ACCEPTED, accepted(3)) for _ in range(7))
    short.numbers[0].values.pop()
    long.texts[0].codes.append(0)
    outside.texts[0].codes[0] = 1
    twice.numbers.append(twice.numbers[0])
    other.fact_type = 100
    texts.texts[0].values.extend("abc")
    for field in range(1_000, 1_000 + MOST_COLUMNS):
        many.numbers.add(field=field, values=[0] * 3)
    return {
        "short": short,
        "long": long,
        "outside": outside,
        "twice": twice,
        "other": other,
        "texts": texts,
        "many": many,
    }


@pytest.mark.parametrize("how", unfit())
def test_columns_that_do_not_fit_together_are_refused(how: str) -> None:
    with pytest.raises(UnfitColumnsError):
        checked(unfit()[how])


def test_a_number_beyond_its_field_is_refused() -> None:
    columns = columns_of(ACCEPTED, [DossierAccepted(channel=1)])  # type: ignore[arg-type]  # enums are ints on the wire
    columns.numbers[0].values[0] = 2**40
    with pytest.raises(UnfitColumnsError):
        list(facts_of(columns))


def test_facts_of_a_type_that_stand_in_two_places_are_no_batch() -> None:
    fact = DossierDeclined(reason_code="R")
    said = [
        make_event(one, source_system="S", subject=f"D{row}", unit_code="U", occurred_at_ms=row)
        for row, one in enumerate([*[fact] * COLUMNS_FROM, Retraction()])
    ]
    there = decode(encode(said))
    there.ClearField("retraction")
    there.dossier_declined.add().CopyFrom(fact)
    batch = decode(there.SerializeToString())
    with pytest.raises(UndecodableBatchError, match="two places"):
        list(events(batch))
