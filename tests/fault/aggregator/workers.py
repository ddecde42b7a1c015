"""Workers as real processes, and what they have taken in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from uuid import uuid4

from cchc.clock import SystemClock
from cchc.errors import Refused, Unavailable
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.store.live import live_store
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from deploy.local.clickhouse import LocalClickHouse
from services.aggregator.checkpoint import Checkpoint
from services.aggregator.consume import Aggregator
from services.aggregator.layout import tables
from services.simulator.benchmark import bench_batches

_ROOT = Path(__file__).resolve().parents[3]


class Workers:
    """Processes of ``python -m services.aggregator`` with one environment.

    Args:
        environment: what they are told, beside this process's own.
        output: where they write.
    """

    def __init__(self, environment: Mapping[str, str], output: Path) -> None:
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(_ROOT)}
        self._output = output
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """One more."""
        with self._output.open("ab") as output:
            command = [sys.executable, "-m", "services.aggregator"]
            self._running.append(
                subprocess.Popen(command, cwd=_ROOT, env=self._environment, stdout=output, stderr=output)
            )

    def kill(self) -> None:
        """The oldest that runs, without warning."""
        worker = self._running.pop(0)
        worker.kill()
        worker.wait()

    def stop(self, count: int | None = None) -> list[int]:
        """Ask the oldest so many, or all, to end; returns how they ended."""
        asked = self._running[:count]
        for worker in asked:
            worker.terminate()
        codes = [worker.wait(timeout=60) for worker in asked]
        self._running = self._running[len(asked) :]
        return codes

    def said(self) -> str:
        """What they wrote."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    def alive(self) -> bool:
        """Whether all still run that were neither killed nor stopped."""
        return all(worker.poll() is None for worker in self._running)


@contextmanager
def started(environment: Mapping[str, str], output: Path, count: int) -> Iterator[Workers]:
    """So many workers; none is left afterwards."""
    workers = Workers(environment, output)
    try:
        for _ in range(count):
            workers.start()
        yield workers
    finally:
        while workers._running:
            workers.kill()


def taken_in(store: Store) -> int:
    """How many batches the store says that it holds; 0 where it has no tables yet."""
    try:
        return Checkpoint(live_store(store)).taken_in().prefix.size()
    except (Refused, Unavailable):
        return 0


def facts(store: Store) -> Mapping[str, Sequence[tuple[object, ...]]]:
    """What a generation holds, whatever is repeated in it: per table the number of facts, and sums over them."""
    sums = "uniqExact(id_hi, id_lo), sum(id_lo % 1000003), sum(id_hi % 1000003), sum(recorded_at % 1000003)"
    once = "SELECT DISTINCT id_hi, id_lo, recorded_at FROM {table}"
    return {table: store.query(f"SELECT {sums} FROM ({once.format(table=table)}) AS once").rows for table in tables()}  # noqa: S608 — names of our tables


def some_batches(count: int) -> list[bytes]:
    """So many batches of 500 events."""
    return list(islice(bench_batches(count * 500, 20, 20_000), count))


@contextmanager
def away_and_back(
    kafka: KafkaSettings, topics: list[str], folder: Path, prefix: str
) -> Iterator[tuple[LocalClickHouse, ClickHouseStore, KafkaLog]]:
    """A ClickHouse server that the test may kill and start, its store, and the log of these topics."""
    with LocalClickHouse(folder / "clickhouse", dies_with_parent=True) as server:
        settings = ClickHouseSettings(server.host, server.tcp_port, prefix=prefix)
        with closing(ClickHouseStore(settings).open()) as store, KafkaLog(kafka, topics, topics[0]) as log:
            yield server, store, log


def environment(kafka: KafkaSettings, topics: list[str], store: ClickHouseStore) -> Mapping[str, str]:
    """What a worker of these topics and this store is told."""
    settings = store._connections.settings
    return {
        "CCHC_KAFKA_SERVERS": kafka.address,
        "CCHC_TOPICS": ",".join(topics),
        "CCHC_GROUP": f"g{uuid4().hex}",
        "CCHC_CLICKHOUSE_HOST": settings.host,
        "CCHC_CLICKHOUSE_PORT": str(settings.port),
        "CCHC_CLICKHOUSE_PREFIX": settings.prefix,
    }


def append(log: KafkaLog, batches: list[bytes]) -> None:
    """As senders do: on no answer, the same again."""
    for number, batch in enumerate(batches):
        log.append([batch], key=f"sender {number % 13}")


def by_one_aggregator(log: KafkaLog, store: Store) -> Store:
    """What one aggregator makes of the log, undisturbed."""
    store.create_database("alone")
    alone = store.in_database("alone")
    migrate(alone, SystemClock())
    Aggregator(log, alone).catch_up()
    return alone
