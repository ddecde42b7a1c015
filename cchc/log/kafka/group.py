"""A member of a consumer group: the brokers say which partitions it reads, its owner says from where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.structs import OffsetAndMetadata

from cchc.log import failures
from cchc.log.kafka.clients import connected
from cchc.log.kafka.errors import explained
from cchc.log.kafka.polling import poll, seek
from cchc.log.kafka.reader import FETCHING, AppendTimes, partition_name
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.port import Prefix, Record

SESSION_MS = 10_000
"""How long the brokers wait for a sign of life before they give a member's partitions to others."""

_STEP_BATCHES = 64


class KafkaGroup:
    """A member of a group that shares the partitions of some topics. ``open`` starts it; or use it in ``with``.

    What the brokers assign is not read before ``read_from`` has said from where: the owner keeps the positions, and
    what is committed to the brokers is only for those who watch the lag. For one thread; signs of life are given by
    another, so that the owner may take its time.

    Args:
        settings: how to reach the brokers.
        topics: which to share.
        group: the group's name.
        session_ms: see ``SESSION_MS``.
    """

    def __init__(
        self, settings: KafkaSettings, topics: Sequence[str], group: str, *, session_ms: int = SESSION_MS
    ) -> None:
        self._settings = settings
        self._topics = tuple(topics)
        self._group = group
        self._session_ms = session_ms
        self._consumer: KafkaConsumer | None = None
        self._times: AppendTimes | None = None
        self._assigned = _Assigned()
        self._next: dict[TopicPartition, int] = {}

    def open(self) -> Self:
        """Connect and join.

        Raises:
            Unavailable: ``log.unavailable``.
            Refused: ``log.not_allowed``.
        """
        membership: dict[str, Any] = {
            **FETCHING,
            "group_id": self._group,
            # Of no consequence: nothing is read before the owner has said from where.
            "auto_offset_reset": "earliest",
            "session_timeout_ms": self._session_ms,
            "heartbeat_interval_ms": self._session_ms // 5,
            "partition_assignment_strategy": (RoundRobinPartitionAssignor,),
        }
        self._consumer = connected(KafkaConsumer, self._settings, **membership)
        self._times = AppendTimes(self._consumer, self._settings.timeout_ms)
        self._assigned.consumer = self._consumer
        with explained(self._settings.address):
            self._consumer.subscribe(self._topics, listener=self._assigned)
        return self

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def assignments(self) -> int:
        """Counts up whenever partitions are assigned or taken away: then ``read_from`` must say from where again."""
        return self._assigned.count

    @property
    def partitions(self) -> frozenset[str]:
        """Names of the partitions that are assigned now."""
        return frozenset(map(partition_name, self._assigned.partitions))

    def read_from(self, prefix: Prefix) -> None:
        """Read what is assigned now from the end of this prefix on."""
        consumer = self._opened()
        self._next = {partition: prefix.end(partition_name(partition)) for partition in self._assigned.partitions}
        with explained(self._settings.address):
            for partition, offset in self._next.items():
                seek(consumer, partition, offset)
            consumer.resume(*self._next)

    def pause(self) -> None:
        """Give nothing more until ``resume``; signs of life go on."""
        self._opened().pause(*self._next)

    def resume(self) -> None:
        """Go on after ``pause``, where it stopped."""
        self._opened().resume(*self._next)

    def poll(self, timeout_ms: int) -> list[Record]:
        """What has arrived, or nothing after this time: each partition in order and without gaps.

        Partitions are assigned and taken away in here. When that happens, what had arrived is dropped: it is read
        again from where ``read_from`` says.

        Raises:
            Unavailable: ``log.unavailable``.
            Refused: ``log.not_allowed``, ``log.topic_missing``.
            Corrupt: ``log.batches_missing``, ``log.corrupt``.
        """
        consumer, before = self._opened(), self.assignments
        assert self._times is not None  # noqa: S101 — set by open
        with explained(self._settings.address):
            polled = poll(consumer, timeout_ms, _STEP_BATCHES)
            if self.assignments != before:
                self._next = {}
                return []
            records: list[Record] = []
            for partition, read in polled.items():
                if read[0].offset != self._next[partition]:
                    name = partition_name(partition)
                    raise failures.batches_missing(name, self._next[partition], f"the next is {read[0].offset}")
                self._next[partition] = read[-1].offset + 1
                records += self._times.records(partition, read)
            return records

    def commit(self, prefix: Prefix) -> None:
        """Tell the brokers how far its partitions are done, for those who watch the lag. It is not waited for."""
        done = {
            partition: OffsetAndMetadata(prefix.end(partition_name(partition)), "", -1)
            for partition in self._assigned.partitions
            if prefix.end(partition_name(partition))
        }
        if done:
            self._opened().commit_async(done)

    def close(self) -> None:
        """Leave the group, so that others take over at once. Closing twice does nothing."""
        if self._consumer is not None:
            self._consumer.close(autocommit=False, timeout_ms=self._settings.timeout_ms)
        self._consumer = None

    def _opened(self) -> KafkaConsumer:
        if self._consumer is None:
            raise failures.closed()
        return self._consumer


class _Assigned(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    """Hears which partitions are assigned. It is called beside the signs of life and must not wait for anything."""

    def __init__(self) -> None:
        self.consumer: KafkaConsumer | None = None
        self.partitions: frozenset[TopicPartition] = frozenset()
        self.count = 0

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """These are all that this member has now."""
        assert self.consumer is not None  # noqa: S101 — it is subscribed
        self.consumer.pause(*assigned)
        self.partitions = frozenset(assigned)
        self.count += 1

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:  # noqa: ARG002 — all of them, in this protocol
        """The partitions are about to be assigned anew."""
        self.partitions = frozenset()
        self.count += 1

    def on_partitions_lost(self, lost: set[TopicPartition]) -> None:
        """The brokers took this member for dead."""
        self.on_partitions_revoked(lost)
