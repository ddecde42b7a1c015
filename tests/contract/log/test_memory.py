"""The log in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from cchc.clock import Clock, FixedClock
from cchc.log.memory import MemoryLog
from cchc.log.port import Prefix
from cchc.testing.log_contract import LogContract


class TestMemoryLog(LogContract):
    def make(self, directory: Path, clock: Clock) -> MemoryLog:  # noqa: ARG002 — it keeps nothing there
        return MemoryLog(clock)


class TestMemoryLogWithSeveralPartitions(LogContract):
    def make(self, directory: Path, clock: Clock) -> MemoryLog:  # noqa: ARG002 — it keeps nothing there
        return MemoryLog(clock, partitions=4)


def test_keys_spread_over_the_partitions_and_one_key_stays_in_one() -> None:
    with MemoryLog(FixedClock(0), partitions=4) as log:
        of_key = {f"key {n}": {log.append([b"x"], key=f"key {n}")[0].position.partition} for n in range(50)}
        for key, partitions in of_key.items():
            partitions.add(log.append([b"y"], key=key)[0].position.partition)
        assert all(len(partitions) == 1 for partitions in of_key.values())
        assert len(log.head().ends) == 4


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_no_partition_waits_for_another_to_be_read_out(limit: int) -> None:
    clock = FixedClock(0)
    with MemoryLog(clock, partitions=4) as log:
        for n in range(40):
            clock.put(n)
            log.append([b"x"], key=f"key {n}")
        assert [record.recorded_at_ms for record in log.records(Prefix(), limit=limit)] == list(range(40))
