"""What an older program set aside on servers, read again by the command of the image, which has no embedded store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cchc.clock import SystemClock
from cchc.log.kafka.log import KafkaLog
from cchc.log.port import Prefix, Record
from cchc.store.live import live_store
from cchc.store.server_environment import server_store
from services.aggregator.columns import Quarantined, Span, span_of
from services.aggregator.generations import Generations
from services.aggregator.inserting import SpanInserter
from tests.eventually import eventually
from tests.fault.aggregator.workers import append, by_one_aggregator, facts, some_batches, started, taken_in
from tests.kafka_topics import make_topics, settings_of
from tests.servers import Address

pytestmark = pytest.mark.fault

_ROOT = Path(__file__).resolve().parents[3]
_RUBBISH = b"\xff\xfe rubbish"
_AS_IN_THE_IMAGE = """
import runpy, sys

sys.modules["chdb"] = None
sys.argv = ["cchc", *sys.argv[1:]]
runpy.run_module("services.single", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(params=["server", "cluster"])
def store_environment(request: pytest.FixtureRequest) -> Iterator[Mapping[str, str]]:
    """One that names databases of the test's own, on a server and on a cluster of two shards."""
    on_cluster = request.param == "cluster"
    address: Address = request.getfixturevalue("clickhouse_cluster" if on_cluster else "clickhouse_server")
    named = {
        "CCHC_CLICKHOUSE_HOST": address.host,
        "CCHC_CLICKHOUSE_PORT": str(address.port),
        "CCHC_CLICKHOUSE_PREFIX": f"q{uuid4().hex[:12]}_",
        "CCHC_CLICKHOUSE_CLUSTER": "sharded" if on_cluster else "",
    }
    yield named
    with closing(server_store(named)) as store:
        for name in store.databases():
            store.drop_database(name)


def _cchc(named: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _AS_IN_THE_IMAGE, *arguments],
        cwd=_ROOT,
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _quarantine(named: Mapping[str, str], *arguments: str) -> tuple[list[Any], int | None]:
    said = json.loads(_cchc(named, "quarantine", *arguments, "--format", "json"))
    return said["entries"], said["mended"]


def _set_aside(record: Record, reason: str) -> Quarantined:
    place = record.position
    return Quarantined(place.partition, place.offset, -1, record.recorded_at_ms, reason, "", record.payload)


def test_a_redrive_on_servers_folds_what_can_be_folded_now_while_a_worker_runs(
    store_environment: Mapping[str, str], kafka_server: Address, tmp_path: Path
) -> None:
    kafka = settings_of(kafka_server)
    topics = make_topics(kafka, [2, 1])
    named = {
        **store_environment,
        "CCHC_KAFKA_SERVERS": kafka.address,
        "CCHC_TOPICS": ",".join(topics),
        "CCHC_GROUP": f"g{uuid4().hex}",
    }
    batches = some_batches(60)
    with KafkaLog(kafka, topics, topics[0]) as log, closing(server_store(named)) as store:
        append(log, [*batches[:20], _RUBBISH, *batches[20:40]])
        records = list(log.records(Prefix()))
        newer = {record.position for record in records[::4] if record.payload != _RUBBISH}
        known = [record for record in records if record.position not in newer]
        older = span_of(known)
        aside = [_set_aside(record, "newer_schema") for record in records if record.position in newer]
        span = Span(older.tables, [*older.quarantined, *aside], older.events)
        SpanInserter(Generations(store, SystemClock()).live()).insert(span, records)

        with started(named, tmp_path / "workers.log", 1) as workers:
            entries, mended = _quarantine(named)
            assert (len(entries), mended) == (len(newer) + 1, None)
            append(log, batches[40:])
            (left,), mended = _quarantine(named, "--redrive")
            assert mended == len(newer)
            assert (left["reason"], left["bytes"]) == ("undecodable_batch", len(_RUBBISH))
            eventually(lambda: taken_in(store) == 61, 60, workers.said)
            assert workers.stop() == [0], workers.said()
        assert facts(live_store(store)) == facts(by_one_aggregator(log, store))
        assert _quarantine(named, "--redrive") == ([left], 0)
        _cchc(named, "rebuild")
        assert _quarantine(named) == ([left], None)


def test_a_data_directory_needs_the_embedded_store_and_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _AS_IN_THE_IMAGE, "rebuild", "--data", str(tmp_path)],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "data.no_embedded_store" in done.stderr
    assert list(tmp_path.iterdir()) == []
