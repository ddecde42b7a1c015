"""A typed client of the writing services: facts in, receipts out, and again after a failure that may pass.

Sending again is always safe: the same fact has the same identity and counts once. So whatever may pass (a server away
or busy, a deadline, a full bucket) is tried again, with growing pauses, or after the pause that the server asked for.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import grpc
import stamina
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2
from grpc_status import rpc_status

from cchc.api.assessment.service.v1 import assessment_service_pb2 as assessment
from cchc.api.intake.service.v1 import intake_service_pb2 as intake
from cchc.api.legal_review.service.v1 import legal_review_service_pb2 as legal_review
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.service.v1 import processing_service_pb2 as processing
from cchc.api.recording.v1 import recording_pb2 as wire
from cchc.errors import CchcError, Refused, Unavailable
from cchc.log.port import Position, Receipt
from cchc.recording.recorder import Outcome, Recorded
from cchc.recording.refusal import Refusal
from cchc.rpc.failures import FactRefused

_ENVELOPE = "envelope"
FACTS_PER_CALL = 500
"""Some 45 kB a message: large enough for the wire, small enough to send again."""

_PASSING = frozenset(
    {
        *(code_pb2.UNAVAILABLE, code_pb2.RESOURCE_EXHAUSTED, code_pb2.DEADLINE_EXCEEDED),
        *(code_pb2.ABORTED, code_pb2.INTERNAL, code_pb2.UNKNOWN, code_pb2.CANCELLED),
    }
)


class ServiceName(enum.StrEnum):
    """Which writing service."""

    INTAKE = "intake"
    PROCESSING = "processing"
    LEGAL_REVIEW = "legal_review"
    ASSESSMENT = "assessment"


_CONTRACTS: Mapping[ServiceName, Any] = MappingProxyType(
    {
        ServiceName.INTAKE: intake,
        ServiceName.PROCESSING: processing,
        ServiceName.LEGAL_REVIEW: legal_review,
        ServiceName.ASSESSMENT: assessment,
    }
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, and how often and how long it is tried again (seconds)."""

    deadline_s: float = 10.0
    attempts: int = 8
    give_up_after_s: float = 120.0
    first_pause_s: float = 0.1
    longest_pause_s: float = 10.0


class FactsClient:
    """Sends facts to one writing service. Calls from several threads are safe. ``close`` ends it; or use ``with``.

    A call that is tried again is told to the hooks of ``stamina``, which print it on standard output unless the program
    says otherwise: ``cchc.telemetry.tell_retries`` has it said in a log.

    Args:
        service: which one.
        address: host and port.
        token: as ``cchc keys token`` gives it.
        credentials: ``grpc.ChannelCredentials`` (``cchc.rpc.credentials.channel_credentials``); None = without TLS.
        patience: see there.
    """

    def __init__(
        self,
        service: ServiceName,
        address: str,
        token: str,
        *,
        credentials: Any | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._contract = _CONTRACTS[service]
        (self._service,) = self._contract.DESCRIPTOR.services_by_name.values()
        self._calls = _calls_of_single_facts(self._service)
        self._metadata = (("authorization", f"Bearer {token}"),)
        self._patience = patience or Patience()
        options = [("grpc.max_receive_message_length", 64 * 1024 * 1024)]
        self._channel = (
            grpc.insecure_channel(address, options)
            if credentials is None
            else grpc.secure_channel(address, credentials, options)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def record(self, facts: Sequence[Event]) -> list[Outcome]:
        """Send facts in one call; what became of each, in order. ``Recorded`` is durable.

        Args:
            facts: at most as many as the service takes in a call; their identities need not be set.

        Raises:
            Refused: the call as a whole, by the server's code: a token, too many facts.
            Unavailable: it did not get through in time; some of the facts may be recorded. Send them again.
        """
        answer = self._call("RecordFacts", self._contract.RecordFactsRequest(facts=facts))
        return [_outcome(receipt) for receipt in answer.receipts]

    def record_one(self, fact: Event) -> Recorded:
        """Send one fact, by the call of its own where the service has one for it. What is returned is durable.

        Args:
            fact: its identity need not be set.

        Raises:
            Refused: the fact, by the code of its refusal; or the call, as ``record``.
            Unavailable: as ``record``.
        """
        name = fact.WhichOneof("fact")
        method = self._calls.get(name) if name is not None else None
        if name is None or method is None:
            (outcome,) = self.record([fact])
            if isinstance(outcome, Refusal):
                raise FactRefused(outcome)
            return outcome
        envelope = wire.Envelope.FromString(fact.SerializeToString())
        envelope.DiscardUnknownFields()
        request = getattr(self._contract, method.input_type.name)(**{_ENVELOPE: envelope, name: getattr(fact, name)})
        answer = self._call(method.name, request)
        return _recorded(answer.receipt)

    def record_all(self, facts: Iterable[Event], facts_per_call: int = FACTS_PER_CALL) -> Iterator[Outcome]:
        """Send any number of facts, call by call; what became of each, in order. Errors as ``record``."""
        waiting: list[Event] = []
        for fact in facts:
            waiting.append(fact)
            if len(waiting) == facts_per_call:
                yield from self.record(waiting)
                waiting = []
        if waiting:
            yield from self.record(waiting)

    def describe(self) -> tuple[Sequence[wire.FactType], wire.Limits]:
        """What the service takes: fact types, and limits. Errors as ``record``."""
        answer = self._call("Describe", self._contract.DescribeRequest())
        return list(answer.fact_types), answer.limits

    def find(self, event_id: bytes, subject: str = "") -> wire.FoundFact:
        """When a fact was first known, and whether reports count it. Errors as ``record``."""
        answer = self._call("FindFact", self._contract.FindFactRequest(event_id=event_id, subject=subject))
        found: wire.FoundFact = answer.found
        return found

    def _call(self, method: str, request: Message) -> Any:
        found = self._service.methods_by_name[method]
        response = getattr(self._contract, found.output_type.name)
        send = self._channel.unary_unary(
            f"/{self._service.full_name}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=response.FromString,
        )
        patience = self._patience
        for attempt in stamina.retry_context(
            on=_pause,
            attempts=patience.attempts,
            timeout=patience.give_up_after_s,
            wait_initial=patience.first_pause_s,
            wait_max=patience.longest_pause_s,
            wait_jitter=patience.first_pause_s,
        ):
            with attempt:
                try:
                    return send(request, timeout=patience.deadline_s, metadata=self._metadata, wait_for_ready=False)
                except grpc.RpcError as error:
                    raise _explained(error) from error
        raise AssertionError("unreachable: the last attempt raises")


def _calls_of_single_facts(service: ServiceDescriptor) -> dict[str, MethodDescriptor]:
    """Name of a fact in ``Event.fact`` → the call that takes one such fact, with its envelope."""
    fields = {method: [field.name for field in method.input_type.fields] for method in service.methods}
    return {names[1]: method for method, names in fields.items() if names[0:1] == [_ENVELOPE]}


class _AskedToWait(Unavailable):
    """The server said after how long the same would be taken."""

    retry_after_s = 0.0


def _pause(error: Exception) -> bool | float:
    """Whether to try again, or after how many seconds."""
    if isinstance(error, _AskedToWait):
        return error.retry_after_s
    return isinstance(error, Unavailable)


def _explained(error: Any) -> CchcError:
    """The server's error as it was raised there, as far as it tells."""
    status = rpc_status.from_call(error)
    passing = error.code().value[0] in _PASSING
    code, texts, wait_s = f"rpc.{error.code().name.lower()}", {}, None
    for detail in status.details if status is not None else ():
        for kind in (error_details_pb2.ErrorInfo, error_details_pb2.LocalizedMessage, error_details_pb2.RetryInfo):
            if not detail.Is(kind.DESCRIPTOR):
                continue
            said = kind()
            detail.Unpack(said)
            if kind is error_details_pb2.ErrorInfo:
                code = said.metadata.get("code", code)
            elif kind is error_details_pb2.LocalizedMessage:
                texts[said.locale] = said.message
            else:
                wait_s = said.retry_delay.ToMilliseconds() / 1_000
    vi, en = texts.get("vi", f"Máy chủ báo lỗi: {error.details()}."), texts.get("en", f"{error.details()}.")
    next_vi = "Gửi lại sau." if passing else "Sửa yêu cầu rồi gửi lại."
    next_en = "Send again later." if passing else "Correct the request and send it again."
    kind_of_error = (_AskedToWait if wait_s is not None else Unavailable) if passing else Refused
    explained = kind_of_error(code, vi=vi, en=en, next_vi=next_vi, next_en=next_en)
    if isinstance(explained, _AskedToWait) and wait_s is not None:
        explained.retry_after_s = wait_s
    return explained


def _outcome(receipt: wire.Receipt) -> Outcome:
    if receipt.HasField("refused"):
        refused = receipt.refused
        return Refusal(refused.field, refused.code, refused.vi, refused.en)
    return _recorded(receipt)


def _recorded(receipt: wire.Receipt) -> Recorded:
    at = receipt.accepted
    return Recorded(receipt.event_id, Receipt(Position(at.position.partition, at.position.offset), at.recorded_at_ms))
