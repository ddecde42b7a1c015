"""Facts over gRPC into a durable log, beside what gRPC itself allows: a server that sends the same bytes back.

It does so twice: without looking at them, which is the yardstick; and reading them as the message that they are and
writing it again, which is what any service pays whose contract has types.

``python -m tests.bench.grpc_edge``: that server; it prints its port.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from cchc.api.intake.service.v1.intake_service_pb2 import RecordFactsRequest, RecordFactsResponse
from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_ONLINE_FULL,
    DUE_BASIS_DAY,
    DossierAccepted,
    DossierSubmitted,
    FeedbackGiven,
    PaymentMade,
)
from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_COMMUNE, ProcedureDefined, UnitDefined
from cchc.clock import SystemClock
from cchc.keys.ring import KeyRing
from cchc.keys.tokens import issue
from cchc.log.batch import encode, make_event
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topic_plan import TopicPlan
from cchc.log.kafka.topics import REFERENCE_TOPIC, administration
from cchc.log.sqlite.log import SqliteLog
from cchc.rights import Caller, Role
from cchc.rpc.writing_process import LOG_FILE
from deploy.local.kafka import LocalKafka

FACTS_PER_CALL = 500
_ROOT = Path(__file__).parents[2]
_CALLS = 300
_ROUNDS = 5
_ROUNDS_BEFORE = 2
"""That are not counted: a broker's code is compiled while it runs, and costs two to three times as much at first."""
_THREADS = 8
_SERVICE = "cchc.api.intake.service.v1.IntakeService"
_METHOD = f"/{_SERVICE}/RecordFacts"
_TYPED = f"/{_SERVICE}/RecordFactsEchoed"
"""Of the server that echoes: reads a request as a message, and writes it."""
_AT_MS = 1_780_000_000_000
_UNITS = [f"H99.{number}" for number in range(50)]
_PROCEDURES = [f"1.{number:06}" for number in range(20)]


def measure(directory: Path, _: int) -> dict[str, float]:
    """Record 300 calls of 500 facts from eight threads, and have the same bytes echoed, in turn, five times over,
    after two rounds that are not counted.

    Client and servers share the cores. The client sends bytes that are ready, so that most of the time is the servers'.

    Args:
        directory: empty, on the disk to be measured; it needs about 150 MB.

    Returns:
        ``facts_per_s`` and ``echo_facts_per_s``, the median of each; ``ratio`` between them, of each round, the median;
        ``two_facts_per_s`` and ``two_ratio``, the same of two processes that record into one log, taking calls in turn;
        ``typed_facts_per_s``, ``typed_ratio`` and ``two_typed_ratio``, the same beside an echo of messages instead of
        bytes; ``cpu_us``, ``echo_cpu_us`` and ``typed_cpu_us``, processor time of the server a fact, microseconds.
    """
    data = directory / "data"
    token = _prepare(data)
    with SqliteLog(data / LOG_FILE, SystemClock()) as log:
        log.append([_definitions()])
    return _compared(data, token, {})


def measure_on_kafka(directory: Path, _: int) -> dict[str, float]:
    """The same into a broker's topics, acks=all: the broker shares the cores, too. It needs about 200 MB."""
    data = directory / "data"
    token = _prepare(data)
    with LocalKafka(directory / "kafka", dies_with_parent=True) as broker:
        kafka = KafkaSettings((broker.address,))
        with administration(kafka) as admin:
            admin.apply(TopicPlan.read().wanted("single"))
        with KafkaLog(kafka, [REFERENCE_TOPIC], REFERENCE_TOPIC) as log:
            log.append([_definitions()])
        return _compared(data, token, {"CCHC_KAFKA_SERVERS": broker.address})


def _compared(data: Path, token: str, environment: Mapping[str, str]) -> dict[str, float]:
    requests = [_request(number).SerializeToString() for number in range(20)]
    taken: dict[str, list[float]] = {}
    with (
        _process("services.intake", data, environment) as edge,
        _process("services.intake", data, environment) as second,
        _process("tests.bench.grpc_edge", data, environment) as echo,
    ):
        for server in (edge, second):
            _check(server, token, requests[0])
        for number in range(-_ROUNDS_BEFORE, _ROUNDS):
            echoed, recorded = _measured([echo], token, requests), _measured([edge], token, requests)
            both, typed = _measured([edge, second], token, requests), _measured([echo], token, requests, _TYPED)
            for name, figure in (
                ("echo_facts_per_s", echoed.facts_per_s),
                ("facts_per_s", recorded.facts_per_s),
                ("ratio", recorded.facts_per_s / echoed.facts_per_s),
                ("two_facts_per_s", both.facts_per_s),
                ("two_ratio", both.facts_per_s / echoed.facts_per_s),
                ("typed_facts_per_s", typed.facts_per_s),
                ("typed_ratio", recorded.facts_per_s / typed.facts_per_s),
                ("two_typed_ratio", both.facts_per_s / typed.facts_per_s),
                ("echo_cpu_us", echoed.cpu_us),
                ("typed_cpu_us", typed.cpu_us),
                ("cpu_us", recorded.cpu_us),
            ):
                if number >= 0:
                    taken.setdefault(name, []).append(figure)
    return {name: statistics.median(figures) for name, figures in taken.items()}


def _prepare(data: Path) -> str:
    """A key; returns a token."""
    data.mkdir()
    clock = SystemClock()
    ring = KeyRing(data / "keys", clock)
    ring.make()
    return issue(ring, Caller("bench", Role.SENDER, frozenset({"*"})), 1, clock)


def _definitions() -> bytes:
    """Units and procedures, as a batch."""
    facts: list[UnitDefined | ProcedureDefined] = [
        *(UnitDefined(unit_code=code, name=code, type=UNIT_TYPE_COMMUNE) for code in _UNITS),
        *(ProcedureDefined(procedure_code=code, field_code="HO-TICH") for code in _PROCEDURES),
    ]
    return encode(
        make_event(
            fact,
            source_system="register",
            subject=fact.unit_code if isinstance(fact, UnitDefined) else fact.procedure_code,
            unit_code="",
            occurred_at_ms=_AT_MS,
        )
        for fact in facts
    )


def _request(number: int) -> RecordFactsRequest:
    facts = (
        DossierAccepted(
            procedure_code=_PROCEDURES[number],
            field_code="HO-TICH",
            channel=CHANNEL_ONLINE_FULL,
            due_at_ms=_AT_MS + 700_000_000,
            due_basis=DUE_BASIS_DAY,
        ),
        DossierSubmitted(procedure_code=_PROCEDURES[number], field_code="HO-TICH", channel=CHANNEL_ONLINE_FULL),
        PaymentMade(online=True, amount_vnd=50_000),
        FeedbackGiven(rating=5),
    )
    request = RecordFactsRequest()
    for row in range(FACTS_PER_CALL):
        event = make_event(
            facts[row % len(facts)],
            source_system="one-stop",
            subject=f"H99.{row % 50}-260601-{number:02}{row:04}",
            unit_code=_UNITS[row % 50],
            occurred_at_ms=_AT_MS + row * 1_000,
            actor_role=1,
        )
        event.ClearField("event_id")
        event.ClearField("schema_version")
        request.facts.append(event)
    return request


@dataclass(frozen=True, slots=True)
class _Server:
    """A server in a process of its own."""

    address: str
    process: int

    def cpu_s(self) -> float:
        """Processor time that it has used, its own and the system's for it."""
        used = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Measured:
    """Facts a second, and the server's processor time of one, in microseconds."""

    facts_per_s: float
    cpu_us: float


@contextmanager
def _process(module: str, data: Path, environment: Mapping[str, str]) -> Iterator[_Server]:
    """Start a server; it ends with the block."""
    environment = {
        **os.environ,
        **environment,
        "CCHC_DATA": str(data),
        "CCHC_GRPC_ADDRESS": "127.0.0.1:0",
        "CCHC_GRPC_THREADS": str(_THREADS),
        "CCHC_GRPC_FACTS_PER_SECOND": "1000000000",
        "CCHC_GRPC_FACTS_BURST": "1000000000",
    }
    with subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        try:
            assert process.stdout is not None
            address = next(line.split()[1] for line in process.stdout if line.startswith("gRPC "))
            yield _Server(address, process.pid)
        finally:
            process.terminate()


def _check(server: _Server, token: str, request: bytes) -> None:
    with grpc.insecure_channel(server.address) as channel:
        answer = _send(channel, token, request)
    receipts = RecordFactsResponse.FromString(answer).receipts
    if len(receipts) != FACTS_PER_CALL or not all(receipt.HasField("accepted") for receipt in receipts):
        raise RuntimeError(f"not all facts were recorded: {receipts[0]}")


def _send(channel: grpc.Channel, token: str, request: bytes, method: str = _METHOD) -> bytes:
    metadata = (("authorization", f"Bearer {token}"),)
    answer: bytes = channel.unary_unary(method)(request, metadata=metadata, timeout=60)
    return answer


def _measured(servers: Sequence[_Server], token: str, requests: Sequence[bytes], method: str = _METHOD) -> _Measured:
    with ExitStack() as stack:
        channels = [stack.enter_context(grpc.insecure_channel(server.address)) for server in servers]
        pool = stack.enter_context(ThreadPoolExecutor(_THREADS))
        for channel in channels:
            _send(channel, token, requests[0], method)
        start, cpu_s = time.perf_counter(), sum(server.cpu_s() for server in servers)
        sent = [
            pool.submit(_send, channels[number % len(channels)], token, requests[number % len(requests)], method)
            for number in range(_CALLS)
        ]
        for future in sent:
            future.result()
        facts, took_s = _CALLS * FACTS_PER_CALL, time.perf_counter() - start
        return _Measured(facts / took_s, (sum(server.cpu_s() for server in servers) - cpu_s) / facts * 1e6)


def _echo() -> None:
    server = grpc.server(ThreadPoolExecutor(_THREADS))
    handlers = {
        _METHOD.rpartition("/")[2]: grpc.unary_unary_rpc_method_handler(lambda request, _: request),
        _TYPED.rpartition("/")[2]: grpc.unary_unary_rpc_method_handler(
            lambda request, _: request,
            request_deserializer=RecordFactsRequest.FromString,
            response_serializer=RecordFactsRequest.SerializeToString,
        ),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"gRPC 127.0.0.1:{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    _echo()
