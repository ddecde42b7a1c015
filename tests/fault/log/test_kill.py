"""Killed at any moment, the log keeps what it acknowledged."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cchc.clock import SystemClock
from cchc.log.port import Prefix, Record
from cchc.log.sqlite.log import SqliteLog
from tests.fault.killed import said_before_killed
from tests.fault.log.appender import PARTS, payload

ROUNDS = 20
_APPENDER = "tests.fault.log.appender"


def _address(record: Record) -> tuple[int, int, int, int]:
    round_number, thread, call, part, _ = record.payload.split(b" ", 4)
    return int(round_number), int(thread), int(call), int(part)


@pytest.mark.fault
def test_every_acknowledged_batch_survives_being_killed_at_random_moments(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    dice = random.Random(20260915)  # noqa: S311 — not a secret
    acknowledged: dict[int, bytes] = {}
    for round_number in range(ROUNDS):
        said = said_before_killed(_APPENDER, str(file), str(round_number), lines_before_kill=dice.randint(1, 80))
        for thread, call, *offsets in said:
            for part, offset in enumerate(offsets):
                assert offset not in acknowledged
                acknowledged[offset] = payload(round_number, thread, call, part)
        with SqliteLog(file, SystemClock()) as log:
            records = list(log.records(Prefix()))
        by_offset = {record.position.offset: record.payload for record in records}
        assert list(by_offset) == list(range(len(by_offset))), "offsets have gaps"
        assert {offset: by_offset.get(offset) for offset in acknowledged} == acknowledged
        _check_unacknowledged(records)
        times = [record.recorded_at_ms for record in records]
        assert times == sorted(times)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _check_unacknowledged(records: list[Record]) -> None:
    """Also what got no receipt is there as a whole call, next to each other and byte for byte, or not at all."""
    assert len(records) % PARTS == 0
    for start in range(0, len(records), PARTS):
        addresses = [_address(record) for record in records[start : start + PARTS]]
        assert addresses == [(*addresses[0][:3], part) for part in range(PARTS)]
        for record, address in zip(records[start : start + PARTS], addresses, strict=True):
            assert record.payload == payload(*address)
