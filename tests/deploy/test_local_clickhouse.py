"""The local ClickHouse: as it is started, stopped, killed and found again."""

from __future__ import annotations

from pathlib import Path

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import ServerException

from deploy.local.clickhouse import LocalClickHouse, Ports
from deploy.local.process import ServerFailed
from tests.servers import Address, require


def _ask(port: int, sql: str, user: str = "default", password: str = "") -> list[tuple[object, ...]]:
    with Client("127.0.0.1", port, user=user, password=password) as client:
        rows: list[tuple[object, ...]] = client.execute(sql)
        return rows


def test_a_server_has_its_data_after_a_kill_and_its_ports_after_a_start(tmp_path: Path) -> None:
    require("clickhouse")
    with LocalClickHouse(tmp_path, dies_with_parent=True) as server:
        _ask(server.tcp_port, "CREATE TABLE t (x Int64) ENGINE = MergeTree ORDER BY x")
        _ask(server.tcp_port, "INSERT INTO t SELECT number FROM system.numbers LIMIT 10")
        server.kill()
        assert not server.running
        assert not server.answers()
        server.start()
        assert _ask(server.tcp_port, "SELECT count() FROM t") == [(10,)]
    assert not server.running


def test_another_object_on_the_same_directory_stops_what_this_one_started(tmp_path: Path) -> None:
    require("clickhouse")
    server = LocalClickHouse(tmp_path, dies_with_parent=True).start()
    other = LocalClickHouse(tmp_path)
    assert other.ports == server.ports
    assert other.running
    other.stop()
    assert not server.running
    server.stop()


def test_a_further_user_needs_the_password(tmp_path: Path) -> None:
    require("clickhouse")
    with LocalClickHouse(tmp_path, users={"reader": "secret"}, dies_with_parent=True) as server:
        assert _ask(server.tcp_port, "SELECT 1", "reader", "secret") == [(1,)]
        with pytest.raises(ServerException, match="reader"):
            _ask(server.tcp_port, "SELECT 1", "reader", "wrong")


def test_a_second_start_in_a_directory_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    require("clickhouse")
    with LocalClickHouse(tmp_path, dies_with_parent=True) as server:
        with pytest.raises(ServerFailed, match="runs already"):
            LocalClickHouse(tmp_path, ports=Ports.free()).start()
        assert server.running
        assert str(server.tcp_port) in (tmp_path / "config.xml").read_text(encoding="utf-8")


def test_a_port_that_is_taken_is_refused_before_the_start(tmp_path: Path) -> None:
    require("clickhouse")
    with LocalClickHouse(tmp_path / "one", dies_with_parent=True) as server:
        second = LocalClickHouse(tmp_path / "two", ports=server.ports, dies_with_parent=True)
        with pytest.raises(OSError, match=str(server.tcp_port)):
            second.start()
        assert not second.running


def test_the_run_shares_one_server(clickhouse_server: Address) -> None:
    assert _ask(clickhouse_server.port, "SELECT 1") == [(1,)]
