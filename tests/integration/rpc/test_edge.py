"""What every call goes through: who calls, how much, how long, and how it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_status import rpc_status

from cchc.api.intake.service.v1 import intake_service_pb2 as intake
from cchc.api.intake.service.v1.intake_service_pb2_grpc import IntakeServiceStub
from cchc.client import FactsClient, Patience, ServiceName
from cchc.clock import FixedClock
from cchc.errors import CchcError, Refused, Unavailable
from cchc.keys.ring import KeyRing
from cchc.keys.tokens import issue
from cchc.log import failures
from cchc.log.batch import encode
from cchc.log.memory import MemoryLog
from cchc.log.port import Prefix, Receipt
from cchc.recording.recorder import Recorded
from cchc.recording.refusal import Refusal
from cchc.rights import Caller, Role
from cchc.rpc.credentials import channel_credentials
from cchc.rpc.health import LATE_MS
from cchc.rpc.settings import rpc_settings
from tests.integration.rpc.conftest import Desk, Start
from tests.unit.recording.senders import NOW_MS, PROVINCE, SENDER, definitions, sent

ONCE = Patience(attempts=1)
SERVICE = "cchc.api.intake.service.v1.IntakeService"


def sender(desk: Desk, token: str | None = None, **said: Any) -> FactsClient:
    said.setdefault("patience", ONCE)
    return FactsClient(ServiceName.INTAKE, desk.address, desk.token() if token is None else token, **said)


def health(desk: Desk, service: str = "") -> int:
    with grpc.insecure_channel(desk.address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        return int(stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=30).status)


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_without_a_good_token_nothing_is_answered(start: Start, token: str) -> None:
    desk = start()
    with sender(desk, token) as one, pytest.raises(Refused, match=r"token\.invalid"):
        one.describe()


GARBAGE = b"\xff\xff\xff"
EMPTY_FACTS = b"\n\0" * 50_000


def _call_with(desk: Desk, method: str, written: bytes, token: str, *, streams: bool = False) -> Any:
    """The status that bytes are answered with."""
    metadata = (("authorization", f"Bearer {token}"),)
    with grpc.insecure_channel(desk.address) as channel:
        call, said = (channel.stream_unary, iter([written])) if streams else (channel.unary_unary, written)
        with pytest.raises(grpc.RpcError) as raised:
            call(method)(said, metadata=metadata, timeout=30)
    return rpc_status.from_call(raised.value)


def _code_of(status: Any) -> str:
    told = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(told)
    return str(told.metadata["code"])


@pytest.mark.parametrize("written", [GARBAGE, EMPTY_FACTS])
def test_what_a_stranger_sends_is_not_even_read(start: Start, written: bytes) -> None:
    desk = start()
    for streams, name in ((False, "RecordFacts"), (True, "StreamFacts")):
        assert _code_of(_call_with(desk, f"/{SERVICE}/{name}", written, "x", streams=streams)) == "token.invalid"


def test_what_is_no_message_is_refused_by_every_call_with_what_to_do(start: Start) -> None:
    desk = start()
    for method in intake.DESCRIPTOR.services_by_name["IntakeService"].methods:
        status = _call_with(desk, f"/{SERVICE}/{method.name}", GARBAGE, desk.token(), streams=method.client_streaming)
        assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
        assert _code_of(status) == "rpc.unreadable_message"
        said = [error_details_pb2.LocalizedMessage(), error_details_pb2.LocalizedMessage()]
        assert all(detail.Unpack(one) for detail, one in zip(status.details[1:3], said, strict=True))
        assert [one.locale for one in said] == ["vi", "en"]


def test_facts_beyond_the_most_are_counted_and_not_read(start: Start) -> None:
    desk = start()
    for streams, name in ((False, "RecordFacts"), (True, "StreamFacts")):
        status = _call_with(desk, f"/{SERVICE}/{name}", EMPTY_FACTS, desk.token(), streams=streams)
        assert _code_of(status) == "rpc.too_many_facts"
        assert "50000" in status.message


def test_a_token_of_other_keys_or_of_the_past_is_refused(start: Start, tmp_path: Path) -> None:
    desk = start()
    stranger = KeyRing(tmp_path / "stranger", desk.clock)
    stranger.make()
    token = desk.token()
    with sender(desk, issue(stranger, PROVINCE, 1, desk.clock)) as one, pytest.raises(Refused, match=r"token\.invalid"):
        one.describe()
    desk.clock.put(NOW_MS + 3 * 86_400_000)
    with sender(desk, token) as one, pytest.raises(Refused, match=r"token\.expired"):
        one.describe()


def test_a_sender_speaks_for_its_units_and_its_sources_only(start: Start) -> None:
    desk = start()
    with sender(desk, desk.token(SENDER)) as one:
        own, other, false = one.record([sent(), sent(unit_code="H21.66"), sent(source_system="other")])

    assert isinstance(own, Recorded)
    assert isinstance(other, Refusal)
    assert other.code == "fact.no_right"
    assert isinstance(false, Refusal)
    assert false.code == "fact.not_your_source"


def test_a_reader_records_nothing(start: Start) -> None:
    desk = start()
    with sender(desk, desk.token(Caller("x", Role.READER, frozenset({"*"})))) as one:
        (outcome,) = one.record([sent()])

    assert isinstance(outcome, Refusal)


def test_who_sends_too_much_is_told_when_to_come_back(start: Start) -> None:
    desk = start(facts_per_second=10, facts_burst=100)
    with sender(desk) as one:
        one.record([sent(subject=f"s{number}") for number in range(100)])
        with pytest.raises(Unavailable, match=r"rpc\.rate_limited"):
            one.record([sent(subject=f"t{number}") for number in range(20)])
        desk.clock.put(NOW_MS + 2_000)
        assert len(one.record([sent(subject=f"t{number}") for number in range(20)])) == 20


def test_the_wait_is_in_the_status(start: Start) -> None:
    desk = start(facts_per_second=10, facts_burst=10)
    with grpc.insecure_channel(desk.address) as channel:
        stub: Any = IntakeServiceStub(channel)
        metadata = (("authorization", f"Bearer {desk.token()}"), ("x-correlation-id", "của tôi".encode().hex()))
        request = intake.RecordFactsRequest(facts=[sent(subject=f"s{number}") for number in range(10)])
        stub.RecordFacts(request, metadata=metadata, timeout=30)
        with pytest.raises(grpc.RpcError) as caught:
            stub.RecordFacts(request, metadata=metadata, timeout=30)
    error: Any = caught.value

    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    found = {detail.TypeName().rpartition(".")[2]: detail for detail in rpc_status.from_call(error).details}
    assert set(found) == {"ErrorInfo", "LocalizedMessage", "RetryInfo"}
    retry = error_details_pb2.RetryInfo()
    found["RetryInfo"].Unpack(retry)
    assert retry.retry_delay.ToMilliseconds() == 1_000
    assert dict(error.trailing_metadata())["x-correlation-id"] == "của tôi".encode().hex()


class HeldLog(MemoryLog):
    """A log that can be held up, or refuse."""

    def __init__(self) -> None:
        super().__init__(FixedClock(NOW_MS))
        self.appending, self.go = threading.Event(), threading.Event()
        self.go.set()
        self.refuses: CchcError | None = None

    def append(self, payloads: Sequence[bytes], *, key: str = "") -> list[Receipt]:
        self.appending.set()
        assert self.go.wait(60)
        if self.refuses is not None:
            raise self.refuses
        return super().append(payloads, key=key)


@pytest.fixture
def held(tmp_path: Path) -> Any:
    log = HeldLog()
    log.append([encode(definitions())])
    desk = Desk(tmp_path, log, FixedClock(NOW_MS))
    yield desk
    log.go.set()
    desk.stop()


def test_who_gave_up_waiting_for_a_thread_gets_nothing_recorded(held: Desk) -> None:
    log: Any = held.log
    held.start(threads=2)
    log.go.clear()
    log.appending.clear()
    with ThreadPoolExecutor(2) as pool, sender(held) as one, sender(held, patience=Patience(0.2, 1)) as hasty:
        waiting = [pool.submit(one.record, [sent(subject=f"slow{number}")]) for number in range(2)]
        assert log.appending.wait(60)
        with pytest.raises(Unavailable, match="deadline"):
            hasty.record([sent(subject="hasty")])
        log.go.set()
        for future in waiting:
            future.result()
        one.record([sent(subject="after")])

    assert b"hasty" not in b"".join(record.payload for record in log.read(Prefix()))


_TOO_LATE = r"rpc\.(not_confirmed|deadline_exceeded)"
"""As the server says it, or the client's own clock where that was first."""


def test_a_log_that_hangs_holds_no_call_beyond_its_deadline(held: Desk) -> None:
    log: Any = held.log
    held.start(threads=2)
    log.go.clear()
    lots = [[sent(subject=f"slow{number}-{row}") for row in range(150)] for number in range(2)]
    with ThreadPoolExecutor(2) as pool, sender(held, patience=Patience(2, 1)) as hasty, sender(held) as patient:
        for call in [pool.submit(hasty.record, lot) for lot in lots]:
            with pytest.raises(Unavailable, match=_TOO_LATE):
                call.result()
        with pytest.raises(Unavailable, match=r"rpc\.deadline"):
            hasty.record([sent(subject="never begun")])
        hasty.describe()
        log.go.set()
        outcomes = [outcome for lot in lots for outcome in patient.record(lot)]
    held.stop()

    assert all(isinstance(outcome, Recorded) for outcome in outcomes)
    kept = b"".join(record.payload for record in log.read(Prefix()))
    assert b"never begun" not in kept
    # What was given up on was recorded all the same: twice in the log, and one fact.
    assert kept.count(b"slow0-149") == kept.count(b"slow1-149") == 2


def test_calls_under_way_are_finished_before_the_server_ends(held: Desk) -> None:
    log: Any = held.log
    held.start()
    log.go.clear()
    log.appending.clear()
    with ThreadPoolExecutor(2) as pool, sender(held) as one:
        waiting = pool.submit(one.record, [sent()])
        assert log.appending.wait(60)
        stopping = pool.submit(held.stop)
        log.go.set()
        (outcome,) = waiting.result()
        stopping.result()

    assert isinstance(outcome, Recorded)


def test_health_tells_whether_the_log_takes_batches_and_finds_out_when_it_does_again(held: Desk) -> None:
    log: Any = held.log
    held.start()
    serving, not_serving = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
    assert health(held) == health(held, SERVICE) == serving

    log.refuses = failures.disk_full(Path("log"))
    with sender(held) as one, pytest.raises(Unavailable, match=r"log\.disk_full"):
        one.record([sent()])
    assert health(held) == health(held, SERVICE) == not_serving

    with grpc.insecure_channel(held.address) as channel:
        watched = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=60)
        assert next(watched).status == not_serving
        log.refuses = None
        assert next(watched).status == serving
        watched.cancel()


def test_health_tells_of_a_log_that_does_not_answer_and_impatient_callers_do_not_change_it(held: Desk) -> None:
    log: Any = held.log
    held.start()
    serving, not_serving = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
    with (
        ThreadPoolExecutor(1) as pool,
        sender(held) as patient,
        sender(held, patience=Patience(0.05, 1)) as hasty,
        grpc.insecure_channel(held.address) as channel,
    ):
        watched = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=60)
        assert next(watched).status == serving
        log.go.clear()
        log.appending.clear()
        with pytest.raises(Unavailable, match=r"rpc\.(not_confirmed|deadline)"):
            hasty.record([sent()])
        recorded = pool.submit(patient.record, [sent()])
        assert log.appending.wait(30)
        held.clock.put(NOW_MS + LATE_MS)
        assert health(held) == serving
        held.clock.put(NOW_MS + LATE_MS + 1)
        assert next(watched).status == not_serving
        log.go.set()
        assert isinstance(recorded.result()[0], Recorded)
        assert next(watched).status == serving
        watched.cancel()


def test_a_call_leaves_one_line_and_its_figures(start: Start) -> None:
    desk = start()
    with sender(desk) as one:
        one.record([sent(), sent(subject="")])
    desk.stop()
    lines = [json.loads(line) for line in desk.said.getvalue().splitlines()]

    (line,) = [line for line in lines if line["event"] == "call"]
    assert (line["method"], line["code"]) == (f"/{SERVICE}/RecordFacts", "OK")
    assert line["correlation_id"]
    figure = desk.telemetry.metrics.registry.get_sample_value
    assert figure("cchc_facts_recorded_total", {"context": "intake"}) == 1
    assert figure("cchc_facts_refused_total", {"context": "intake", "code": "fact.missing"}) == 1
    assert figure("cchc_rpc_calls_total", {"method": f"/{SERVICE}/RecordFacts", "code": "OK"}) == 1


def test_reflection_is_off_unless_it_is_set(start: Start) -> None:
    desk = start()
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    with grpc.insecure_channel(desk.address) as channel, pytest.raises(grpc.RpcError) as caught:
        list(reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([request]), timeout=30))
    error: Any = caught.value

    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


def test_reflection_tells_the_contract_to_who_has_a_token(start: Start) -> None:
    desk = start(reflection=True)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    metadata = (("authorization", f"Bearer {desk.token()}"),)
    with grpc.insecure_channel(desk.address) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        (answer,) = stub.ServerReflectionInfo(iter([request]), metadata=metadata, timeout=30)

    assert SERVICE in {service.name for service in answer.list_services_response.service}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    authority, stranger = trustme.CA(), trustme.CA()
    server, client, other = (
        authority.issue_cert("localhost"),
        authority.issue_cert("sender@one-stop.example"),
        stranger.issue_cert("sender@one-stop.example"),
    )
    named = {
        name: tmp_path / f"{name}.pem" for name in ("ca", "server", "server_key", "own", "own_key", "bad", "bad_key")
    }
    authority.cert_pem.write_to_path(named["ca"])
    for name, issued in (("server", server), ("own", client), ("bad", other)):
        issued.cert_chain_pems[0].write_to_path(named[name])
        issued.private_key_pem.write_to_path(named[f"{name}_key"])
    return named


def test_with_mutual_tls_only_a_certificate_of_the_authority_gets_in(start: Start, files: dict[str, Path]) -> None:
    desk = start(tls_certificate=files["server"], tls_key=files["server_key"], tls_client_ca=files["ca"])
    with sender(desk, credentials=channel_credentials(files["ca"], files["own"], files["own_key"])) as one:
        (outcome,) = one.record([sent()])
    assert isinstance(outcome, Recorded)

    for credentials in (
        channel_credentials(files["ca"]),
        channel_credentials(files["ca"], files["bad"], files["bad_key"]),
        None,
    ):
        with sender(desk, credentials=credentials) as one, pytest.raises(Unavailable):
            one.record([sent()])


def test_with_tls_alone_the_token_decides(start: Start, files: dict[str, Path]) -> None:
    desk = start(tls_certificate=files["server"], tls_key=files["server_key"])
    with sender(desk, credentials=channel_credentials(files["ca"])) as one:
        assert isinstance(one.record([sent()])[0], Recorded)


def test_no_open_port_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("0.0.0.0:50051", "[::]:50051", "cchc.example:50051"):
        with pytest.raises(Refused, match=r"rpc\.insecure_address"):
            rpc_settings(address)
    for address in ("127.0.0.1:1", "localhost:1", "[::1]:1"):
        assert rpc_settings(address).address == address
    monkeypatch.setenv("CCHC_GRPC_THREADS", "many")
    with pytest.raises(Refused, match=r"rpc\.setting_unreadable"):
        rpc_settings()


def test_two_servers_do_not_share_a_port(start: Start, tmp_path: Path) -> None:
    desk = start()
    with MemoryLog(FixedClock(NOW_MS)) as log:
        second = Desk(tmp_path / "second", log, FixedClock(NOW_MS))
        with pytest.raises(Unavailable, match=r"rpc\.address_taken"):
            second.start(address=desk.address)
