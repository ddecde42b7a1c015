"""The numbered loop: log to store, so that a crash at any point loses nothing and counts nothing twice."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from cchc.log.port import Log, Prefix, Record
from cchc.store.port import Store
from services.aggregator.checkpoint import Checkpoint
from services.aggregator.columns import span_of
from services.aggregator.inserting import SpanInserter

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
        self._checkpoint = Checkpoint(store)
        self._inserter = SpanInserter(store)
        self._span_bytes = span_bytes
        self._same_log = False

    def position(self) -> Prefix:
        """The prefix of the log that the store holds."""
        return self._checkpoint.taken_in().prefix

    def catch_up(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Take in all that is durable in the log now; returns the number of events taken in.

        ``progress(done, total)`` counts batches. One turn of the loop:

        1. Read the next span of records.          Crash after this: the same records are read again.
        2. Lay them out as columns.                Pure; crash after this: the same.
        3. Insert quarantine, then every table.    Crash in here: inserted again; equal identities count once.
        4. Write the checkpoint.                   Crash after this: resumed past the span.

        While span n is inserted, span n + 1 is read and laid out.

        Raises:
            Corrupt: ``store.ahead_of_log``, ``store.other_log`` when the store was not filled from this log: another
                one, from a backup say, was put in its place. The first call compares what was taken in last; a log
                that is open stays the log that it is. Others as ``Log.read`` and ``Store.insert``.
        """
        taken_in, head, taken = self._checkpoint.taken_in(), self._log.head(), 0
        taken_in.check_within(head)
        if not self._same_log:
            taken_in.check_last_batches(self._log)
            self._same_log = True
        start = taken_in.prefix
        total, done = head.size(), start.size()
        with ThreadPoolExecutor(1, "insert") as inserter, decoding_beside_inserting():
            pending: Future[None] | None = None
            for records in self._spans(start, head):
                span = span_of(records)
                if pending is not None:
                    pending.result()
                pending = inserter.submit(self._inserter.insert, span, records)
                taken += span.events
                done += len(records)
                if progress is not None:
                    progress(done, max(total, done))
            if pending is not None:
                pending.result()
        return taken

    def _spans(self, after: Prefix, head: Prefix) -> Iterator[Sequence[Record]]:
        """Up to this head: a log to which others append all the time has no other end."""
        waited_for = {partition for partition, end in head.ends.items() if after.end(partition) < end}
        span: list[Record] = []
        size = 0
        for record in self._log.records(after, limit=READ_BATCHES) if waited_for else ():
            span.append(record)
            size += len(record.payload)
            if record.position.offset + 1 >= head.end(record.position.partition):
                waited_for.discard(record.position.partition)
                if not waited_for:
                    break
            if size >= self._span_bytes:
                yield span
                span, size = [], 0
        if span:
            yield span


@contextmanager
def decoding_beside_inserting() -> Iterator[None]:
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
