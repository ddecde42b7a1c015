"""What a worker holds while the store is away: a few spans, however much arrives, and it stays in its group."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from uuid import uuid4

import pytest

from cchc.clock import SystemClock
from cchc.log.batch import decode, encode, events
from cchc.log.kafka.group import KafkaGroup
from services.aggregator.followed import FollowedGeneration
from services.aggregator.generations import Generations
from services.aggregator.standing import Standing
from services.aggregator.worker import Worker
from services.simulator.benchmark import bench_batches
from tests.eventually import eventually
from tests.fault.aggregator.workers import away_and_back, by_one_aggregator, facts, taken_in
from tests.kafka_topics import make_topics, settings_of
from tests.servers import Address, require

pytestmark = pytest.mark.fault

_BATCHES, _A_POLL = 2_400, 500


def _batches() -> Iterator[bytes]:
    """Of ten events each."""
    for whole in islice(bench_batches(_BATCHES * 10, 20, 20_000), _BATCHES // 50):
        said = list(events(decode(whole)))
        yield from (encode(said[first : first + 10]) for first in range(0, len(said), 10))


@contextmanager
def _running(worker: Worker) -> Iterator[None]:
    with ThreadPoolExecutor(1) as runner:
        run = runner.submit(worker.run)
        try:
            yield
        finally:
            worker.stop()
            run.result()


def test_a_worker_holds_a_few_spans_while_the_store_is_away_and_goes_on_with_all_of_it(
    kafka_server: Address, tmp_path: Path
) -> None:
    require("clickhouse")
    kafka = settings_of(kafka_server)
    topics = make_topics(kafka, [2])
    batches = list(_batches())
    span_bytes = 20 * len(batches[0])
    stood: list[Standing] = []
    with (
        away_and_back(kafka, topics, tmp_path, "held_") as (server, store, log),
        KafkaGroup(kafka, topics, f"g{uuid4().hex}") as group,
    ):
        generation = FollowedGeneration(Generations(store, SystemClock()))
        generation.find()
        worker = Worker(group, log, generation, SystemClock(), span_bytes=span_bytes, show=stood.append)
        with _running(worker):
            log.append(batches[:10])
            eventually(lambda: taken_in(store) == 10, 60, lambda: repr(stood))
            server.kill()
            for start in range(10, _BATCHES, 100):
                log.append(batches[start : start + 100], key=str(start))
            before = len(stood)
            # Told once a second, on the thread that would read.
            eventually(lambda: len(stood) > before + 5, 60, lambda: repr(stood))
            assert stood[-1].store_away
            assert stood[-1].partitions == 2
            assert stood[-1].lag_batches == _BATCHES - 10
            held = sum(map(len, worker._under_way)) + len(worker._collected)
            held += len(worker._ready.records) if worker._ready is not None else 0
            assert 0 < held <= 4 * (20 + _A_POLL)
            assert worker._under_way
            server.start()
            eventually(lambda: taken_in(store) == _BATCHES, 120, lambda: repr(stood[-1]))
        assert facts(store.in_database("cchc_g1")) == facts(by_one_aggregator(log, store))
