"""Reports as a process of their own, on a store that no aggregator has set up yet, and then on one that is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from cchc.api.report.v1 import report_service_pb2 as report
from cchc.api.report.v1.report_service_pb2_grpc import ReportServiceStub
from cchc.clock import SystemClock
from cchc.keys.ring import KeyRing
from cchc.keys.tokens import issue
from cchc.rights import OPERATOR
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from deploy.local.ports import HOST, free_ports
from deploy.local.suite import SuiteProcess
from services.aggregator.generations import Generations
from tests.servers import Address

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
def settings(clickhouse_server: Address) -> Iterator[ClickHouseSettings]:
    settings = ClickHouseSettings(clickhouse_server.host, clickhouse_server.port, prefix=f"r{uuid4().hex[:12]}_")
    yield settings
    with closing(ClickHouseStore(settings).open()) as store:
        for name in store.databases():
            store.drop_database(name)


@pytest.fixture
def address(settings: ClickHouseSettings, tmp_path: Path) -> Iterator[str]:
    KeyRing(tmp_path / "keys", SystemClock()).make()
    environment = {
        "CCHC_CLICKHOUSE_HOST": settings.host,
        "CCHC_CLICKHOUSE_PORT": str(settings.port),
        "CCHC_CLICKHOUSE_PREFIX": settings.prefix,
        "CCHC_KEYS": str(tmp_path / "keys"),
    }
    (port,) = free_ports(1)
    process = SuiteProcess(tmp_path / "report", "services.report", port, environment, dies_with_parent=True)
    process.begin()
    try:
        process.wait()
        yield f"{HOST}:{port}"
    finally:
        process.stop()


def _ask(address: str, folder: Path) -> report.GetFormII06aResponse:
    clock = SystemClock()
    token = issue(KeyRing(folder / "keys", clock), OPERATOR, 1, clock)
    with grpc.insecure_channel(address) as channel:
        stub: Any = ReportServiceStub(channel)
        asked = report.GetFormII06aRequest(question=report.Question(period="2026Q2"))
        answer: report.GetFormII06aResponse = stub.GetFormII06a(
            asked, metadata=(("authorization", f"Bearer {token}"),), timeout=60
        )
        return answer


def _health(address: str) -> int:
    with grpc.insecure_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        status: int = stub.Check(health_pb2.HealthCheckRequest(), timeout=60).status
        return status


def test_reports_wait_for_the_first_aggregator_and_need_no_restart_when_it_has_come(
    address: str, settings: ClickHouseSettings, tmp_path: Path
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        _ask(address, tmp_path)
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert _health(address) == NOT_SERVING

    with closing(ClickHouseStore(settings).open()) as store:
        Generations(store, SystemClock()).live()
    never = threading.Event()
    while _health(address) != SERVING:
        never.wait(0.1)

    assert _ask(address, tmp_path).total.received_total == 0
