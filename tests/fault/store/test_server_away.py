"""A server that goes away in the middle: nothing acknowledged is lost, nothing is stored by halves."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from cchc.errors import Unavailable
from cchc.store.port import Column, Store
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from deploy.local.clickhouse import LocalClickHouse
from tests.fault.store.way import Way
from tests.servers import Address, require

_TABLE = "CREATE TABLE IF NOT EXISTS fact (call Int64, number Int64) ENGINE = MergeTree ORDER BY number"
_ROWS = 50_000


def _rows(call: int = 0) -> dict[str, Column]:
    # Numbers that do not compress: the way breaks by the bytes that went over it.
    return {"call": np.full(_ROWS, call), "number": np.random.default_rng(call).integers(2**63, size=_ROWS)}


@pytest.fixture
def way(clickhouse_server: Address) -> Iterator[Way]:
    with Way(clickhouse_server.host, clickhouse_server.port).open() as way:
        yield way


@pytest.fixture
def store(way: Way) -> Iterator[Store]:
    server = ClickHouseStore(ClickHouseSettings("127.0.0.1", way.port)).open()
    name = f"t{uuid4().hex}"
    server.create_database(name)
    store = server.in_database(name)
    store.execute(_TABLE)
    yield store
    server.drop_database(name)
    server.close()


def test_an_insert_that_breaks_off_before_the_server_has_it_is_stored_once(way: Way, store: Store) -> None:
    way.break_after(100_000, answer_lost=False)
    store.insert("fact", _rows())
    assert way.broken == 1
    assert store.query("SELECT count(), uniqExact(number) FROM fact").rows == [(_ROWS, _ROWS)]


def test_an_insert_whose_answer_is_lost_is_stored_twice_and_whole_both_times(way: Way, store: Store) -> None:
    way.break_after(100_000, answer_lost=True)
    store.insert("fact", _rows())
    assert way.broken == 1
    assert store.query("SELECT count(), uniqExact(number) FROM fact").rows == [(2 * _ROWS, _ROWS)]


def test_a_question_whose_answer_is_lost_is_asked_again(way: Way, store: Store) -> None:
    store.insert("fact", _rows())
    question = "SELECT count() AS x FROM fact WHERE {long:String} != ''"
    way.break_after(10_000, answer_lost=True)
    assert store.query(question, {"long": "x" * 20_000}).scalar() == _ROWS
    assert way.broken == 1


def test_a_statement_whose_answer_is_lost_is_not_run_twice(way: Way, store: Store) -> None:
    way.break_after(10_000, answer_lost=True)
    with pytest.raises(Unavailable, match=r"store\.unavailable"):
        store.execute("INSERT INTO fact SELECT 1, 1 WHERE {long:String} != ''", {"long": "x" * 20_000})
    assert way.broken == 1
    assert store.query("SELECT count() FROM fact").rows == [(1,)]


def test_a_connection_that_breaks_before_the_statement_is_made_anew(way: Way, store: Store) -> None:
    way.break_after(1, answer_lost=False)
    store.insert("fact", _rows())
    assert way.broken == 1
    assert store.query("SELECT count() AS x FROM fact").scalar() == _ROWS


@pytest.mark.fault
def test_every_acknowledged_insert_survives_a_killed_server_and_none_is_partial(tmp_path: Path) -> None:
    require("clickhouse")
    dice = random.Random(20261122)  # noqa: S311 — not a secret
    server = LocalClickHouse(tmp_path / "server", dies_with_parent=True).start()
    store = ClickHouseStore(ClickHouseSettings(server.host, server.tcp_port)).open()
    acknowledged: set[int] = set()
    call = 0
    try:
        store.create_database("g1")
        facts = store.in_database("g1")
        facts.execute(_TABLE)
        for _ in range(4):
            kill_at = call + dice.randint(1, 12)
            while server.running:
                call += 1
                if call == kill_at:
                    killer = threading.Timer(dice.random() * 0.02, server.kill)
                    killer.start()
                with contextlib.suppress(Unavailable):
                    facts.insert("fact", _rows(call))
                    acknowledged.add(call)
            killer.join()
            server.start()
            found = facts.query("SELECT call, count(), uniqExact(number) FROM fact GROUP BY call").rows
            assert acknowledged <= {number for number, _, _ in found}
            assert all(count % _ROWS == 0 and different == _ROWS for _, count, different in found)
    finally:
        store.close()
        server.kill()


def test_a_server_that_is_away_is_unavailable_and_is_found_again(tmp_path: Path) -> None:
    require("clickhouse")
    server = LocalClickHouse(tmp_path / "server", dies_with_parent=True)
    settings = ClickHouseSettings(server.host, server.tcp_port)
    with pytest.raises(Unavailable, match=r"store\.unavailable.*127\.0\.0\.1"):
        ClickHouseStore(settings).open()
    with server:
        store = ClickHouseStore(settings).open()
        assert store.query("SELECT 1 AS x").scalar() == 1
        server.kill()
        with pytest.raises(Unavailable, match=r"store\.unavailable"):
            store.query("SELECT 1 AS x")
        server.start()
        assert store.query("SELECT 1 AS x").scalar() == 1
        store.close()
