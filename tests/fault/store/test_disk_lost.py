"""A server of a cluster that lost its disk: questions go on, and it gets everything back from its replica."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import stamina

from cchc.calendar.periods import parse_period
from cchc.calendar.vietnam_time import end_of_day_ms
from cchc.clock import FixedClock
from cchc.errors import CchcError, Unavailable
from cchc.log.memory import MemoryLog
from cchc.log.port import Prefix
from cchc.store.cluster.cluster import ClusterStore
from cchc.store.live import live_store
from cchc.store.port import Store
from cchc.store.server.settings import ClickHouseSettings
from deploy.local.clickhouse import LocalClickHouse
from services.aggregator.columns import span_of
from services.aggregator.consume import Aggregator
from services.aggregator.generations import Generations
from services.aggregator.quarantine import Quarantine
from services.report.form_answer import FormAnswers
from services.report.index_answer import IndexAnswers
from services.simulator.filling import fill_log
from services.simulator.plan import Plan
from services.simulator.province import simulate
from tests.servers import require, two_clickhouses

pytestmark = pytest.mark.fault

PLAN = Plan(seed=5, communes=3, departments=1, dossiers=400, first=date(2025, 10, 1), last=date(2026, 3, 31))
LATER_MS = end_of_day_ms(PLAN.last) + 1


@contextmanager
def _cluster(name: str, *hosts: LocalClickHouse) -> Iterator[ClusterStore]:
    address = ",".join(host.address for host in hosts)
    with closing(ClusterStore(ClickHouseSettings(address, cluster=name)).open()) as store:
        yield store


@pytest.fixture(scope="module")
def log() -> Iterator[MemoryLog]:
    """A province's half year, and a batch that cannot be read."""
    clock = FixedClock(0)
    with MemoryLog(clock, partitions=2) as log:
        fill_log(simulate(PLAN), log, clock)
        log.append([b"\xff rubbish"])
        yield log


def _answers(store: Store) -> list[Any]:
    live = live_store(store)
    quarantine = Quarantine(live)
    return [
        FormAnswers(live, quarantine.count).ii06a(parse_period("2026Q1"), LATER_MS).as_json(),
        IndexAnswers(live, quarantine.count).index("qd766", "2026Q1", LATER_MS).as_json(),
        quarantine.entries(),
    ]


def _lose_disk(server: LocalClickHouse, folder: Path) -> None:
    server.kill()
    shutil.rmtree(folder / "data")
    server.start()


def test_a_replica_whose_disk_was_lost_has_everything_back_and_answers_alone(log: MemoryLog, tmp_path: Path) -> None:
    require("clickhouse_cluster")
    clock = FixedClock(LATER_MS)
    with two_clickhouses(tmp_path) as (first, second):
        with _cluster("replicated", first, second) as store:
            Aggregator(log, Generations(store, clock).live()).catch_up()
            answers = _answers(store)
            assert answers[0]["total"]["received_total"] > 10
            # The one that is asked first of all, so that whatever it lacks is noticed.
            _lose_disk(first, tmp_path / "server-0")
            assert _answers(store) == answers
        with _cluster("replicated", first, second) as store:
            assert _answers(store) == answers
            live = Generations(store, clock).live()
            assert store.in_database("cchc_g1").restore() == []
            assert [name for name in store.databases() if "restoring" in name] == []
            second.kill()
            assert _answers(store) == answers
            # It is whole also for whoever comes new while the other one is away.
            Generations(store, clock).live()
            second.start()
            with MemoryLog(clock) as more:
                more.append([b"\xff other rubbish"])
                _when_it_is_back(lambda: Quarantine(live).put(span_of(more.read(Prefix())).quarantined))
            assert len(_answers(store)[2]) == len(answers[2]) + 1


def _when_it_is_back(act: Callable[[], None]) -> None:
    for attempt in stamina.retry_context(on=Unavailable, attempts=None, timeout=60):
        with attempt:
            act()


def test_a_shard_without_a_replica_comes_back_by_a_rebuild(log: MemoryLog, tmp_path: Path) -> None:
    require("clickhouse_cluster")
    clock = FixedClock(LATER_MS)
    with two_clickhouses(tmp_path) as (first, second), _cluster("sharded", first, second) as store:
        Aggregator(log, Generations(store, clock).live()).catch_up()
        answers = _answers(store)
        _lose_disk(second, tmp_path / "server-1")
        with pytest.raises(CchcError):
            _answers(store)
        Generations(store, clock).rebuild(log)
        assert _answers(store) == answers
