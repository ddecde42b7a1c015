"""From Kafka into ClickHouse: a worker beside the bare insert and beside ClickHouse's own Kafka engine."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from clickhouse_driver import Client

from cchc.clock import SystemClock
from cchc.log.batch import decode, encode, events
from cchc.log.kafka.log import KafkaLog
from cchc.log.port import Prefix, Record
from cchc.store.server.clickhouse import ClickHouseStore
from services.aggregator.columns import Span, span_of
from services.aggregator.consume import READ_BATCHES, SPAN_BYTES
from services.aggregator.generations import Generations
from services.simulator.benchmark import bench_batches
from tests.bench.engine import start_engine, stop_engine
from tests.bench.filled import EVENTS_A_DOSSIER, UNITS
from tests.bench.one_worker import Job
from tests.bench.real_servers import Servers, fill_topic, real_servers
from tests.bench.table_rows import client, driver_arrays, insert_bare, tab_separated

ROUNDS = 3
MOST_EVENTS = 2_000_000
"""Of the batched topic: three rounds of it take a minute."""

SINGLE_SHARE = 10
"""One event in so many is sent in a record of its own, too."""

ROWS_A_RECORD = 500
FACT = "cchc_g1"
"""The first generation of a store."""

_ROOT = Path(__file__).parents[2]
_LOOK_AGAIN_S = 0.02
_WITHIN_S = 600.0
_BATCHED, _SINGLE, _TEXT = "batched", "single", "text"


def measure(directory: Path, events_asked: int) -> dict[str, float]:
    """Bring up to two million events into the table ``fact``, by each of the ways in turn, three times over.

    All of them begin with an empty table and end when all rows are visible. The clock of a worker and of the engine
    begins before they join their group; that of two workers when both have joined, for sharing out takes a second.

    Returns:
        ``…_events_per_s``, the median, of ``worker``, ``bare`` (the driver, columns ready), ``engine``; of
        ``two_workers`` and ``single`` (an event a record), once. ``to_bare`` and ``to_engine``: the worker's rate to
        theirs, of each round, the median. ``…_least``, ``…_most`` of the three rounds. ``fetch_s``, ``decode_s``,
        ``columns_s``, ``insert_s``, ``whole_s``: of a million events, one stage after the other in one thread.
        ``batched_event_bytes``, ``text_event_bytes``, ``single_event_bytes``: payload.
    """
    asked = min(events_asked, MOST_EVENTS)
    single = asked // SINGLE_SHARE
    with real_servers(directory) as servers:
        bench = _Bench(servers, asked)
        sizes = {
            "batched_event_bytes": fill_topic(servers.kafka, _BATCHED, _batches(asked)) / asked,
            "text_event_bytes": fill_topic(servers.kafka, _TEXT, bench.text()) / asked,
            "single_event_bytes": fill_topic(servers.kafka, _SINGLE, _one_by_one(single)) / single,
        }
        rates: dict[str, list[float]] = defaultdict(list)
        for _ in range(ROUNDS):
            bare, worker, engine = bench.bare(), bench.workers(_BATCHED, asked, 1), bench.engine()
            for name, rate in (
                ("bare_events_per_s", bare),
                ("worker_events_per_s", worker),
                ("engine_events_per_s", engine),
                ("to_bare", worker / bare),
                ("to_engine", worker / engine),
            ):
                rates[name].append(rate)
        stages = bench.stages()
        return {
            "events": float(asked),
            **{name: statistics.median(measured) for name, measured in rates.items()},
            **{f"{name}_least": min(measured) for name, measured in rates.items()},
            **{f"{name}_most": max(measured) for name, measured in rates.items()},
            "two_workers_events_per_s": bench.workers(_BATCHED, asked, 2),
            "single_events_per_s": bench.workers(_SINGLE, single, 1),
            **{f"{stage}_s": seconds / asked * 1e6 for stage, seconds in stages.items()},
            **sizes,
        }


def _batches(asked: int) -> Iterator[bytes]:
    return bench_batches(asked, UNITS, asked // EVENTS_A_DOSSIER)


def _one_by_one(asked: int) -> Iterator[bytes]:
    for batch in _batches(asked):
        for event in events(decode(batch)):
            yield encode([event])


class _Bench:
    """The ways from Kafka into the table.

    Args:
        servers: both of them.
        asked: events of the batched topic.
    """

    def __init__(self, servers: Servers, asked: int) -> None:
        self._servers = servers
        self._asked = asked
        self._runs = 0

    def text(self) -> Iterator[bytes]:
        """The rows of the batched topic as text, 500 lines each."""
        for span in self._spans():
            yield from tab_separated(span.tables["fact"], ROWS_A_RECORD)

    def bare(self) -> float:
        """Rows a second of the driver alone, in the cuts of the worker's spans."""
        ready = [(list(span.tables["fact"]), driver_arrays(span.tables["fact"])) for span in self._spans()]
        with self._empty() as into:
            start = time.perf_counter()
            for names, arrays in ready:
                insert_bare(into, names, arrays)
            return self._rate(into, self._asked, start)

    def engine(self) -> float:
        """Rows a second of the Kafka engine."""
        names = list(next(self._spans()).tables["fact"])
        with self._empty() as into:
            start = time.perf_counter()
            start_engine(into, self._servers.kafka, _TEXT, self._group(), names)
            rate = self._rate(into, self._asked, start)
            stop_engine(into)
            return rate

    def workers(self, topic: str, expected: int, count: int) -> float:
        """Events a second of so many workers."""
        with self._empty() as into, ExitStack() as running:
            group = self._group()
            processes = [running.enter_context(self._worker(topic, group)) for _ in range(count)]
            start = time.perf_counter()
            for process in processes:
                _tell(process)
            rate = self._rate(into, expected, start)
            for process in processes:
                _tell(process)
            return rate

    def stages(self) -> dict[str, float]:
        """Seconds of each stage, one after the other."""
        with self._empty(), self._worker(_BATCHED, self._group(), stages=True) as process:
            _tell(process)
            assert process.stdout is not None
            taken: dict[str, float] = json.loads(process.stdout.readline())
            return taken

    def _spans(self) -> Iterator[Span]:
        records: list[Record] = []
        size = 0
        with KafkaLog(self._servers.kafka, [_BATCHED]) as log:
            for record in log.records(Prefix(), limit=READ_BATCHES):
                records.append(record)
                size += len(record.payload)
                if size >= SPAN_BYTES:
                    yield span_of(records)
                    records, size = [], 0
        if records:
            yield span_of(records)

    def _group(self) -> str:
        self._runs += 1
        return f"bench-{self._runs}"

    @contextmanager
    def _empty(self) -> Iterator[Client]:
        """An empty generation of the store, and a client that works in it."""
        with closing(ClickHouseStore(self._servers.clickhouse).open()) as server:
            for name in server.databases():
                server.drop_database(name)
            Generations(server, SystemClock()).live()
            into = client(self._servers.clickhouse, FACT)
            try:
                yield into
            finally:
                into.disconnect()

    @contextmanager
    def _worker(self, topic: str, group: str, *, stages: bool = False) -> Iterator[subprocess.Popen[str]]:
        """A worker that has joined its group and waits to be told."""
        clickhouse = self._servers.clickhouse
        job = Job(
            self._servers.kafka.address,
            clickhouse.host,
            clickhouse.port or 9000,
            clickhouse.prefix,
            topic,
            group,
            stages=stages,
        )
        command = [sys.executable, "-m", "tests.bench.one_worker", job.argument()]
        with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                process.stdout.readline()
                yield process
            finally:
                process.terminate()

    def _rate(self, into: Client, expected: int, start: float) -> float:
        """Rows a second until all of them are visible."""
        deadline = start + _WITHIN_S
        while (rows := _visible(into)) < expected:
            if time.perf_counter() > deadline:
                raise TimeoutError(f"{rows:,} of {expected:,} rows after {_WITHIN_S:.0f} s")
            time.sleep(_LOOK_AGAIN_S)
        took = time.perf_counter() - start
        ((rows,),) = into.execute("SELECT count() FROM fact")
        if rows != expected:
            raise RuntimeError(f"{rows:,} rows, not {expected:,}")
        return expected / took


def _visible(into: Client) -> int:
    ((rows,),) = into.execute(
        "SELECT sum(rows) FROM system.parts WHERE active AND database = currentDatabase() AND table = 'fact'"
    )
    return int(rows)


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
