"""A log of synthetic batches, and a store filled from it, for the measurements of big data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from cchc.clock import FixedClock
from cchc.log.sqlite.log import SqliteLog
from cchc.store.embedded.chdb import ChdbStore
from services.simulator.benchmark import bench_batches

UNITS = 300
EVENTS_A_DOSSIER = 5
RECORDED_AT_MS = 1_893_430_800_000
"""2030-01-01: after everything that the synthetic batches say."""

CORES = 2
APPENDED_AT_ONCE = 200


@contextmanager
def filled_log(directory: Path, events: int) -> Iterator[SqliteLog]:
    """A log of so many events of 300 units, five a dossier."""
    with SqliteLog(directory / "log.sqlite", FixedClock(RECORDED_AT_MS)) as log:
        payloads = bench_batches(events, UNITS, events // EVENTS_A_DOSSIER)
        while several := list(islice(payloads, APPENDED_AT_ONCE)):
            log.append(several)
        yield log


@contextmanager
def empty_store(directory: Path) -> Iterator[ChdbStore]:
    """An embedded store that uses two threads."""
    store = ChdbStore(directory / "store", max_threads=CORES)
    store.open()
    try:
        yield store
    finally:
        store.close()
