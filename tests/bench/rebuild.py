"""A rebuild from the log, beside its stages alone: reading, laying out as columns, and the bare insert of them."""

from __future__ import annotations

import resource
import statistics
import time
from pathlib import Path

from cchc.clock import SystemClock
from cchc.log.port import Prefix
from services.aggregator.columns import span_of
from services.aggregator.consume import READ_BATCHES
from services.aggregator.generations import Generations
from tests.bench.filled import empty_store, filled_log

ROUNDS = 3

STAGE_BATCHES = 400
"""The stages are measured on so many batches: two hundred thousand events."""


def measure(directory: Path, events: int) -> dict[str, float]:
    """Rebuild a log of so many events three times; the first time the process also loads its libraries.

    Returns:
        ``events_per_s``, the median, also as ``…_least`` and ``…_most``; ``cpu_s_per_million``: processor time of a
        million events, the least, which hardly grows when the machine has other things to do; ``peak_mib``: the
        process's largest resident memory, in MiB, filling the log too; ``read_events_per_s``,
        ``columns_events_per_s``, ``insert_events_per_s``: the stages alone.
    """
    with filled_log(directory, events) as log, empty_store(directory) as store:
        generations = Generations(store, SystemClock())
        generations.live()
        rates, cpu_each = [], []
        for _ in range(ROUNDS):
            start, cpu_start = time.perf_counter(), time.process_time()
            rebuilt = generations.rebuild(log)
            rates.append(rebuilt / (time.perf_counter() - start))
            cpu_each.append((time.process_time() - cpu_start) / rebuilt)
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        start = time.perf_counter()
        records = []
        for record in log.records(Prefix(), limit=READ_BATCHES):
            records.append(record)
            if len(records) == STAGE_BATCHES:
                break
        read = time.perf_counter() - start
        start = time.perf_counter()
        span = span_of(records)
        laid_out = time.perf_counter() - start
        live = generations.live()
        start = time.perf_counter()
        for table, columns in span.tables.items():
            live.insert(table, columns)
        inserted = time.perf_counter() - start
    return {
        "events": float(rebuilt),
        "events_per_s": statistics.median(rates),
        "events_per_s_least": min(rates),
        "events_per_s_most": max(rates),
        "cpu_s_per_million": min(cpu_each) * 1e6,
        "peak_mib": peak_mib,
        "read_events_per_s": span.events / read,
        "columns_events_per_s": span.events / laid_out,
        "insert_events_per_s": span.events / inserted,
    }
