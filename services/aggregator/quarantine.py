"""What could not be folded: kept with position, reason and bytes, counted in every answer, read again after a mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cchc.log.port import Log, Position
from cchc.log.times import EVER_MS
from cchc.store.port import Store
from cchc.store.quarantined import STANDING, standing_count
from services.aggregator import failures
from services.aggregator.columns import Quarantined, span_of
from services.aggregator.parts import insert_in_parts


@dataclass(frozen=True, slots=True)
class Entry:
    """A row (-1: a whole batch) that stands in quarantine. ``size`` is how many bytes are kept of it."""

    position: Position
    row: int
    reason: str
    detail: str
    size: int


class Quarantine:
    """The quarantine of one generation of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, quarantined: Sequence[Quarantined], attempt: int = 0) -> None:
        """Set rows aside. Doing it again with the same rows changes nothing that is counted."""
        if not quarantined:
            return
        insert_in_parts(
            self._store,
            "quarantine",
            {
                "log_partition": [q.partition for q in quarantined],
                "log_offset": np.array([q.offset for q in quarantined], dtype=np.uint64),
                "log_row": np.array([q.row for q in quarantined], dtype=np.int64),
                "recorded_at": np.array([q.recorded_at_ms for q in quarantined], dtype=np.int64),
                "reason": [q.reason for q in quarantined],
                "detail": [q.detail for q in quarantined],
                "event_hex": [q.content.hex() for q in quarantined],
                "attempt": np.full(len(quarantined), attempt, dtype=np.uint32),
            },
        )

    def entries(self, as_of_ms: int = EVER_MS) -> list[Entry]:
        """What stands in quarantine now, of the facts recorded up to ``as_of_ms``, in log order, without its bytes."""
        return [
            Entry(Position(partition, offset), row, reason, detail, size)
            for partition, offset, row, reason, detail, size in self._store.query(STANDING, {"as_of": as_of_ms}).rows
        ]

    def count(self, as_of_ms: int = EVER_MS) -> int:
        """How many rows and whole batches stand in quarantine."""
        return standing_count(self._store, as_of_ms)

    def redrive(self, log: Log) -> int:
        """Read every quarantined batch again and fold what can be folded now; returns how many entries were mended.

        1. Insert what can be folded.      Crash after this: it is inserted again, and counts once.
        2. Set the rest aside anew.        Crash after this: the old entries still stand.
        3. Mark the batch as driven again. From here on only the new entries stand.

        Raises:
            Corrupt: ``store.other_log`` when the log does not have such a batch. Others as ``Log.read`` and
                ``Store.insert``.
        """
        before = self.entries()
        for position in sorted({entry.position for entry in before}, key=lambda p: (p.partition, p.offset)):
            record = log.record_at(position)
            if record is None:
                raise failures.other_log(position)
            attempt = self._attempts(position) + 1
            span = span_of([record])
            for table, columns in span.tables.items():
                insert_in_parts(self._store, table, columns)
            self.put(span.quarantined, attempt)
            self._store.insert(
                "redrive",
                {
                    "log_partition": [position.partition],
                    "log_offset": np.array([position.offset], dtype=np.uint64),
                    "attempt": np.array([attempt], dtype=np.uint32),
                },
            )
        return len(before) - self.count()

    def _attempts(self, position: Position) -> int:
        # Those of an attempt that was cut short count too: its entries must not stand for the next one.
        there = "WHERE log_partition = {partition:String} AND log_offset = {offset:UInt64}"
        sql = f"""
            SELECT max(attempt) FROM (
                SELECT attempt FROM redrive {there} UNION ALL SELECT attempt FROM quarantine {there}
            )"""  # noqa: S608 — constants of this module; values are bound
        return int(self._store.query(sql, {"partition": position.partition, "offset": position.offset}).scalar())
