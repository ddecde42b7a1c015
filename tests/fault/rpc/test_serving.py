"""The server as a process: what got a receipt outlives any end of it, and the reports count it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from cchc.api.recording.v1 import recording_pb2 as wire
from cchc.api.report.v1 import report_service_pb2 as report
from cchc.api.report.v1.report_service_pb2_grpc import ReportServiceStub
from cchc.client import FactsClient, Patience, ServiceName
from cchc.clock import SystemClock
from cchc.errors import CchcError
from cchc.keys.ring import KeyRing
from cchc.recording.recorder import Recorded
from cchc.rights import OPERATOR, Caller, Role
from tests.fault.rpc.serving import Served, identities, served, with_province
from tests.unit.recording.senders import NOW_MS, sent

_THREADS = 4
_IMPATIENT = Patience(deadline_s=20, attempts=1)


class Sending:
    """Threads that send until the server is gone, and what was acknowledged to them."""

    def __init__(self, where: Served, lot: int) -> None:
        self.acknowledged: set[bytes] = set()
        self._enough = threading.Semaphore(0)
        self._client = where.client(patience=_IMPATIENT)
        self._lot = lot
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(_THREADS)]
        for thread in self._threads:
            thread.start()

    def _send(self, thread: int) -> None:
        try:
            call = 0
            while True:
                facts = [sent(subject=f"t{thread}-c{call}-{row}") for row in range(self._lot)]
                outcomes = self._client.record(facts)
                assert all(isinstance(one, Recorded) for one in outcomes)
                self.acknowledged |= {one.event_id for one in outcomes if isinstance(one, Recorded)}
                self._enough.release()
                call += 1
        except CchcError:
            return

    def wait_for(self, calls: int) -> None:
        for _ in range(calls):
            assert self._enough.acquire(timeout=60)

    def end(self) -> None:
        for thread in self._threads:
            thread.join()
        self._client.close()


@pytest.mark.fault
@pytest.mark.parametrize(
    "end", [Served.kill, Served.terminate], ids=["killed at a random moment", "asked to end under load"]
)
def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path, end: Callable[[Served], object]) -> None:
    data = with_province(tmp_path / "data")
    dice = random.Random(20260921)  # noqa: S311 — not a secret
    acknowledged: set[bytes] = set()
    for lot in (1, 250):
        with served(data) as where:
            sending = Sending(where, lot)
            sending.wait_for(dice.randint(5, 40))
            ended = end(where)
            sending.end()
        assert ended in {None, 0}
        acknowledged |= sending.acknowledged
        assert sending.acknowledged
        assert identities(data) >= acknowledged


@pytest.mark.fault
def test_a_client_that_sends_again_after_a_kill_counts_nothing_twice(tmp_path: Path) -> None:
    data = with_province(tmp_path / "data")
    facts = [sent(subject=f"s{number}") for number in range(120)]
    with served(data) as where:
        with where.client() as sender:
            sender.record(facts)
        where.kill()
    with served(data) as where, where.client() as sender:
        outcomes = list(sender.record_all(facts, 50))
        counted = form(where, OPERATOR, outcomes[-1])

    assert len({one.event_id for one in outcomes if isinstance(one, Recorded)}) == 120
    assert counted.total.received_direct == 120


def form(where: Served, caller: Caller, last: Any, unit: str = "") -> report.GetFormII06aResponse:
    """The form of the quarter, once the reports know the last fact."""
    assert isinstance(last, Recorded)
    with FactsClient(ServiceName.INTAKE, where.address, where.token(caller)) as asking:
        while asking.find(last.event_id).visibility != wire.VISIBILITY_VISIBLE:
            assert where.process.poll() is None
    with grpc.insecure_channel(where.address) as channel:
        stub: Any = ReportServiceStub(channel)
        question = report.Question(period="2026Q4", unit=unit, as_of_ms=NOW_MS * 2)
        metadata = (("authorization", f"Bearer {where.token(caller)}"),)
        answer: report.GetFormII06aResponse = stub.GetFormII06a(
            report.GetFormII06aRequest(question=question), metadata=metadata, timeout=60
        )
        return answer


@pytest.mark.fault
def test_reports_count_what_was_sent_for_whoever_may_see_it(tmp_path: Path) -> None:
    with served(with_province(tmp_path / "data")) as where, where.client() as sender:
        (last,) = sender.record([sent()])
        reader = Caller("xã A", Role.READER, frozenset({"H21.65"}))

        assert form(where, reader, last, "H21.65").total.received_direct == 1
        for unit in ("H21.66", ""):
            with pytest.raises(grpc.RpcError) as caught:
                form(where, reader, last, unit)
            error: Any = caught.value
            assert error.code() is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.fault
def test_a_service_of_its_own_records_into_the_log_of_the_directory(tmp_path: Path) -> None:
    data = with_province(tmp_path / "data")
    KeyRing(data / "keys", SystemClock()).make()
    with served(data, "services.intake") as where:
        with where.client() as sender:
            (outcome,) = sender.record([sent()])
        assert where.terminate() == 0

    assert isinstance(outcome, Recorded)
    assert outcome.event_id in identities(data)
