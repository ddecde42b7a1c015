"""Reading partitions of Kafka from any prefix on: one consumer without a group, moved only where it has to be."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from time import monotonic
from types import MappingProxyType

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.serializer import Deserializer

from cchc.log import failures
from cchc.log.append_times import Stamped, latest_before
from cchc.log.kafka.clients import connected
from cchc.log.kafka.errors import explained
from cchc.log.kafka.polling import poll, seek
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.port import KEPT_OF_OVERSIZE_BYTES, MAX_PAYLOAD_BYTES, Position, Prefix, Record


class _Kept(Deserializer):  # type: ignore[misc]  # the library has no types
    """Lets go of what is over the limit as soon as it is unpacked, so that never two of that kind are in memory."""

    def deserialize(self, topic: str, headers: object, data: bytes | None) -> bytes | None:  # noqa: ARG002 — as it is called
        """What is kept of a key or a value."""
        return data[:KEPT_OF_OVERSIZE_BYTES] if data is not None and len(data) > MAX_PAYLOAD_BYTES else data


FETCHING: MappingProxyType[str, object] = MappingProxyType(
    {
        "enable_auto_commit": False,
        # Where to go when the log does not have what it had is nothing to be chosen silently.
        "auto_offset_reset": "none",
        "check_crcs": True,
        # A small record may unpack to any size, and Kafka's own limits are on what is packed.
        "key_deserializer": _Kept(),
        "value_deserializer": _Kept(),
        "max_partition_fetch_bytes": 4 * 1024 * 1024,
        "fetch_max_bytes": 32 * 1024 * 1024,
        # A consumer that is moved waits this long for the answer that it no longer wants.
        "fetch_max_wait_ms": 100,
        "metrics_enabled": False,
    }
)
"""How every consumer of the log fetches."""

_READ_BYTES = 8 * MAX_PAYLOAD_BYTES
_STEP_BATCHES = 64


def partition_name(partition: TopicPartition) -> str:
    """How a partition is called in a ``Position``: ``topic/number``."""
    return f"{partition.topic}/{partition.partition}"


class AppendTimes:
    """``recorded_at`` of batches as they are read in order, partition by partition: it never goes back.

    Args:
        consumer: is asked for the batches of a time.
        timeout_ms: how long it may take.
    """

    def __init__(self, consumer: KafkaConsumer, timeout_ms: int) -> None:
        self._consumer = consumer
        self._timeout_ms = timeout_ms
        self._latest: dict[TopicPartition, Stamped] = {}

    def records(self, partition: TopicPartition, read: Iterable[ConsumerRecord]) -> list[Record]:
        """Batches of one partition, in order and without gaps, with the time at which each counts as recorded."""
        return [
            Record(
                Position(partition_name(partition), one.offset),
                self._recorded_at_ms(partition, one.offset, one.timestamp),
                one.value or b"",
                one.serialized_value_size if one.serialized_value_size > MAX_PAYLOAD_BYTES else 0,
            )
            for one in read
        ]

    def _recorded_at_ms(self, partition: TopicPartition, offset: int, stamped_ms: int) -> int:
        latest = self._latest.get(partition)
        if offset == 0:
            time_ms = stamped_ms
        elif latest is not None and latest.offset == offset - 1:
            time_ms = max(latest.time_ms, stamped_ms)
        else:
            time_ms = latest_before(lambda since_ms: self._first_at(partition, since_ms), offset, stamped_ms)
        self._latest[partition] = Stamped(offset, time_ms)
        return time_ms

    def _first_at(self, partition: TopicPartition, time_ms: int) -> Stamped | None:
        found = self._consumer.offsets_for_times({partition: time_ms}, timeout_ms=self._timeout_ms)[partition]
        return None if found is None else Stamped(found.offset, found.timestamp)


class KafkaReader:
    """Reads all partitions of some topics. Calls take turns. ``open`` starts it.

    Args:
        settings: how to reach the brokers.
        topics: which to read; each must be there.
    """

    def __init__(self, settings: KafkaSettings, topics: Sequence[str]) -> None:
        self._settings = settings
        self._topics = tuple(topics)
        self._turn = threading.Lock()
        self._consumer: KafkaConsumer | None = None
        self._times: AppendTimes | None = None
        self._next: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}

    def open(self) -> None:
        """Connect. Errors as ``read``, and ``log.topic_missing``."""
        self._consumer = connected(KafkaConsumer, self._settings, group_id=None, **FETCHING)
        self._times = AppendTimes(self._consumer, self._settings.timeout_ms)

    def close(self) -> None:
        """Disconnect, when the call that has its turn is done."""
        with self._turn:
            if self._consumer is not None:
                self._consumer.close(autocommit=False)
            self._consumer = None

    def read(self, after: Prefix, limit: int) -> list[Record]:
        """See ``Log.read``."""
        with self._turn, explained(self._settings.address):
            consumer = self._opened()
            unread = self._unread(after)
            if not unread:
                self._ends = self._ends_now(consumer)
                unread = self._unread(after)
            if not unread:
                return []
            self._move(consumer, {partition: after.end(partition_name(partition)) for partition in unread})
            return self._take(consumer, limit)

    def head(self) -> Prefix:
        """See ``Log.head``."""
        with self._turn, explained(self._settings.address):
            self._ends = self._ends_now(self._opened())
            return _prefix(self._ends)

    def prefix_at(self, recorded_at_ms: int) -> Prefix:
        """See ``Log.prefix_at``."""
        with self._turn, explained(self._settings.address):
            consumer = self._opened()
            # The ends first: what is appended in between may have been recorded later than was asked for.
            ends = self._ends_now(consumer)
            since_ms = max(recorded_at_ms + 1, 0)
            later = consumer.offsets_for_times(dict.fromkeys(ends, since_ms), timeout_ms=self._settings.timeout_ms)
            return _prefix({p: end if later[p] is None else min(later[p].offset, end) for p, end in ends.items()})

    def _opened(self) -> KafkaConsumer:
        if self._consumer is None:
            raise failures.closed()
        return self._consumer

    def _partitions(self, consumer: KafkaConsumer) -> list[TopicPartition]:
        """All partitions that are known now; those added since are found within half a minute."""
        found = []
        for topic in self._topics:
            numbers = consumer.partitions_for_topic(topic)
            if not numbers:
                raise failures.topic_missing(topic)
            found += [TopicPartition(topic, number) for number in sorted(numbers)]
        return found

    def _ends_now(self, consumer: KafkaConsumer) -> dict[TopicPartition, int]:
        partitions = self._partitions(consumer)
        if set(partitions) != set(self._next):
            consumer.assign(partitions)
            for partition in partitions:
                seek(consumer, partition, 0)
            self._next = dict.fromkeys(partitions, 0)
        ends: dict[TopicPartition, int] = consumer.end_offsets(partitions, timeout_ms=self._settings.timeout_ms)
        return ends

    def _unread(self, after: Prefix) -> list[TopicPartition]:
        return [partition for partition, end in self._ends.items() if after.end(partition_name(partition)) < end]

    def _move(self, consumer: KafkaConsumer, wanted: dict[TopicPartition, int]) -> None:
        """Read on from these offsets and in no other partition. What is where it should be keeps what it fetched."""
        for partition, offset in wanted.items():
            if self._next[partition] != offset:
                seek(consumer, partition, offset)
                self._next[partition] = offset
        consumer.pause(*(partition for partition in self._next if partition not in wanted))
        consumer.resume(*wanted)

    def _take(self, consumer: KafkaConsumer, limit: int) -> list[Record]:
        assert self._times is not None  # noqa: S101 — set by open
        taken: list[Record] = []
        size = 0
        give_up = monotonic() + self._settings.timeout_ms / 1_000
        while len(taken) < limit and size < _READ_BYTES:
            # Waits for the first batches only: what else has arrived comes along.
            wait_ms = 0 if taken else max(give_up - monotonic(), 0) * 1_000
            polled = poll(consumer, wait_ms, min(limit - len(taken), _STEP_BATCHES))
            if not polled:
                break
            for partition, read in polled.items():
                if read[0].offset != self._next[partition]:
                    name = partition_name(partition)
                    raise failures.batches_missing(name, self._next[partition], f"the next is {read[0].offset}")
                self._next[partition] = read[-1].offset + 1
                records = self._times.records(partition, read)
                size += sum(len(record.payload) for record in records)
                taken += records
        if not taken:
            raise failures.unavailable(self._settings.address, "no answer in time")
        return taken


def _prefix(ends: dict[TopicPartition, int]) -> Prefix:
    return Prefix(MappingProxyType({partition_name(partition): end for partition, end in ends.items() if end}))
