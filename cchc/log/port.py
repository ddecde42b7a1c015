"""What a log promises."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Position:
    """Where a batch lies: the partition's name and the batch's offset in it, from 0."""

    partition: str
    offset: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an append returns: durable at this position since this time (milliseconds UTC, by the log)."""

    position: Position
    recorded_at_ms: int


@dataclass(frozen=True, slots=True)
class Record:
    """A batch as the log has it. ``payload`` is what was appended, byte for byte.

    ``oversize`` is 0; or the length of something that is over ``MAX_PAYLOAD_BYTES``, which came by another way than
    ``Log.append``: then ``payload`` is only its first ``KEPT_OF_OVERSIZE_BYTES``, and no batch (``decoded``).
    """

    position: Position
    recorded_at_ms: int
    payload: bytes
    oversize: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first ``ends[partition]`` batches of every partition; a partition that is not named counts from 0.

    Two answers over the same prefix of the same log are the same answer.
    """

    ends: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def end(self, partition: str) -> int:
        """Offset of the first batch of the partition that is *not* in the prefix."""
        return self.ends.get(partition, 0)

    def covers(self, position: Position) -> bool:
        """Whether the batch at this position is in the prefix."""
        return position.offset < self.end(position.partition)

    def including(self, position: Position) -> Prefix:
        """The prefix grown so that it covers the position."""
        end = max(self.end(position.partition), position.offset + 1)
        return Prefix(MappingProxyType({**self.ends, position.partition: end}))

    def size(self) -> int:
        """How many batches it holds."""
        return sum(self.ends.values())


class Log(abc.ABC):
    """Append-only batches of facts; the one place that a service writes.

    Every implementation passes ``cchc.testing.log_contract``.

    Promised:
      * ``append`` returns only when all batches of the call are durable. Where it raises, nothing was stored; but where
        it raises ``log.unavailable``, which the log in Kafka does when it got no answer, none, some or all of them may
        be stored, and it is for the sender to send them again.
      * Offsets of one partition are 0, 1, 2 … without gaps; ``read`` yields each partition in offset order.
      * ``recorded_at_ms`` is the log's own and never goes back within a partition, whatever the clock does.
      * What was appended is read back byte for byte, for ever, also after a crash.
      * Calls from several threads are safe.

    Not promised: order between partitions; that a batch is stored once only. A sender that did not get its receipt
    sends again, and the fold takes equal event identities for one fact.

    Every call on a log that is not open raises ``Unavailable`` ``log.closed``. Further errors of the disk are named by
    the adapters; ``cchc.log.failures`` has them all.
    """

    @abc.abstractmethod
    def append(self, payloads: Sequence[bytes], *, key: str = "") -> list[Receipt]:
        """Store the payloads (serialised ``EventBatch``es), in order, under one key; one receipt each.

        ``key`` chooses the partition: batches of one key stay in order. An empty sequence returns an empty list.

        Raises:
            Refused: ``log.payload_too_large`` (over ``MAX_PAYLOAD_BYTES``). Nothing was stored.
            Unavailable: ``log.disk_full``, ``log.locked``: nothing was stored. ``log.unavailable``: not known.
            Corrupt: ``log.corrupt``, ``log.newer_schema``.
        """

    @abc.abstractmethod
    def read(self, after: Prefix, *, limit: int = 1_000) -> list[Record]:
        """At most ``limit`` batches that the prefix does not cover, oldest first in each partition.

        It may return fewer, so as not to fill the memory. Only an empty list means that the prefix covers everything
        that is durable now. Damage is raised when it is the next thing to read: what lies before it comes first.

        Raises:
            ValueError: ``limit`` is under 1.
            Corrupt: ``log.corrupt``.
        """

    @abc.abstractmethod
    def head(self) -> Prefix:
        """The prefix of all that is durable now. It names no partition that is empty."""

    @abc.abstractmethod
    def prefix_at(self, recorded_at_ms: int) -> Prefix:
        """The prefix of all that was recorded at or before this time (milliseconds UTC).

        It grows no more in a partition that holds a batch recorded later; before that, it may.

        Raises:
            Corrupt: ``log.corrupt``.
        """

    @abc.abstractmethod
    def close(self) -> None:
        """Give back what it holds. Closing twice does nothing."""

    def record_at(self, position: Position) -> Record | None:
        """The batch at a position, or None where the log has none there. Errors as ``read``."""
        after = Prefix(MappingProxyType({**self.head().ends, position.partition: position.offset}))
        return next((record for record in self.records(after, limit=1) if record.position == position), None)

    def records(self, after: Prefix, *, limit: int = 1_000) -> Iterator[Record]:
        """Every batch that the prefix does not cover, up to what is durable when it gets there."""
        while records := self.read(after, limit=limit):
            for record in records:
                yield record
                after = after.including(record.position)


MAX_PAYLOAD_BYTES = 8 * 1024 * 1024
"""Largest batch that a log takes. Kafka's own limit is set to this in deploy/."""

KEPT_OF_OVERSIZE_BYTES = 64 * 1024
"""How much is kept of something larger, so that people can see what it was."""
