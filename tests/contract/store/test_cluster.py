"""The store on a cluster: two servers that replicate, by the same contract; and what only a cluster has."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from cchc.errors import Refused, Unavailable
from cchc.store.cluster.cluster import ClusterStore
from cchc.store.port import Store
from cchc.store.server.settings import ClickHouseSettings
from cchc.testing.store_contract import StoreContract
from tests.servers import Address

NO_SHARDS: dict[str, str] = {}
"""The contract's table has no subject to shard it by."""


def _settings(server: Address, cluster: str, **others: str) -> ClickHouseSettings:
    # A server that is away beside one that is not.
    return ClickHouseSettings(f"127.0.0.1:1,{server}", cluster=cluster, **others)  # type: ignore[arg-type]  # texts all


@pytest.fixture(scope="module")
def replicated(clickhouse_cluster: Address) -> Iterator[ClusterStore]:
    store = ClusterStore(_settings(clickhouse_cluster, "replicated"), NO_SHARDS).open()
    yield store
    store.close()


@pytest.fixture
def sharded(clickhouse_cluster: Address) -> Iterator[Store]:
    by_text = {"fact": "cityHash64(text)"}
    store = ClusterStore(_settings(clickhouse_cluster, "sharded", prefix=f"p{uuid4().hex}_"), by_text).open()
    store.create_database("g1")
    database = store.in_database("g1")
    database.execute("CREATE TABLE IF NOT EXISTS fact (text String, number Int64) ENGINE = MergeTree ORDER BY text")
    yield database
    store.drop_database("g1")
    store.close()


class TestClusterStore(StoreContract):
    def server(self, request: pytest.FixtureRequest) -> Store:
        store: ClusterStore = request.getfixturevalue("replicated")
        return store


def test_a_sharded_table_is_whole_when_asked_as_a_whole_and_complete_by_subject_in_each_part(sharded: Store) -> None:
    texts = [f"text {number % 500}" for number in range(2_000)]
    sharded.insert("fact", {"text": texts, "number": list(range(2_000))})
    assert sharded.query("SELECT count(), uniqExact(text), sum(number) FROM fact").rows == [(2_000, 500, 1_999_000)]
    parts = sharded.query_by_subject("SELECT count(), uniqExact(text), sum(number) FROM fact")
    assert len(parts.rows) == 2
    assert all(count == 4 * different > 400 for count, different, _ in parts.rows)
    assert parts.added(0) == [(2_000, 500, 1_999_000)]


def test_other_tables_are_whole_in_every_part(sharded: Store) -> None:
    sharded.execute("CREATE TABLE IF NOT EXISTS unit (code String) ENGINE = MergeTree ORDER BY code")
    sharded.insert("unit", {"code": ["A", "B"]})
    assert sharded.query_by_subject("SELECT code FROM unit ORDER BY code").rows == [("A",), ("B",), ("A",), ("B",)]
    sharded.execute("DROP TABLE IF EXISTS unit")
    for ask in (sharded.query, sharded.query_by_subject):
        with pytest.raises(Refused, match=r"store\.statement_refused"):
            ask("SELECT code FROM unit")


def test_a_part_can_look_for_a_row_in_the_whole(sharded: Store) -> None:
    sharded.execute("CREATE VIEW IF NOT EXISTS fact_everywhere AS SELECT * FROM fact")
    sharded.insert("fact", {"text": [f"text {number}" for number in range(100)], "number": list(range(100))})
    named = "SELECT count() FROM fact WHERE number + 1 IN (SELECT number FROM fact_everywhere WHERE number != 7)"
    assert sharded.query_by_subject(named).added(0) == [(98,)]


def test_a_set_taken_from_a_sharded_table_is_taken_from_all_of_it(sharded: Store) -> None:
    sharded.insert("fact", {"text": [f"text {number}" for number in range(100)], "number": list(range(100))})
    named = "SELECT count() FROM fact WHERE number + 1 IN (SELECT number FROM fact WHERE number != 7)"
    assert sharded.query(named).scalar() == 98


def test_a_table_that_cannot_be_replicated_is_refused(sharded: Store) -> None:
    with pytest.raises(Refused, match=r"store\.statement_refused.*MergeTree"):
        sharded.execute("CREATE TABLE IF NOT EXISTS seen (number Int64) ENGINE = Memory")


def test_a_cluster_that_the_servers_do_not_know_is_refused(clickhouse_cluster: Address) -> None:
    with pytest.raises(Refused, match=r"store\.cluster_refused.*nowhere"):
        ClusterStore(_settings(clickhouse_cluster, "nowhere")).open()


def test_a_cluster_of_which_no_named_server_answers_is_unavailable() -> None:
    with pytest.raises(Unavailable, match=r"store\.unavailable"):
        ClusterStore(ClickHouseSettings("127.0.0.1:1,127.0.0.1:2", cluster="sharded")).open()


def test_a_cluster_that_was_closed_says_so(clickhouse_cluster: Address) -> None:
    store = ClusterStore(_settings(clickhouse_cluster, "sharded")).open()
    store.close()
    store.close()
    with pytest.raises(Unavailable, match=r"store\.closed"):
        store.query("SELECT 1 AS x")
