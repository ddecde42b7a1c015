"""A log that lives as long as its process: for tests and for trying things out."""

from __future__ import annotations

import bisect
import heapq
import itertools
import threading
import zlib
from collections.abc import Sequence
from types import MappingProxyType
from typing import Self

from cchc.clock import Clock
from cchc.log import failures
from cchc.log.port import MAX_PAYLOAD_BYTES, Log, Position, Prefix, Receipt, Record


class MemoryLog(Log):
    """A log in memory, with several partitions if asked, chosen by a hash of the key as Kafka does.

    It keeps every promise of the port but one: it does not outlive its process.

    Args:
        clock: says when a batch is recorded.
        partitions: how many, at least 1.
    """

    def __init__(self, clock: Clock, partitions: int = 1) -> None:
        self._clock = clock
        self._partitions: dict[str, list[Record]] = {f"memory-{number}": [] for number in range(partitions)}
        self._names = list(self._partitions)
        self._turn = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def append(self, payloads: Sequence[bytes], *, key: str = "") -> list[Receipt]:
        """See ``Log.append``."""
        for payload in payloads:
            if len(payload) > MAX_PAYLOAD_BYTES:
                raise failures.payload_too_large(len(payload))
        # Not hash(): it differs from process to process.
        name = self._names[zlib.crc32(key.encode()) % len(self._names)]
        with self._turn:
            self._check_open()
            partition = self._partitions[name]
            now_ms = self._clock.now_ms()
            if partition:
                now_ms = max(now_ms, partition[-1].recorded_at_ms)
            records = [
                Record(Position(name, offset), now_ms, payload)
                for offset, payload in enumerate(payloads, len(partition))
            ]
            partition.extend(records)
        return [Receipt(record.position, now_ms) for record in records]

    def read(self, after: Prefix, *, limit: int = 1_000) -> list[Record]:
        """See ``Log.read``. Partitions are merged by time, so that none waits for another to be read out."""
        if limit < 1:
            raise ValueError(f"limit is {limit}, not at least 1")
        with self._turn:
            self._check_open()
            unread = [
                partition[after.end(name) : after.end(name) + limit] for name, partition in self._partitions.items()
            ]
        return list(itertools.islice(heapq.merge(*unread, key=_recorded_at_ms), limit))

    def head(self) -> Prefix:
        """See ``Log.head``."""
        with self._turn:
            self._check_open()
            return _prefix({name: len(partition) for name, partition in self._partitions.items()})

    def prefix_at(self, recorded_at_ms: int) -> Prefix:
        """See ``Log.prefix_at``."""
        with self._turn:
            self._check_open()
            return _prefix(
                {
                    name: bisect.bisect_right(partition, recorded_at_ms, key=_recorded_at_ms)
                    for name, partition in self._partitions.items()
                }
            )

    def close(self) -> None:
        """See ``Log.close``. What it held is gone."""
        with self._turn:
            self._closed = True
            for partition in self._partitions.values():
                partition.clear()

    def _check_open(self) -> None:
        if self._closed:
            raise failures.closed()


def _recorded_at_ms(record: Record) -> int:
    return record.recorded_at_ms


def _prefix(ends: dict[str, int]) -> Prefix:
    return Prefix(MappingProxyType({name: end for name, end in ends.items() if end}))
