"""Durable appends to the SQLite log, beside what the same disk allows: plain appends to a file, each synced."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from cchc.clock import SystemClock
from cchc.log.port import Prefix
from cchc.log.sqlite.log import SqliteLog

EVENTS_PER_BATCH = 500
BATCH_BYTES = 45_000
"""What 500 dossier events take when serialised."""

_BATCHES = 400
_ROUNDS = 5
_THREADS = 8


def measure(directory: Path) -> dict[str, float]:
    """Append and read 400 batches of 500 events, in every way in turn, five times over; the median of each.

    Args:
        directory: empty, on the disk to be measured; it needs about 300 MB.

    Returns:
        ``events_per_s``: one thread, each batch durable before the next.
        ``events_per_s_8_threads``: the same batches sent by eight threads at once.
        ``raw_fdatasync_events_per_s``: the same bytes appended to a plain file with ``fdatasync`` after each batch.
        ``read_events_per_s``: reading all back, seals checked.
    """
    payloads = [random.Random(number).randbytes(BATCH_BYTES) for number in range(_BATCHES)]  # noqa: S311 — not a secret
    taken: dict[str, list[float]] = {
        name: []
        for name in ("events_per_s", "events_per_s_8_threads", "raw_fdatasync_events_per_s", "read_events_per_s")
    }
    with (
        SqliteLog(directory / "one.db", SystemClock()) as one,
        SqliteLog(directory / "eight.db", SystemClock()) as eight,
    ):
        for _ in range(_ROUNDS):
            before = one.head()
            taken["raw_fdatasync_events_per_s"].append(_rate(partial(_append_raw, directory / "raw", payloads)))
            taken["events_per_s"].append(_rate(partial(_append_in_turn, one, payloads)))
            taken["events_per_s_8_threads"].append(_rate(partial(_append_at_once, eight, payloads)))
            taken["read_events_per_s"].append(_rate(partial(_read_all, one, before)))
    return {name: statistics.median(rates) for name, rates in taken.items()}


def _rate(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return _BATCHES * EVENTS_PER_BATCH / (time.perf_counter() - start)


def _append_raw(file: Path, payloads: list[bytes]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for payload in payloads:
            os.write(descriptor, payload)
            os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _append_in_turn(log: SqliteLog, payloads: list[bytes]) -> None:
    for payload in payloads:
        log.append([payload])


def _append_at_once(log: SqliteLog, payloads: list[bytes]) -> None:
    with ThreadPoolExecutor(_THREADS) as pool:
        for share in [pool.submit(_append_in_turn, log, payloads[number::_THREADS]) for number in range(_THREADS)]:
            share.result()


def _read_all(log: SqliteLog, after: Prefix) -> None:
    count = sum(1 for _ in log.records(after))
    if count != _BATCHES:
        raise RuntimeError(f"{count} batches were read, not {_BATCHES}")
