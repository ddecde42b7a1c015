"""The numbered loop: log to store, so that a crash at any point loses nothing and counts nothing twice."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np

from cchc.errors import Corrupt
from cchc.log.port import Log, Prefix, Record
from cchc.store.port import Store
from services.aggregator.columns import Span, span_of
from services.aggregator.parts import insert_in_parts
from services.aggregator.quarantine import Quarantine

SPAN_BYTES = 16_000_000
"""Payload of one span: at 50 to 90 bytes an event some 200,000 to 300,000 rows. Smaller ones cost the store more for
each row, in files to sync and in parts to merge; larger ones only take memory."""

READ_BATCHES = 1_000

_SWITCH_S = 0.000_2
"""How long one thread keeps the interpreter from another."""


class Aggregator:
    """Takes a log into one generation of the store.

    Cost: linear in the events that are new; memory: two spans, whatever the log holds.
    """

    def __init__(self, log: Log, store: Store, *, span_bytes: int = SPAN_BYTES) -> None:
        self._log = log
        self._store = store
        self._quarantine = Quarantine(store)
        self._span_bytes = span_bytes

    def position(self) -> Prefix:
        """The prefix of the log that the store holds."""
        rows = self._store.query("SELECT log_partition, max(next_offset) FROM checkpoint GROUP BY log_partition").rows
        return Prefix({partition: int(end) for partition, end in rows})

    def catch_up(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Take in all that is durable in the log now; returns the number of events taken in.

        ``progress(done, total)`` counts batches. One turn of the loop:

        1. Read the next span of records.          Crash after this: the same records are read again.
        2. Lay them out as columns.                Pure; crash after this: the same.
        3. Insert quarantine, then every table.    Crash in here: inserted again; equal identities count once.
        4. Write the checkpoint.                   Crash after this: resumed past the span.

        While span n is inserted, span n + 1 is read and laid out.

        Raises:
            Corrupt: ``store.ahead_of_log`` when the store holds more than the log: a shorter log, from a backup say,
                was put in place of the one that it was filled from. Others as ``Log.read`` and ``Store.insert``.
        """
        start, head, taken = self.position(), self._log.head(), 0
        if any(end > head.end(partition) for partition, end in start.ends.items()):
            raise _ahead_of_log(start, head)
        total, done = head.size(), start.size()
        with ThreadPoolExecutor(1, "insert") as inserter, _decoding_beside_inserting():
            pending: Future[None] | None = None
            for records in self._spans(start):
                span = span_of(records)
                if pending is not None:
                    pending.result()
                pending = inserter.submit(self._insert, span, records)
                taken += span.events
                done += len(records)
                if progress is not None:
                    progress(done, max(total, done))
            if pending is not None:
                pending.result()
        return taken

    def _spans(self, after: Prefix) -> Iterator[Sequence[Record]]:
        span: list[Record] = []
        size = 0
        for record in self._log.records(after, limit=READ_BATCHES):
            span.append(record)
            size += len(record.payload)
            if size >= self._span_bytes:
                yield span
                span, size = [], 0
        if span:
            yield span

    def _insert(self, span: Span, records: Sequence[Record]) -> None:
        self._quarantine.put(span.quarantined)
        for table, columns in span.tables.items():
            insert_in_parts(self._store, table, columns)
        self._checkpoint(records, span.events)

    def _checkpoint(self, records: Sequence[Record], events: int) -> None:
        ends = Prefix()
        for record in records:
            ends = ends.including(record.position)
        partitions = sorted(ends.ends)
        self._store.insert(
            "checkpoint",
            {
                "log_partition": partitions,
                "next_offset": np.array([ends.end(partition) for partition in partitions], dtype=np.uint64),
                "events": np.full(len(partitions), events, dtype=np.uint64),
            },
        )


def _ahead_of_log(position: Prefix, head: Prefix) -> Corrupt:
    return Corrupt(
        "store.ahead_of_log",
        vi=f"Kho số liệu đã đọc {position.size()} lô, nhật ký chỉ có {head.size()}: nhật ký đã bị thay.",
        en=f"The store has read {position.size()} batches, the log has {head.size()}: it was replaced.",
        next_vi="Nếu nhật ký này đúng là bản cần dùng, chạy `cchc rebuild`; nếu không, đặt lại đúng tệp nhật ký.",
        next_en="If this log is the right one, run `cchc rebuild`; if not, put the right one back.",
    )


@contextmanager
def _decoding_beside_inserting() -> Iterator[None]:
    """Python set for one thread that decodes and one that inserts.

    Protobuf's objects die young and in no cycles; looking for cycles among them costs half of the decoding. And the
    inserting thread needs the interpreter often and briefly: at the usual 5 ms it would wait longer than it works.
    """
    collecting, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(_SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if collecting:
            gc.enable()
