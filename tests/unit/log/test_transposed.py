"""A request read by column says what its facts say one by one; where that is not certain, it is not read so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.api.intake.service.v1.intake_service_pb2 import RecordFactsRequest
from cchc.api.intake.v1.intake_pb2 import DossierAccepted, DossierWithdrawn, PaymentMade
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import DigitisationRecorded
from cchc.log.batch import FACT_FIELDS, encode_columns, identities_of, identity
from cchc.log.event_columns import EventColumns
from cchc.log.transposed import transposed
from tests.unit.recording.drawn import EVENTS
from tests.unit.recording.senders import sent

_ENVELOPE = [field.name for field in Event.DESCRIPTOR.fields if field.containing_oneof is None]
_TEXTS = ["source_system", "source_event_id", "subject", "unit_code"]


def request_of(events: list[Event]) -> bytes:
    return RecordFactsRequest(facts=events).SerializeToString()


def is_read(written: bytes) -> bool:
    return transposed(RecordFactsRequest.FromString(written), written) is not None


def is_flat(event: Event) -> bool:
    fact = getattr(event, event.WhichOneof("fact") or "retraction")
    return not any(field.is_repeated or field.message_type is not None for field in fact.DESCRIPTOR.fields)


def _rows(columns: EventColumns) -> dict[str, list[int]]:
    return {name: list(facts.rows) for name, facts in columns.types().items()}


@given(st.lists(EVENTS, max_size=30))
def test_columns_say_what_the_facts_say(events: list[Event]) -> None:
    written = request_of(events)
    request = RecordFactsRequest.FromString(written)

    found = transposed(request, written)

    assert (found is not None) == all(map(is_flat, events))
    if found is None:
        return
    columns, expected = found.columns, EventColumns(events)
    assert list(columns.numbers) == list(expected.numbers)
    assert _rows(columns) == _rows(expected)
    for name in _ENVELOPE:
        assert columns.column(name) == expected.column(name)
    for name, facts in columns.types().items():
        for field in type(getattr(Event(), name)).DESCRIPTOR.fields:
            assert facts.column(field.name) == expected.types()[name].column(field.name)
            if field.has_presence:
                assert facts.are_said(field.name) == expected.types()[name].are_said(field.name)
    identities = identities_of(found.contents)
    assert identities == [identity(event) for event in events]
    joined = b"".join(identities)
    assert encode_columns(columns, joined) == encode_columns(expected, joined)


def test_what_only_some_facts_say_stays_with_them() -> None:
    facts = [DigitisationRecorded(digitised=True), DigitisationRecorded(), DigitisationRecorded(digitised=False)] * 4
    written = request_of([sent(fact, actor_role=row % 2) for row, fact in enumerate(facts)])

    found = transposed(RecordFactsRequest.FromString(written), written)

    assert found is not None
    assert found.columns.column("actor_role") == [0, 1] * 6
    assert found.columns.types()["digitisation_recorded"].column("digitised") == [True, False, False] * 4


_FACTS = st.sampled_from(
    [PaymentMade(online=True), DossierWithdrawn(), DossierAccepted(field_code="đ"), None],
).map(lambda fact: Event() if fact is None else sent(fact))
_SAID = st.sampled_from(["x", "H21.65-260901-0001", "Sở Tư pháp", "x" * 127, "x" * 128, "ạ" * 42, "ạ" * 43])
_INSTANTS = st.sampled_from([1, 2**35 - 1, 2**35, 1_790_000_000_000, 2**42 - 1, 2**42, -1])


@given(st.data(), st.lists(_FACTS, min_size=1, max_size=12))
def test_the_type_of_each_fact_is_found_where_all_say_the_same_fields(data: st.DataObject, events: list[Event]) -> None:
    instants = data.draw(st.sampled_from([_INSTANTS, st.just(1_790_000_000_000)]))
    for name in data.draw(st.sets(st.sampled_from(_TEXTS))):
        for event in events:
            setattr(event, name, data.draw(_SAID))
    for event in events:
        event.occurred_at_ms = data.draw(instants)
    written = request_of(events)

    found = transposed(RecordFactsRequest.FromString(written), written)

    assert found is not None
    assert list(found.columns.numbers) == list(EventColumns(events).numbers)


_UNKNOWN = b"\xfa\x3f\x01x"  # field 1023


def _due_number() -> int:
    return DossierAccepted.DESCRIPTOR.fields_by_name["due_at_ms"].number


@pytest.mark.parametrize(
    "odd",
    [
        Event.FromString(sent().SerializeToString() + _UNKNOWN).SerializeToString(),
        sent(DossierAccepted.FromString(_UNKNOWN)).SerializeToString(),
        sent(DossierAccepted.FromString(bytes([_due_number() << 3 | 2, 2, 7, 7]))).SerializeToString(),
        sent().SerializeToString() + b"\x38\x00",
        sent().SerializeToString() + b"\x22\x01x",
        sent().SerializeToString() + sent(PaymentMade()).SerializeToString(),
        Event(event_id=b"x" * 16).SerializeToString(),
        Event(schema_version=1).SerializeToString(),
    ],
    ids=["unknown", "unknown in the fact", "a list", "a default", "twice", "two facts", "identity", "version"],
)
def test_what_is_written_otherwise_is_not_read_by_column(odd: bytes) -> None:
    plain = [sent().SerializeToString(), sent(DossierWithdrawn()).SerializeToString()]
    assert is_read(joined(plain))

    assert not is_read(joined([*plain, odd]))


def test_an_unknown_field_of_the_request_is_not_read_by_column() -> None:
    assert not is_read(joined([sent().SerializeToString()]) + _UNKNOWN)


def test_every_number_of_a_fact_is_found() -> None:
    events = [sent(getattr(Event(), name)) for name in FACT_FIELDS.values()]
    for event in filter(is_flat, events):
        written = request_of([event])
        found = transposed(RecordFactsRequest.FromString(written), written)
        assert found is not None
        assert FACT_FIELDS[found.columns.numbers[0]] == event.WhichOneof("fact")


def joined(contents: list[bytes]) -> bytes:
    """A request of facts that are written already."""
    return b"".join(b"\x0a" + _varint(len(content)) + content for content in contents)


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _varint(value >> 7)
