"""One measurement at a time, in a process of its own.

Not in ``__main__``: a spawned process cannot import that.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    event_to_answer,
    form,
    grpc_edge,
    kafka_rebuild,
    log_append,
    rebuild,
    receipt_import,
    simulated,
    stack,
)
from tests.bench.filled import CORES

Figures = dict[str, float]


def log_figures(directory: Path, _: int) -> Figures:
    return log_append.measure(directory)


def import_figures(directory: Path, _: int) -> Figures:
    return receipt_import.measure(directory)


MEASUREMENTS: dict[str, Callable[[Path, int], Figures]] = {
    "simulator": simulated.measure,
    "log": log_figures,
    "grpc": grpc_edge.measure,
    "rebuild": rebuild.measure,
    "form": form.measure,
    "import": import_figures,
    "kafka-grpc": grpc_edge.measure_on_kafka,
    "stack": stack.measure,
    "visible": event_to_answer.measure,
    "kafka-rebuild": kafka_rebuild.measure,
}

ON_SERVERS = frozenset({"kafka-grpc", "stack", "visible", "kafka-rebuild"})
"""These start servers of their own: see ``real_servers.why_not``."""


def run(name: str, events: int) -> Figures:
    """One measurement in a fresh process on two cores: memory and the store's one directory are its own."""
    with tempfile.TemporaryDirectory(prefix="cchc-bench-") as directory:
        context = multiprocessing.get_context("spawn")
        with context.Pool(1, initializer=_pin) as pool:
            return pool.apply(MEASUREMENTS[name], (Path(directory), events))


def _pin() -> None:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
