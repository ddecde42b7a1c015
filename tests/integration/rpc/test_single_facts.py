"""One fact by the call of its own: every service's, through the typed client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import ServiceDescriptor

from cchc.api.assessment.service.v1 import assessment_service_pb2 as assessment
from cchc.api.assessment.service.v1.assessment_service_pb2_grpc import AssessmentServiceStub
from cchc.api.assessment.v1.assessment_pb2 import CriterionAppraised, SurveyAnswersCounted, TaskPlanned
from cchc.api.intake.service.v1 import intake_service_pb2 as intake
from cchc.api.legal_review.service.v1 import legal_review_service_pb2 as legal_review
from cchc.api.legal_review.v1.legal_review_pb2 import DocumentReviewed, ReviewPlanIssued
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.service.v1 import processing_service_pb2 as processing
from cchc.api.recording.v1 import recording_pb2 as wire
from cchc.client import FactsClient, Patience, ServiceName
from cchc.errors import Refused
from cchc.log.batch import decode, events, identity
from cchc.log.port import Prefix
from cchc.rights import Caller, Role
from tests.integration.rpc.conftest import Desk, Start
from tests.unit.log.facts import FACTS
from tests.unit.recording.senders import NOW_MS, PROVINCE, sent

SERVICES: Mapping[ServiceName, Any] = {
    ServiceName.INTAKE: intake,
    ServiceName.PROCESSING: processing,
    ServiceName.LEGAL_REVIEW: legal_review,
    ServiceName.ASSESSMENT: assessment,
}
COMMUNE = Caller("xã A", Role.SENDER, frozenset({"H21.65"}))


def single_calls(service: ServiceName) -> dict[str, str]:
    """Name of a fact → the call that takes one such fact."""
    found: ServiceDescriptor
    (found,) = SERVICES[service].DESCRIPTOR.services_by_name.values()
    return {
        method.input_type.fields[1].name: method.name
        for method in found.methods
        if "envelope" in method.input_type.fields_by_name
    }


def here(name: str) -> Event:
    """The example of a fact type, said in the small province."""
    fact = type(FACTS[name])()
    fact.CopyFrom(FACTS[name])
    for field in fact.DESCRIPTOR.fields:
        if field.name.endswith("unit_code"):
            setattr(fact, field.name, "H21.65")
    return sent(fact, replaces=b"r" * 16, replaces_reason="nhầm", source_event_id="7")


def stored(desk: Desk) -> list[Event]:
    return [event for one in desk.log.records(Prefix({"memory-0": 1})) for event in events(decode(one.payload))]


def client(desk: Desk, service: ServiceName, caller: Caller = PROVINCE) -> FactsClient:
    return FactsClient(service, desk.address, desk.token(caller), patience=Patience(attempts=1))


@pytest.mark.parametrize("service", ServiceName)
def test_every_call_of_a_single_fact_records_what_the_batch_call_would(start: Start, service: ServiceName) -> None:
    desk = start()
    sending = [here(name) for name in single_calls(service)]
    with client(desk, service) as sender:
        receipts = [sender.record_one(fact) for fact in sending]

    recorded = stored(desk)
    assert [one.event_id for one in receipts] == [identity(fact) for fact in sending]
    for fact, event, receipt in zip(sending, recorded, receipts, strict=True):
        assert event.event_id == receipt.event_id
        event.ClearField("event_id")
        event.ClearField("schema_version")
        assert event == fact


def test_the_desk_of_legal_review_and_assessment_have_calls_for_what_is_said_one_by_one() -> None:
    said_in_figures = {name for name in FACTS if name.endswith("_counted")} | {"disbursement_planned", "survey_held"}
    for service, first in ((ServiceName.LEGAL_REVIEW, "document_registered"), (ServiceName.ASSESSMENT, "plan_issued")):
        names = list(FACTS)
        ours = {name for name in names if FACTS[name].DESCRIPTOR.file == FACTS[first].DESCRIPTOR.file}
        assert set(single_calls(service)) == ours - said_in_figures


def test_a_fact_that_has_no_call_of_its_own_goes_as_a_batch_of_one(start: Start) -> None:
    desk = start()
    counted = sent(SurveyAnswersCounted(question_code="Q1", answer_code="A", answers=12))
    with client(desk, ServiceName.ASSESSMENT) as sender:
        recorded = sender.record_one(counted)
        with pytest.raises(Refused, match=r"fact\.missing"):
            sender.record_one(Event(subject="Q1"))

    assert [event.event_id for event in stored(desk)] == [recorded.event_id]


def test_a_single_fact_is_refused_by_the_rules_of_its_service(start: Start) -> None:
    desk = start()
    with client(desk, ServiceName.LEGAL_REVIEW) as review, client(desk, ServiceName.ASSESSMENT, COMMUNE) as commune:
        with pytest.raises(Refused, match=r"fact\.missing"):
            review.record_one(sent(ReviewPlanIssued(number="03/KH-UBND")))
        with pytest.raises(Refused, match=r"fact\.missing"):
            review.record_one(sent(DocumentReviewed(plan_code="KH-2026")))
        with pytest.raises(Refused, match=r"fact\.unknown_unit"):
            commune.record_one(sent(TaskPlanned(title="Một việc", owner_unit_code="H99")))
        with pytest.raises(Refused, match=r"fact\.no_right"):
            commune.record_one(sent(CriterionAppraised(criteria_set="qd766", period_id="2026Q3", round=1)))
        with pytest.raises(Refused, match=r"fact\.personal_data"):
            commune.record_one(sent(TaskPlanned(title="Gọi 0912345678")))

    assert stored(desk) == []


def test_a_generated_stub_says_a_single_fact_as_well(start: Start) -> None:
    desk = start()
    request = assessment.PlanTaskRequest(
        envelope=wire.Envelope(
            source_system="cchc-desk", subject="NV-1", unit_code="H21.65", occurred_at_ms=NOW_MS - 1
        ),
        task_planned=TaskPlanned(plan_code="KH-2026", title="Rà soát quy trình", owner_unit_code="H21.66"),
    )
    with grpc.insecure_channel(desk.address) as channel:
        stub: Any = AssessmentServiceStub(channel)
        metadata = (("authorization", f"Bearer {desk.token()}"),)
        answer = stub.PlanTask(request, metadata=metadata, timeout=30)

    (event,) = stored(desk)
    assert event.event_id == answer.receipt.event_id
    assert event.task_planned == request.task_planned
