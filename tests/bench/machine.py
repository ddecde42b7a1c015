"""What the measurements ran on: a figure without it says nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from importlib.metadata import version
from pathlib import Path

from tests.bench.filled import CORES

_PACKAGES = ("chdb", "pyarrow", "numpy", "polars", "protobuf")


def machine() -> dict[str, str | int | float]:
    """Processor, cores (all, and those measured on), memory, how busy it is with other things, and versions."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
        "cores_measured_on": CORES,
        "memory_gib": round(pages / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 1),
        "ten_million_additions_s": round(_additions_s(), 2),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in _PACKAGES},
    }


def _additions_s() -> float:
    """How fast Python is here and now: about 0.5 s on a machine of 2023 that has nothing else to do."""
    total, start = 0, time.perf_counter()
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - start


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
