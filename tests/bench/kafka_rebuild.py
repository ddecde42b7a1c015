"""A rebuild from Kafka into a ClickHouse server, and the memory that it takes."""

from __future__ import annotations

import resource
import time
from contextlib import closing
from pathlib import Path

from cchc.clock import SystemClock
from cchc.log.kafka.log import KafkaLog
from cchc.store.server.clickhouse import ClickHouseStore
from services.aggregator.generations import Generations
from services.simulator.benchmark import bench_batches
from tests.bench.filled import EVENTS_A_DOSSIER, UNITS
from tests.bench.real_servers import fill_topic, real_servers

_TOPIC = "events"


def measure(directory: Path, events: int) -> dict[str, float]:
    """Rebuild a topic of so many events.

    Returns:
        ``events_per_s``; ``cpu_s_per_million``: processor time of this process for a million events; ``peak_mib``: its
        largest resident memory, in MiB, filling the topic too.
    """
    with real_servers(directory) as servers:
        fill_topic(servers.kafka, _TOPIC, bench_batches(events, UNITS, events // EVENTS_A_DOSSIER))
        with KafkaLog(servers.kafka, [_TOPIC]) as log, closing(ClickHouseStore(servers.clickhouse).open()) as store:
            generations = Generations(store, SystemClock())
            generations.live()
            start, cpu_start = time.perf_counter(), time.process_time()
            rebuilt = generations.rebuild(log)
            took, cpu = time.perf_counter() - start, time.process_time() - cpu_start
            ((kept,),) = generations.live().query("SELECT count() FROM fact").rows
    if kept != events:
        raise RuntimeError(f"{kept:,} rows, not {events:,}")
    return {
        "events": float(rebuilt),
        "events_per_s": rebuilt / took,
        "cpu_s_per_million": cpu / rebuilt * 1e6,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
