"""Aggregator workers on a real broker and a real ClickHouse: killed, joined, and the broker gone in between."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError

from cchc.log.kafka.group import SESSION_MS
from cchc.log.kafka.log import KafkaLog
from cchc.store.server.clickhouse import ClickHouseStore
from deploy.local.kafka import LocalKafka
from deploy.local.ports import free_ports
from tests.eventually import eventually
from tests.fault.aggregator.workers import (
    append,
    away_and_back,
    by_one_aggregator,
    environment,
    facts,
    some_batches,
    started,
    taken_in,
)
from tests.kafka_topics import make_topics, settings_of
from tests.servers import Address, require

pytestmark = pytest.mark.fault

_BATCHES = 600


def test_workers_that_die_and_a_broker_that_restarts_lose_and_double_nothing(
    store: ClickHouseStore, tmp_path: Path
) -> None:
    require("kafka")
    batches = some_batches(_BATCHES)
    third = _BATCHES // 3
    with LocalKafka(tmp_path / "kafka", dies_with_parent=True) as broker:
        kafka = settings_of(broker.address, timeout_ms=90_000)
        topics = make_topics(kafka, [3, 2])
        with (
            KafkaLog(kafka, topics, topics[0]) as one,
            KafkaLog(kafka, topics, topics[1]) as two,
            started(environment(kafka, topics, store), tmp_path / "workers.log", 2) as workers,
            ThreadPoolExecutor(1) as sender,
        ):
            append(one, batches[:third])
            eventually(lambda: taken_in(store) > 0, 60, workers.said)
            sending = sender.submit(append, two, batches[third : 2 * third])
            workers.kill()
            workers.start()
            sending.result()
            eventually(lambda: taken_in(store) >= third, 60, workers.said)
            sending = sender.submit(append, one, batches[2 * third :])
            broker.kill()
            broker.start()
            sending.result()
            eventually(lambda: taken_in(store) >= one.head().size(), 120, workers.said)
            assert workers.alive(), workers.said()
            assert workers.stop() == [0, 0], workers.said()
            assert one.head().size() >= _BATCHES
            assert facts(store.in_database("cchc_g1")) == facts(by_one_aggregator(one, store))


def test_partitions_are_shared_with_a_worker_that_joins_and_taken_back_at_once_when_it_leaves(
    store: ClickHouseStore, kafka_server: Address, tmp_path: Path
) -> None:
    kafka = settings_of(kafka_server)
    topics = make_topics(kafka, [4])
    batches = some_batches(150)
    named = environment(kafka, topics, store)
    with (
        KafkaLog(kafka, topics, topics[0]) as log,
        closing(KafkaAdminClient(bootstrap_servers=list(kafka.servers))) as admin,
        started(named, tmp_path / "workers.log", 1) as workers,
    ):

        def shares() -> list[int]:
            try:
                groups = admin.describe_groups([named["CCHC_GROUP"]])
            except CoordinatorNotAvailableError:  # the broker's first group of all
                return []
            return [_partitions(member["member_assignment"]) for member in groups[named["CCHC_GROUP"]]["members"]]

        def caught_up() -> bool:
            return taken_in(store) >= log.head().size()

        append(log, batches[:50])
        eventually(lambda: shares() == [4], 60, workers.said)
        eventually(caught_up, 30, workers.said)
        workers.start()
        eventually(lambda: shares() == [2, 2], 60, workers.said)
        append(log, batches[50:100])
        eventually(caught_up, 30, workers.said)
        assert workers.stop(1) == [0], workers.said()
        # It said that it was leaving: nobody has to wait until its session is over.
        eventually(lambda: shares() == [4], SESSION_MS / 2_000, workers.said)
        append(log, batches[100:])
        eventually(caught_up, 30, workers.said)
        assert workers.stop() == [0], workers.said()
        assert facts(store.in_database("cchc_g1")) == facts(by_one_aggregator(log, store))
        lines = [json.loads(line) for line in workers.said().splitlines()]
        told = Counter(line["event"] for line in lines)
        assert (told["started"], told["ended"], told["fills_generation"]) == (2, 2, 2)
        assert told["partitions"] >= 4
        assert [len(line["now"]) for line in lines if line["event"] == "partitions"][-1] == 4


def test_workers_that_run_or_start_wait_for_a_store_that_is_away_and_go_on_when_it_is_back(
    kafka_server: Address, tmp_path: Path
) -> None:
    require("clickhouse")
    kafka = settings_of(kafka_server)
    topics = make_topics(kafka, [2])
    batches = some_batches(90)
    with (
        away_and_back(kafka, topics, tmp_path, "away_") as (server, store, log),
        started(environment(kafka, topics, store), tmp_path / "workers.log", 2) as workers,
    ):
        append(log, batches[:30])
        eventually(lambda: taken_in(store) >= 30, 60, workers.said)
        server.kill()
        append(log, batches[30:60])
        workers.start()
        eventually(lambda: "tried_again" in workers.said(), 60, workers.said)
        assert workers.alive(), workers.said()
        server.start()
        append(log, batches[60:80])
        eventually(lambda: taken_in(store) >= 80, 60, workers.said)
        assert "store_away" in workers.said()
        assert "store_back" in workers.said()
        assert workers.stop(2) == [0, 0], workers.said()
        append(log, batches[80:])
        eventually(lambda: taken_in(store) >= 90, 60, workers.said)
        assert workers.stop() == [0], workers.said()
        assert facts(store.in_database("cchc_g1")) == facts(by_one_aggregator(log, store))


def _partitions(assignment: Mapping[str, Any] | str) -> int:
    """How many partitions a member has; before the first assignment nothing is said of them."""
    if isinstance(assignment, str):
        return 0
    return sum(len(topic["partitions"]) for topic in assignment["assigned_partitions"])


def test_a_worker_shows_how_far_it_is_behind(store: ClickHouseStore, kafka_server: Address, tmp_path: Path) -> None:
    kafka = settings_of(kafka_server)
    topics = make_topics(kafka, [2])
    (port,) = free_ports(1)
    named = {**environment(kafka, topics, store), "CCHC_METRICS_ADDRESS": f"127.0.0.1:{port}"}
    batches = some_batches(20)
    with KafkaLog(kafka, topics, topics[0]) as log, started(named, tmp_path / "workers.log", 1) as workers:
        append(log, batches)
        eventually(lambda: _shown(port).get("cchc_aggregator_events") == 10_000, 60, workers.said)
        shown = _shown(port)
        assert shown["cchc_aggregator_partitions"] == 2
        assert shown["cchc_aggregator_lag_batches"] == 0
        assert shown["cchc_aggregator_freshness_seconds"] == 0
        assert shown["cchc_aggregator_store_away"] == 0
        assert workers.stop() == [0], workers.said()


def _shown(port: int) -> Mapping[str, float]:
    """The page of metrics; nothing where there is none yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
    except OSError:
        return {}
    finally:
        connection.close()
    return {line.split()[0]: float(line.split()[1]) for line in lines if not line.startswith("#")}


def test_a_worker_shows_that_the_store_is_away_and_how_old_what_it_lacks_has_become(
    kafka_server: Address, tmp_path: Path
) -> None:
    require("clickhouse")
    kafka = settings_of(kafka_server)
    topics = make_topics(kafka, [2])
    (port,) = free_ports(1)
    batches = some_batches(30)
    with away_and_back(kafka, topics, tmp_path, "shown_") as (server, store, log):
        named = {**environment(kafka, topics, store), "CCHC_METRICS_ADDRESS": f"127.0.0.1:{port}"}
        with started(named, tmp_path / "workers.log", 1) as workers:
            append(log, batches[:10])
            eventually(lambda: taken_in(store) == 10, 60, workers.said)
            server.kill()
            append(log, batches[10:])
            away = {"store_away": 1.0, "lag_batches": 20.0}
            eventually(lambda: _shown_of(port, away) == away, 60, workers.said)
            # It grows on, though nothing more is read or inserted.
            eventually(lambda: _shown(port)["cchc_aggregator_freshness_seconds"] >= 3, 60, workers.said)
            server.start()
            well = {"store_away": 0.0, "lag_batches": 0.0, "freshness_seconds": 0.0, "events": 15_000.0}
            eventually(lambda: _shown_of(port, well) == well, 60, workers.said)
            assert taken_in(store) == 30
            assert workers.stop() == [0], workers.said()


def _shown_of(port: int, names: Mapping[str, float]) -> Mapping[str, float | None]:
    shown = _shown(port)
    return {name: shown.get(f"cchc_aggregator_{name}") for name in names}
