"""The log in Apache Kafka: a batch is a record, a partition of a topic is a partition of the log."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError

from cchc.log import failures
from cchc.log.kafka.errors import explained
from cchc.log.kafka.producing import Producing
from cchc.log.kafka.reader import KafkaReader, partition_name
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topics import check_suitable
from cchc.log.port import MAX_PAYLOAD_BYTES, Log, Position, Prefix, Receipt, Record

_IN_FLIGHT_BYTES = 4 * MAX_PAYLOAD_BYTES


class KafkaLog(Log):
    """Topics of a Kafka cluster as one log. ``open`` starts it; or use it in ``with``.

    Promised as by every log, with these differences: the batches of one ``append`` are all stored when it returns, but
    where it raises ``log.unavailable`` none, some or all of them may be, and what was cut short may yet be stored; send
    them again. A receipt says when the broker stamped the batch; where the broker's clock had been put back, the batch
    counts as recorded later than that, when its predecessor was.

    Args:
        settings: how to reach the brokers.
        topics: what is read.
        writes_to: the one of them that ``append`` writes to; None for a log that is only read.
    """

    def __init__(self, settings: KafkaSettings, topics: Sequence[str], writes_to: str | None = None) -> None:
        if writes_to is not None and writes_to not in topics:
            raise ValueError(f"{writes_to} is not among the topics of the log: {', '.join(topics)}")
        self._settings = settings
        self._topics = tuple(topics)
        self._writes_to = writes_to
        self._reader = KafkaReader(settings, topics)
        self._in_flight = _InFlight(_IN_FLIGHT_BYTES, settings.timeout_ms / 1_000)
        self._producing = None if writes_to is None else Producing(settings, writes_to)
        self._open = False

    def open(self) -> Self:
        """Connect and return this log. Opening an open log does nothing.

        Raises:
            Refused: ``log.crc32c_missing``, ``log.topic_missing``, ``log.topic_unsuitable``, ``log.not_allowed``.
            Unavailable: ``log.unavailable``.
        """
        if self._open:
            return self
        if importlib.util.find_spec("crc32c") is None:
            raise failures.crc32c_missing()
        check_suitable(self._settings, self._topics)
        self._reader.open()
        try:
            if self._producing is not None:
                self._producing.open()
        except BaseException:
            self._reader.close()
            raise
        self._open = True
        return self

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def append(self, payloads: Sequence[bytes], *, key: str = "") -> list[Receipt]:
        """See ``Log.append``, and the class for what an error leaves.

        Raises:
            Refused: ``log.payload_too_large``, ``log.not_allowed``.
            Unavailable: ``log.unavailable``, ``log.closed``.
        """
        for payload in payloads:
            if len(payload) > MAX_PAYLOAD_BYTES:
                raise failures.payload_too_large(len(payload))
        if not self._open:
            raise failures.closed()
        if self._producing is None or self._writes_to is None:
            raise ValueError("this log is only read: it was made without a topic to write to")
        if not payloads:
            return []
        away = failures.unacknowledged
        with explained(self._settings.address, away), self._in_flight.of(sum(map(len, payloads))):
            partition, stored = self._producing.send(payloads, key)
        name = partition_name(TopicPartition(self._writes_to, partition))
        return [Receipt(Position(name, one.offset), one.timestamp) for one in stored]

    def read(self, after: Prefix, *, limit: int = 1_000) -> list[Record]:
        """See ``Log.read``.

        Raises:
            Unavailable: ``log.unavailable``.
            Refused: ``log.not_allowed``, ``log.topic_missing``.
            Corrupt: ``log.batches_missing``, ``log.corrupt``.
        """
        if limit < 1:
            raise ValueError(f"limit is {limit}, not at least 1")
        return self._reader.read(after, limit)

    def head(self) -> Prefix:
        """See ``Log.head``. Errors as ``read``."""
        return self._reader.head()

    def prefix_at(self, recorded_at_ms: int) -> Prefix:
        """See ``Log.prefix_at``. Errors as ``read``."""
        return self._reader.prefix_at(recorded_at_ms)

    def close(self) -> None:
        """See ``Log.close``. What is being appended is waited for."""
        self._open = False
        if self._producing is not None:
            self._producing.close()
        self._reader.close()


class _InFlight:
    """Keeps what is under way to the brokers below a number of bytes; one call may always go, however large."""

    def __init__(self, limit: int, timeout_s: float) -> None:
        self._limit = limit
        self._timeout_s = timeout_s
        self._bytes = 0
        self._changed = threading.Condition()

    @contextmanager
    def of(self, size: int) -> Iterator[None]:
        """Wait for room for so many bytes, and hold it.

        Raises:
            KafkaTimeoutError: There was none in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._bytes + size <= max(self._limit, size), self._timeout_s):
                raise KafkaTimeoutError("too much is under way already")
            self._bytes += size
        try:
            yield
        finally:
            with self._changed:
                self._bytes -= size
                self._changed.notify_all()
