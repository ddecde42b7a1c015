"""A writing service on the wire: the same for every context, by the service's own descriptor.

Every writing service has RecordFacts, StreamFacts, Describe and FindFact; any other method takes one fact, whose type
is the second field of its request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass

from cchc.api.log.v1.event_pb2 import Event
from cchc.api.recording.v1 import recording_pb2 as wire
from cchc.log.batch import IDENTITY_BYTES, SCHEMA_VERSION
from cchc.log.port import Position
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_MS, LATEST_DUE_MS
from cchc.log.transposed import FACTS, count_of_facts
from cchc.recording.finding import FactFinder
from cchc.recording.recorder import Outcome, Outcomes, Recorded, Recorder, Sent
from cchc.recording.refusal import Refusal
from cchc.recording.texts import CODE_CHARS, TEXT_CHARS
from cchc.rights import Caller
from cchc.rpc.authentication import current_caller
from cchc.rpc.calls import Handler, ServicerContext
from cchc.rpc.deadlines import still_wanted
from cchc.rpc.failures import (
    FactRefused,
    bad_identity,
    not_confirmed,
    not_found_in_time,
    too_many_facts,
    too_many_streams,
)
from cchc.rpc.rate_limit import RateLimits
from cchc.rpc.settings import RpcSettings
from cchc.rpc.waiting import Waiting
from cchc.telemetry import Metrics

_VISIBILITY: Mapping[bool | None, wire.Visibility.ValueType] = MappingProxyType(
    {
        True: wire.VISIBILITY_VISIBLE,
        False: wire.VISIBILITY_NOT_YET_VISIBLE,
        None: wire.VISIBILITY_NOT_KNOWN,
    }
)

MOST_REFUSALS = 1_000
"""That a stream tells of."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that brings facts, with the bytes that it was read from."""

    message: Any
    written: bytes

    @classmethod
    def read(cls, kind: Any, most: int, written: bytes) -> Request:
        """The request of a message class in these bytes, with so many facts at most.

        Raises:
            DecodeError: They are no such message.
            Refused: ``rpc.too_many_facts``; not one of them was read.
        """
        count = count_of_facts(written)
        if count > most:
            raise too_many_facts(count, most)
        return cls(kind.FromString(written), written)

    @property
    def facts(self) -> Sequence[Event]:
        """The facts that it brings."""
        facts: Sequence[Event] = self.message.facts
        return facts

    def sent(self) -> Sent:
        """The same for the recorder."""
        return Sent(self.facts, self.message, self.written)


def _brings_facts(method: MethodDescriptor) -> bool:
    return [field.name for field in method.input_type.fields] == [FACTS]


class RecordingServicer:
    """Answers the calls of one writing service.

    Args:
        service: its descriptor.
        recorder: records its facts.
        finder: finds facts.
        waiting: does what the log may hold up.
        searching: looks for facts, apart from that.
        limits: of how much a caller may send; streams are counted here.
        settings: of the server.
        metrics: of facts.
    """

    def __init__(
        self,
        service: ServiceDescriptor,
        recorder: Recorder,
        finder: FactFinder,
        *,
        waiting: Waiting,
        searching: Waiting,
        limits: RateLimits,
        settings: RpcSettings,
        metrics: Metrics,
    ) -> None:
        self.name: str = service.full_name
        self._service = service
        self._recorder = recorder
        self._finder = finder
        self._waiting = waiting
        self._searching = searching
        self._limits = limits
        self._settings = settings
        self._metrics = metrics
        self._most_streams = max(1, settings.threads // 2)
        self._streams = threading.BoundedSemaphore(self._most_streams)

    def handlers(self) -> dict[str, Handler]:
        """Method name → gRPC's handler."""
        return {method.name: self._handler(method) for method in self._service.methods}

    def _handler(self, method: MethodDescriptor) -> Handler:
        request, response = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        answer = {
            "RecordFacts": self._record_facts,
            "StreamFacts": self._stream_facts,
            "Describe": self._describe,
            "FindFact": self._find_fact,
        }.get(method.name) or self._one_of(method)
        make = grpc.stream_unary_rpc_method_handler if method.client_streaming else grpc.unary_unary_rpc_method_handler
        return make(
            lambda said, context: answer(said, response(), context),
            request_deserializer=partial(Request.read, request, self._settings.facts_per_request)
            if _brings_facts(method)
            else request.FromString,
            response_serializer=_bytes_of,
        )

    def _record_facts(self, request: Any, response: Any, context: ServicerContext) -> Any:
        return answer_of(type(response), self._record(request.sent(), current_caller(), context))

    def _stream_facts(self, requests: Iterable[Any], response: Any, context: ServicerContext) -> Any:
        """Each message is a batch of its own, durable before the next is read."""
        if not self._streams.acquire(blocking=False):
            raise too_many_streams(self._most_streams)
        try:
            caller = current_caller()
            for number, request in enumerate(requests):
                self._limits.take(caller.name, len(request.facts))
                _add(response, number, self._record(request.sent(), caller, context))
        finally:
            self._streams.release()
        return response

    def _describe(self, request: Any, response: Any, context: ServicerContext) -> Any:  # noqa: ARG002 — gRPC's signature
        taken = sorted(self._recorder.context.taken.values(), key=lambda one: one.number)
        response.context = self._recorder.context.name
        response.fact_types.extend(
            wire.FactType(number=one.number, name=one.name, message=one.message) for one in taken
        )
        response.limits.CopyFrom(
            wire.Limits(
                facts_per_request=self._settings.facts_per_request,
                bytes_per_request=self._settings.bytes_per_request,
                code_chars=CODE_CHARS,
                text_chars=TEXT_CHARS,
                earliest_ms=EARLIEST_MS,
                clock_tolerance_ms=CLOCK_TOLERANCE_MS,
                latest_due_ms=LATEST_DUE_MS,
            )
        )
        response.schema_version = SCHEMA_VERSION
        return response

    def _find_fact(self, request: Any, response: Any, context: ServicerContext) -> Any:
        if len(request.event_id) != IDENTITY_BYTES:
            raise bad_identity()
        found = self._searching.result_of(
            lambda: self._finder.find(request.event_id, request.subject, lambda: still_wanted(context)),
            context,
            not_found_in_time,
        )
        if found is None:
            response.found.visibility = wire.VISIBILITY_NOT_RECORDED
            return response
        visibility = _VISIBILITY[found.is_visible]
        response.found.CopyFrom(
            wire.FoundFact(
                visibility=visibility, position=_position(found.position), recorded_at_ms=found.recorded_at_ms
            )
        )
        return response

    def _one_of(self, method: MethodDescriptor) -> Callable[[Any, Any, ServicerContext], Any]:
        _, fact = method.input_type.fields
        name = fact.name

        def record_one(request: Any, response: Any, context: ServicerContext) -> Any:
            event = _event(request, name)
            (outcome,) = self._record(Sent([event], event), current_caller(), context)
            if isinstance(outcome, Refusal):
                raise FactRefused(outcome)
            (receipt,) = receipts_of([outcome])
            response.receipt.CopyFrom(receipt)
            return response

        return record_one

    def _record(self, sent: Sent, caller: Caller, context: ServicerContext) -> Outcomes:
        outcomes = self._waiting.result_of(
            lambda: self._recorder.record(sent, caller, lambda: still_wanted(context)), context, not_confirmed
        )
        self._count(outcomes)
        return outcomes

    def _count(self, outcomes: Outcomes) -> None:
        name = self._recorder.context.name
        refused = [refusal.code for refusal in outcomes.refused.values()]
        self._metrics.facts_per_call.labels(name).observe(len(outcomes))
        self._metrics.facts_recorded.labels(name).inc(len(outcomes) - len(refused))
        for code in set(refused):
            self._metrics.facts_refused.labels(name, code).inc(refused.count(code))


def _event(request: Any, name: str) -> Event:
    """The one fact of a request as an event: the envelope has the event's own field numbers."""
    event = Event.FromString(request.envelope.SerializeToString())
    if request.HasField(name):
        fact = getattr(event, name)
        fact.CopyFrom(getattr(request, name))
        fact.SetInParent()
    return event


def answer_of(response: Any, outcomes: Outcomes) -> Any:
    """One receipt a fact: a message of the class ``response``, or the bytes of one.

    Receipts of one batch differ in the 16 bytes of their identity, so all are laid out at once, as bytes.
    """
    if outcomes.refused or outcomes.apart or outcomes.receipt is None:
        return response(receipts=receipts_of(outcomes))
    blank = Recorded(bytes(IDENTITY_BYTES), outcomes.receipt)
    one = response(receipts=receipts_of([blank])).SerializeToString()
    before, _, after = one.partition(blank.event_id)
    # Messages one after the other are one message with all of their receipts.
    return before + (after + before).join(outcomes.identities) + after


def _bytes_of(answer: Any) -> bytes:
    written: bytes = answer if isinstance(answer, bytes) else answer.SerializeToString()
    return written


def receipts_of(outcomes: Sequence[Outcome]) -> Iterator[wire.Receipt]:
    """One a fact. Facts of one batch share what was accepted, so it is made once."""
    made: dict[int, wire.Accepted] = {}
    for outcome in outcomes:
        if isinstance(outcome, Refusal):
            yield wire.Receipt(refused=_refusal(outcome))
        else:
            accepted = made.get(id(outcome.receipt))
            if accepted is None:
                accepted = made[id(outcome.receipt)] = _accepted(outcome)
            yield wire.Receipt(event_id=outcome.event_id, accepted=accepted)


def _accepted(outcome: Recorded) -> wire.Accepted:
    receipt = outcome.receipt
    return wire.Accepted(position=_position(receipt.position), recorded_at_ms=receipt.recorded_at_ms)


def _position(position: Position) -> wire.LogPosition:
    return wire.LogPosition(partition=position.partition, offset=position.offset)


def _refusal(refusal: Refusal) -> wire.Refusal:
    return wire.Refusal(field=refusal.field, code=refusal.code, vi=refusal.vi, en=refusal.en)


def _add(response: Any, number: int, outcomes: Sequence[Outcome]) -> None:
    """Add what became of one message of a stream."""
    for row, outcome in enumerate(outcomes):
        if isinstance(outcome, Refusal):
            response.refused += 1
            if len(response.refusals) < MOST_REFUSALS:
                response.refusals.append(wire.StreamRefusal(message=number, fact=row, refused=_refusal(outcome)))
        else:
            response.accepted += 1
            last = outcome.receipt
            response.last_position.CopyFrom(_position(last.position))
            response.last_recorded_at_ms = last.recorded_at_ms
