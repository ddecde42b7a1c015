"""The store on a real ClickHouse server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import numpy as np
import pytest
from clickhouse_driver import Client

from cchc.dossier.fold import precedence_of
from cchc.errors import Refused, Unavailable
from cchc.store.port import MAX_INSERT_ROWS, Store
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from cchc.testing.store_contract import StoreContract
from tests.servers import Address


@pytest.fixture(scope="module")
def clickhouse(clickhouse_server: Address) -> Iterator[ClickHouseStore]:
    store = ClickHouseStore(_settings(clickhouse_server)).open()
    yield store
    store.close()


def _settings(server: Address, **others: object) -> ClickHouseSettings:
    return ClickHouseSettings(server.host, server.port, **others)  # type: ignore[arg-type]  # by the caller's names


class TestClickHouseStore(StoreContract):
    def server(self, request: pytest.FixtureRequest) -> Store:
        store: ClickHouseStore = request.getfixturevalue("clickhouse")
        return store


def test_a_store_that_was_not_opened_or_was_closed_says_so(clickhouse_server: Address) -> None:
    store = ClickHouseStore(_settings(clickhouse_server))
    with pytest.raises(Unavailable, match=r"store\.closed"):
        store.query("SELECT 1 AS x")
    store.open().open()
    store.close()
    store.close()
    with pytest.raises(Unavailable, match=r"store\.closed"):
        store.query("SELECT 1 AS x")


@pytest.mark.parametrize("login", [{"user": "nobody"}, {"password": "wrong"}])
def test_a_user_that_the_server_does_not_know_is_refused(clickhouse_server: Address, login: dict[str, object]) -> None:
    with pytest.raises(Refused, match=r"store\.login_refused"):
        ClickHouseStore(_settings(clickhouse_server, **login)).open()


def test_a_password_is_not_shown(clickhouse_server: Address) -> None:
    assert "tèo" not in repr(_settings(clickhouse_server, password="tèo"))  # noqa: S106 — nobody's


def test_a_server_that_was_expected_to_speak_tls_and_does_not_is_refused(clickhouse_server: Address) -> None:
    with pytest.raises(Refused, match=r"store\.tls_failed.*SSL"):
        ClickHouseStore(_settings(clickhouse_server, secure=True)).open()


def test_a_statement_over_its_memory_is_unavailable_and_the_store_goes_on(clickhouse_server: Address) -> None:
    small = ClickHouseStore(_settings(clickhouse_server, max_memory_bytes=60_000_000, max_threads=2)).open()
    with pytest.raises(Unavailable, match=r"store\.memory_limit"):
        small.query("SELECT length(groupArray(number)) AS x FROM numbers(20000000)")
    grouped = "SELECT count() AS x FROM (SELECT number, count() AS n FROM numbers(3000000) GROUP BY number)"
    assert small.query(grouped).scalar() == 3_000_000
    small.close()


def test_a_short_call_does_not_wait_for_a_long_one(clickhouse: ClickHouseStore) -> None:
    started, order = threading.Event(), []

    def long_call() -> None:
        started.set()
        clickhouse.query("SELECT sum(sleepEachRow(0.05)) = 0 AS x FROM numbers(40)")
        order.append("long")

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(long_call)
        assert started.wait(10)
        clickhouse.query("SELECT 1 AS x")
        order.append("short")
        running.result()
    assert order == ["short", "long"]


def test_stores_with_different_prefixes_on_one_server_do_not_see_each_other(clickhouse_server: Address) -> None:
    ours, theirs = (ClickHouseStore(_settings(clickhouse_server, prefix=f"p{uuid4().hex}_")).open() for _ in "ab")
    for store, number in ((ours, 1), (theirs, 2)):
        store.create_database("g1")
        database = store.in_database("g1")
        database.execute("CREATE TABLE fact (number Int64) ENGINE = MergeTree ORDER BY number")
        database.insert("fact", {"number": [number]})
    assert ours.databases() == ["g1"]
    assert ours.in_database("g1").query("SELECT number FROM fact").rows == [(1,)]
    ours.drop_database("g1")
    assert (ours.databases(), theirs.databases()) == ([], ["g1"])
    theirs.drop_database("g1")
    ours.close()
    theirs.close()


def test_thousands_of_texts_are_bound_at_once(clickhouse: ClickHouseStore) -> None:
    texts = [f"H01.02-{number:020d}" for number in range(40_000)]
    sql = "SELECT count() AS x FROM (SELECT arrayJoin({texts:Array(String)}) AS text) WHERE text != ''"
    assert clickhouse.query(sql, {"texts": texts}).scalar() == 40_000


def test_precedence_beyond_sixty_four_bits_is_exact(clickhouse: ClickHouseStore, clickhouse_server: Address) -> None:
    name = f"t{uuid4().hex}"
    clickhouse.create_database(name)
    store = clickhouse.in_database(name)
    store.execute("CREATE TABLE wide (at Int64, id UInt64) ENGINE = MergeTree ORDER BY at")
    edges = [(-(2**43), 2**64 - 1), (0, 0), (1, 2**64 - 1), (2**43, 1)]
    store.insert("wide", {"at": [at for at, _ in edges], "id": np.array([id_ for _, id_ in edges], dtype=np.uint64)})
    # By the driver itself: the port carries no decimals, and 18.16 cannot write such numbers as text.
    with Client(clickhouse_server.host, clickhouse_server.port, database=name) as client:
        asked = f"SELECT {precedence_of('at', 'id')} AS precedence FROM wide ORDER BY precedence"  # noqa: S608 — ours
        found = client.execute(asked)
    assert [int(number) for (number,) in found] == [at * 2**64 + id_ for at, id_ in edges]
    clickhouse.drop_database(name)


def test_the_largest_insert_of_long_texts_is_one_part(clickhouse: ClickHouseStore) -> None:
    name = f"t{uuid4().hex}"
    clickhouse.create_database(name)
    store = clickhouse.in_database(name)
    store.execute("CREATE TABLE fact (text String) ENGINE = MergeTree ORDER BY text")
    store.insert("fact", {"text": [f"{'ệ' * 100}{number}" for number in range(MAX_INSERT_ROWS)]})
    parts = "SELECT count() FROM system.parts WHERE database = currentDatabase() AND active"
    assert store.query(parts).scalar() == 1
    clickhouse.drop_database(name)
