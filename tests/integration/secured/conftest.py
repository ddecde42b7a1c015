"""A real broker and a real server that speak TLS and ask who comes, one of each for a module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.clickhouse import LocalClickHouse
from deploy.local.clickhouse_tls import ClickHouseTls
from deploy.local.kafka import LocalKafka
from deploy.local.kafka_security import KafkaSecurity
from deploy.local.ports import HOST, free_ports
from tests.servers import require
from tests.tls import Authority

USER, PASSWORD = "cchc", "mat-khau-that"
"""Known to both servers."""


@dataclass(frozen=True, slots=True)
class Authorities:
    """Who signs what the servers show, and somebody else whom they do not know."""

    ours: Authority
    other: Authority


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    folder = tmp_path_factory.mktemp("authorities")
    return Authorities(Authority(folder / "ours"), Authority(folder / "other"))


@pytest.fixture(scope="module")
def broker(authorities: Authorities, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    require("kafka")
    shown = authorities.ours.identity("broker", "localhost", HOST)
    security = KafkaSecurity(shown.both, authorities.ours.certificate, {USER: PASSWORD})
    with LocalKafka(tmp_path_factory.mktemp("kafka"), security=security, dies_with_parent=True) as broker:
        yield broker


@pytest.fixture(scope="module")
def clickhouse(authorities: Authorities, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int, int]]:
    """The authority's certificate, the port with TLS, and the one without."""
    require("clickhouse")
    shown = authorities.ours.identity("clickhouse", "localhost", HOST)
    (port,) = free_ports(1)
    tls = ClickHouseTls(port, shown.certificate, shown.key)
    folder = tmp_path_factory.mktemp("clickhouse")
    with LocalClickHouse(folder, users={USER: PASSWORD}, tls=tls, dies_with_parent=True) as server:
        yield authorities.ours.certificate, port, server.tcp_port
