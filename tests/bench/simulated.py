"""The synthetic batches that the big measurements are made of: how fast they are made, and how large they are."""

from __future__ import annotations

import time
from pathlib import Path

from services.simulator.benchmark import bench_batches
from services.simulator.province import BATCH_EVENTS
from tests.bench.filled import EVENTS_A_DOSSIER, UNITS

MOST_EVENTS = 1_000_000


def measure(_: Path, events: int) -> dict[str, float]:
    """Make up to a million events, and keep none.

    Returns:
        ``events_per_s``; ``batch_events``: events of one batch; ``event_bytes``: payload of one event, on average.
    """
    asked = min(events, MOST_EVENTS)
    start = time.perf_counter()
    size = sum(map(len, bench_batches(asked, UNITS, asked // EVENTS_A_DOSSIER)))
    took = time.perf_counter() - start
    return {"events_per_s": asked / took, "batch_events": float(BATCH_EVENTS), "event_bytes": size / asked}
