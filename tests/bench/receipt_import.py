"""The import of the real log, first and again, beside reading its file with polars."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from cchc.clock import SystemClock
from services.single.data_directory import DataDirectory
from services.single.importing import import_file, open_file
from tests.reference.receipt import SAMPLE


def measure(directory: Path) -> dict[str, float]:
    """Import the log into an empty data directory that is open already, and once more.

    Returns:
        ``first_s`` and ``again_s``: after start-up; ``polars_s``: polars reading the same file; all in seconds.
    """
    with DataDirectory(directory / "data", SystemClock()) as opened:
        first = _seconds(lambda: _import(opened))
        again = _seconds(lambda: _import(opened))
    return {"first_s": first, "again_s": again, "polars_s": _seconds(lambda: pl.read_csv(SAMPLE))}


def _import(opened: DataDirectory) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        code = import_file(
            opened,
            SystemClock(),
            open_file("dossiers", SAMPLE, mapping="receipt", source="one-stop"),
            register_missing=False,
            dry_run=False,
            as_json=True,
        )
    assert code == 0


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
