"""A rebuild on a real server while workers fill it, and while another rebuild runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cchc.clock import FixedClock
from cchc.errors import Unavailable
from cchc.log.kafka.log import KafkaLog
from cchc.log.memory import MemoryLog
from cchc.store.live import live_number, live_store
from cchc.store.server.clickhouse import ClickHouseStore
from services.aggregator.consume import Aggregator
from services.aggregator.generations import Generations
from tests.eventually import eventually
from tests.fault.aggregator.workers import (
    append,
    by_one_aggregator,
    environment,
    facts,
    some_batches,
    started,
    taken_in,
)
from tests.kafka_topics import make_topics, settings_of
from tests.servers import Address

pytestmark = pytest.mark.fault

_ROOT = Path(__file__).resolve().parents[3]
_BATCHES = 450


class _SwappingLate(Generations):
    """Something happens when a rebuild has caught up, just before it names its generation live."""

    def __init__(self, store: ClickHouseStore, happens: Callable[[], None]) -> None:
        super().__init__(store, FixedClock(1_800_000_000_000))
        self._happens = happens

    def _name_live(self, number: int) -> None:
        self._happens()
        super()._name_live(number)


def _cchc(named: Mapping[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "services.single", *arguments]
    done = subprocess.run(command, cwd=_ROOT, env={**os.environ, **named}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_workers_change_over_to_what_a_rebuild_made_while_facts_arrive(
    store: ClickHouseStore, kafka_server: Address, tmp_path: Path
) -> None:
    kafka = settings_of(kafka_server)
    topics = make_topics(kafka, [3, 2])
    batches = some_batches(_BATCHES)
    third = _BATCHES // 3
    named = environment(kafka, topics, store)
    with (
        KafkaLog(kafka, topics, topics[0]) as one,
        KafkaLog(kafka, topics, topics[1]) as two,
        started(named, tmp_path / "workers.log", 2) as workers,
        ThreadPoolExecutor(1) as sender,
    ):

        def caught_up() -> bool:
            return taken_in(store) >= one.head().size()

        append(one, batches[:third])
        eventually(caught_up, 60, workers.said)
        for sent in (batches[third : 2 * third], batches[2 * third :]):
            sending = sender.submit(append, two, sent)
            _cchc(named, "rebuild")
            sending.result()
        # Nothing more arrives: a worker that has nothing to insert changes over, too.
        eventually(caught_up, 60, workers.said)
        append(one, batches[:1])
        eventually(caught_up, 60, workers.said)
        assert workers.alive(), workers.said()
        assert live_number(store) == 3
        assert sorted(store.databases()) == ["cchc_g3", "cchc_meta"]
        assert facts(live_store(store)) == facts(by_one_aggregator(one, store))
        assert workers.stop() == [0, 0], workers.said()


def test_what_workers_took_in_between_a_rebuild_s_last_look_and_its_swap_is_not_lost(
    store: ClickHouseStore, kafka_server: Address, tmp_path: Path
) -> None:
    kafka = settings_of(kafka_server)
    topics = make_topics(kafka, [2])
    batches = some_batches(40)
    with (
        KafkaLog(kafka, topics, topics[0]) as log,
        started(environment(kafka, topics, store), tmp_path / "workers.log", 1) as workers,
    ):
        append(log, batches[:20])
        eventually(lambda: taken_in(store) == 20, 60, workers.said)

        def more_arrives() -> None:
            append(log, batches[20:])
            eventually(lambda: taken_in(store) == 40, 60, workers.said)

        generations = _SwappingLate(store, more_arrives)
        assert generations.rebuild(log) == 10_000
        # Nothing that could wake a worker comes any more.
        eventually(lambda: taken_in(store) == 40, 60, workers.said)
        assert live_number(store) == 2
        assert facts(live_store(store)) == facts(by_one_aggregator(log, store))
        assert workers.stop() == [0], workers.said()


def test_of_two_rebuilds_at_a_time_the_later_one_goes_on_and_the_other_leaves_no_trace(store: ClickHouseStore) -> None:
    clock = FixedClock(1_800_000_000_000)
    with MemoryLog(clock) as log:
        for batch in some_batches(20):
            log.append([batch])
        Aggregator(log, Generations(store, clock).live()).catch_up()
        other = Generations(store, clock)

        def rebuild_too(done: int, total: int) -> None:  # noqa: ARG001 — told how far the first one is
            if live_number(store) == 1:
                assert other.rebuild(log) == 10_000

        with pytest.raises(Unavailable, match=r"store\.rebuilt_elsewhere"):
            Generations(store, clock).rebuild(log, rebuild_too)
        assert live_number(store) == 3
        assert store.databases() == ["cchc_g3", "cchc_meta"]
        assert Generations(store, clock).rebuild(log) == 10_000
        assert store.databases() == ["cchc_g4", "cchc_meta"]
