"""Facts over a real connection: receipts, refusals, resends, streams, and what is found again."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from cchc.api.intake.service.v1 import intake_service_pb2 as intake
from cchc.api.intake.service.v1.intake_service_pb2_grpc import IntakeServiceStub
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.api.processing.service.v1 import processing_service_pb2 as processing
from cchc.api.processing.service.v1.processing_service_pb2_grpc import ProcessingServiceStub
from cchc.api.processing.v1.processing_pb2 import OUTCOME_APPROVED, DossierResolved
from cchc.api.recording.v1 import recording_pb2 as wire
from cchc.client import FactsClient, Patience, ServiceName
from cchc.errors import Refused
from cchc.log.batch import FACT_TYPES, decode, events, identity
from cchc.log.port import Prefix
from cchc.recording.recorder import Recorded
from cchc.recording.refusal import Refusal
from tests.integration.rpc.conftest import Desk, Start
from tests.unit.recording.senders import NOW_MS, SENDER, accepted, sent


def stored(desk: Desk) -> list[Event]:
    return [event for one in desk.log.records(Prefix({"memory-0": 1})) for event in events(decode(one.payload))]


def client(desk: Desk, service: ServiceName = ServiceName.INTAKE) -> FactsClient:
    return FactsClient(service, desk.address, desk.token(), patience=Patience(attempts=1))


def call(desk: Desk, stub: Any, method: str, request: Any) -> Any:
    with grpc.insecure_channel(desk.address) as channel:
        metadata = (("authorization", f"Bearer {desk.token()}"),)
        return getattr(stub(channel), method)(request, metadata=metadata, timeout=30)


def envelope(**said: Any) -> wire.Envelope:
    return wire.Envelope(
        **{
            "source_system": "one-stop",
            "subject": "H21.65-260901-0001",
            "unit_code": "H21.65",
            "occurred_at_ms": NOW_MS - 1,
            **said,
        }
    )


def test_each_fact_of_a_call_has_its_receipt_and_lies_in_the_log(start: Start) -> None:
    desk = start()
    with client(desk) as sender:
        outcomes = sender.record([sent(subject=f"s{number}") for number in range(250)])

    assert [event.event_id for event in stored(desk)] == [one.event_id for one in outcomes if isinstance(one, Recorded)]
    assert {one.receipt.recorded_at_ms for one in outcomes if isinstance(one, Recorded)} == {NOW_MS}
    assert len(stored(desk)) == 250


def test_a_refused_fact_says_why_in_both_languages_and_keeps_no_other_out(start: Start) -> None:
    desk = start()
    with client(desk) as sender:
        good, bad = sender.record([sent(), sent(accepted(procedure_code="9.9"))])

    assert isinstance(good, Recorded)
    assert bad == Refusal(
        "dossier_accepted.procedure_code",
        "fact.unknown_procedure",
        "Không có thủ tục nào mang mã '9.9' trong danh mục.",
        "No procedure has the code '9.9'.",
    )


def test_personal_data_does_not_enter_the_log(start: Start) -> None:
    desk = start()
    with client(desk) as sender:
        outcomes = sender.record(
            [
                sent(subject="001099012345"),
                sent(source_event_id="a.b@c.vn"),
                sent(accepted(field_code="0912345678")),
                sent(replaces=b"x" * 16, replaces_reason="CMND 123456789"),
            ]
        )

    assert [one.code for one in outcomes if isinstance(one, Refusal)] == ["fact.personal_data"] * 4
    assert stored(desk) == []


def test_a_resend_is_accepted_again_as_the_same_fact(start: Start) -> None:
    desk = start()
    with client(desk) as sender:
        (first,), (again,) = sender.record([sent()]), sender.record([sent()])

    assert isinstance(first, Recorded)
    assert isinstance(again, Recorded)
    assert first.event_id == again.event_id == identity(sent())
    assert again.receipt.position.offset == first.receipt.position.offset + 1


def test_one_fact_has_a_call_of_its_own(start: Start) -> None:
    desk = start()
    answer = call(
        desk,
        IntakeServiceStub,
        "AcceptDossier",
        intake.AcceptDossierRequest(envelope=envelope(), dossier_accepted=accepted()),
    )
    resolved = call(
        desk,
        ProcessingServiceStub,
        "ResolveDossier",
        processing.ResolveDossierRequest(
            envelope=envelope(), dossier_resolved=DossierResolved(outcome=OUTCOME_APPROVED)
        ),
    )

    said = stored(desk)
    assert [event.event_id for event in said] == [answer.receipt.event_id, resolved.receipt.event_id]
    assert said[0].dossier_accepted == accepted()
    assert identity(said[1]) == resolved.receipt.event_id


def test_a_refused_single_fact_is_an_error_that_names_its_field(start: Start) -> None:
    desk = start()
    with pytest.raises(grpc.RpcError) as caught:
        call(desk, IntakeServiceStub, "AcceptDossier", intake.AcceptDossierRequest(envelope=envelope(unit_code="H99")))
    error: Any = caught.value

    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    status = rpc_status.from_call(error)
    bad = error_details_pb2.BadRequest()
    assert any(detail.Unpack(bad) for detail in status.details if detail.Is(bad.DESCRIPTOR))
    assert bad.field_violations[0].field == "fact"


def test_a_stream_says_at_its_end_what_became_of_it(start: Start) -> None:
    desk = start()
    messages = [
        intake.StreamFactsRequest(facts=[sent(subject=f"s{number}-{row}") for row in range(100)]) for number in range(5)
    ]
    messages[3].facts[7].subject = ""

    answer = call(desk, IntakeServiceStub, "StreamFacts", iter(messages))

    assert (answer.accepted, answer.refused) == (499, 1)
    assert (answer.refusals[0].message, answer.refusals[0].fact) == (3, 7)
    assert answer.refusals[0].refused.code == "fact.missing"
    assert answer.last_position.offset == 5
    assert len(stored(desk)) == 499


def test_a_service_says_what_it_takes(start: Start) -> None:
    desk = start(facts_per_request=42)
    with client(desk, ServiceName.ASSESSMENT) as sender:
        types, limits = sender.describe()

    assert limits.facts_per_request == 42
    numbers = {one.number for one in types}
    assert FACT_TYPES["self_scored"] in numbers
    assert FACT_TYPES["retraction"] in numbers
    assert FACT_TYPES["dossier_accepted"] not in numbers


def test_every_fact_type_has_a_service_that_takes_it(start: Start) -> None:
    desk = start()
    taken: set[int] = set()
    for service in ServiceName:
        with client(desk, service) as sender:
            taken |= {one.number for one in sender.describe()[0]}

    assert taken == set(FACT_TYPES.values())


def test_a_fact_is_found_where_it_was_recorded_first(start: Start) -> None:
    desk = start()
    with client(desk) as sender:
        (first,) = sender.record([sent()])
        desk.clock.put(NOW_MS + 5)
        sender.record([sent()])
        assert isinstance(first, Recorded)
        found = sender.find(first.event_id)
        nothing = sender.find(b"x" * 16)
        with pytest.raises(Refused, match=r"rpc\.bad_identity"):
            sender.find(b"short")

    assert found.visibility == wire.VISIBILITY_NOT_KNOWN
    assert (found.position.offset, found.recorded_at_ms) == (first.receipt.position.offset, NOW_MS)
    assert nothing.visibility == wire.VISIBILITY_NOT_RECORDED


def test_too_many_facts_in_a_call_are_refused_whole(start: Start) -> None:
    desk = start(facts_per_request=10)
    with client(desk) as sender, pytest.raises(Refused, match=r"rpc\.too_many_facts"):
        sender.record([sent(subject=f"s{number}") for number in range(11)])

    assert stored(desk) == []


def test_a_message_over_its_bytes_is_turned_away_by_grpc(start: Start) -> None:
    desk = start(bytes_per_request=1_024)
    request = intake.RecordFactsRequest(facts=[sent(subject=f"s{number}") for number in range(2_000)])

    with pytest.raises(grpc.RpcError) as caught:
        call(desk, IntakeServiceStub, "RecordFacts", request)

    error: Any = caught.value
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_sender_bound_to_its_sources_can_replace_facts_only_in_their_name(start: Start) -> None:
    desk = start()
    with FactsClient(ServiceName.INTAKE, desk.address, desk.token(SENDER), patience=Patience(attempts=1)) as sender:
        (first,) = sender.record([sent()])
        assert isinstance(first, Recorded)
        replacing = {"replaces": first.event_id, "subject": "H21.65-260901-0001"}
        own = [sent(Retraction(), **replacing), sent(accepted(field_code="x"), **replacing)]
        other = [
            sent(Retraction(), source_system="other", **replacing),
            sent(accepted(field_code="x"), source_system="other", **replacing),
        ]
        outcomes = sender.record([*own, *other, *(sent(subject=f"s{number}") for number in range(500))])

    taken, refused = outcomes[:2], outcomes[2:4]
    assert all(isinstance(one, Recorded) for one in (*taken, *outcomes[4:]))
    assert [one.code for one in refused if isinstance(one, Refusal)] == ["fact.not_your_source"] * 2
    assert {event.source_system for event in stored(desk)} == {"one-stop"}
