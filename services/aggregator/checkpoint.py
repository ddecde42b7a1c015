"""The checkpoint: how far a store has taken a log in, and by what it knows that it is still the same log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cchc.log.port import Log, Position, Prefix, Record
from cchc.store.port import Store
from services.aggregator import failures

_FINGERPRINT_BYTES = 16


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A prefix of a log that a store holds.

    Attributes:
        prefix: how far each partition was read.
        last_batches: the fingerprint of each partition's last batch in the prefix.
    """

    prefix: Prefix
    last_batches: Mapping[str, str]

    def check_within(self, head: Prefix) -> None:
        """Make sure that the log, which ends at this head, is as long as the prefix.

        Raises:
            Corrupt: ``store.ahead_of_log``.
        """
        if any(end > head.end(partition) for partition, end in self.prefix.ends.items()):
            raise failures.ahead_of_log(self.prefix, head)

    def check_last_batches(self, log: Log) -> None:
        """Make sure that the prefix is one of this log, as far as its ends tell: reads one batch of each partition.

        Raises:
            Corrupt: ``store.other_log``: another log, or an older copy of this one that has grown in another way since.
                Others as ``Log.read``.
        """
        for partition, expected in self.last_batches.items():
            position = Position(partition, self.prefix.end(partition) - 1)
            record = log.record_at(position)
            if record is None or fingerprint(record) != expected:
                raise failures.other_log(position)


class Checkpoint:
    """The checkpoint of one generation of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def taken_in(self) -> TakenIn:
        """What the store holds."""
        rows = self._store.query(
            "SELECT log_partition, max(next_offset), argMax(last_batch, next_offset) FROM taken_in"
            " GROUP BY log_partition ORDER BY log_partition"
        ).rows
        return TakenIn(
            Prefix(MappingProxyType({partition: int(end) for partition, end, _ in rows})),
            MappingProxyType({partition: last for partition, _, last in rows}),
        )

    def put(self, records: Sequence[Record], events: int) -> None:
        """Say that these records were taken in, and all before them. One insert: it holds as a whole or not at all."""
        last = {record.position.partition: record for record in records}
        partitions = sorted(last)
        self._store.insert(
            "taken_in",
            {
                "log_partition": partitions,
                "next_offset": np.array([last[name].position.offset + 1 for name in partitions], dtype=np.uint64),
                "events": np.full(len(partitions), events, dtype=np.uint64),
                "last_batch": [fingerprint(last[name]) for name in partitions],
            },
        )


def fingerprint(record: Record) -> str:
    """By what a batch is known again, in hexadecimal: BLAKE2b of its payload, its place and when it was recorded."""
    digest = hashlib.blake2b(record.payload, digest_size=_FINGERPRINT_BYTES)
    place = record.position
    digest.update(f"{place.partition}/{place.offset}/{record.recorded_at_ms}".encode())
    return digest.hexdigest()
