"""Sending to Kafka: one producer for all threads, and another in its place when it has failed.

The library's producer (kafka-python 3.0) does not come back from an outage that outlasts its delivery timeout: it loses
its producer id with the batches that expire, and never asks for another. A fact that is sent again by another producer
is another record of the same fact, which counts once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.partitioner import murmur2

from cchc.log import failures
from cchc.log.kafka.clients import connected
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topics import MAX_MESSAGE_BYTES

_BATCH_BYTES = 1024 * 1024
_ABANDONED_S = 1.0


@dataclass(eq=False, slots=True)
class _Shared:
    """A producer, the calls that use it, and whether no other may begin."""

    producer: KafkaProducer
    calls: int = 0
    has_failed: bool = False


class Producing:
    """Sends payloads to one topic. ``open`` connects. Calls from several threads are safe.

    Args:
        settings: how to reach the brokers.
        topic: where payloads go.
    """

    def __init__(self, settings: KafkaSettings, topic: str) -> None:
        self._settings = settings
        self._topic = topic
        self._turn = threading.Lock()
        self._connecting = threading.Lock()
        self._shared: _Shared | None = None
        self._closed = True

    def open(self) -> None:
        """Connect. Errors as ``kafka_clients.connected``."""
        self._shared = _Shared(self._connected())
        self._closed = False

    def send(self, payloads: Sequence[bytes], key: str) -> tuple[int, list[Any]]:
        """Send payloads to the partition of a key; that, and what the brokers said of each once all are stored.

        Raises:
            KafkaError: Some of them may be stored.
            Unavailable: ``log.unavailable`` where there was no connection; ``log.closed``.
        """
        with self._producer() as producer:
            # Chosen once: a partition that is added meanwhile would part the batches of one call.
            partition = _partition_of(key, len(producer.partitions_for(self._topic)))
            sent = [producer.send(self._topic, payload, key.encode(), partition=partition) for payload in payloads]
            # The producer gives up by itself before that, unless it has failed.
            return partition, [future.get(timeout=2 * self._settings.timeout_ms / 1_000) for future in sent]

    def close(self) -> None:
        """Wait for what is being sent, as long as a call may take, and disconnect."""
        with self._turn:
            self._closed = True
            shared, self._shared = self._shared, None
        if shared is not None:
            _end(shared.producer, self._settings.timeout_ms / 1_000)

    @contextmanager
    def _producer(self) -> Iterator[KafkaProducer]:
        shared = self._taken()
        try:
            yield shared.producer
        except KafkaError:
            with self._turn:
                shared.has_failed = True
                if self._shared is shared:
                    self._shared = None
            raise
        finally:
            with self._turn:
                shared.calls -= 1
                is_abandoned = shared.has_failed and shared.calls == 0
            if is_abandoned:
                _end(shared.producer, _ABANDONED_S)

    def _taken(self) -> _Shared:
        """The producer; a new one where the last one failed, made by one caller while the others wait for it."""
        if (shared := self._taken_if_there()) is not None:
            return shared
        if not self._connecting.acquire(timeout=self._settings.timeout_ms / 1_000):
            raise KafkaTimeoutError("another caller is connecting")
        try:
            if (shared := self._taken_if_there()) is not None:
                return shared
            made = _Shared(self._connected(), calls=1)
            with self._turn:
                if not self._closed:
                    self._shared = made
                    return made
            _end(made.producer, _ABANDONED_S)
            raise failures.closed()
        finally:
            self._connecting.release()

    def _taken_if_there(self) -> _Shared | None:
        with self._turn:
            if self._closed:
                raise failures.closed()
            if self._shared is not None:
                self._shared.calls += 1
            return self._shared

    def _connected(self) -> KafkaProducer:
        return connected(
            KafkaProducer,
            self._settings,
            acks="all",
            enable_idempotence=True,
            max_in_flight_requests_per_connection=5,
            compression_type="zstd",
            batch_size=_BATCH_BYTES,
            max_request_size=MAX_MESSAGE_BYTES,
            max_block_ms=self._settings.timeout_ms,
            delivery_timeout_ms=self._settings.timeout_ms,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )


def _end(producer: KafkaProducer, within_s: float) -> None:
    """Close a producer, also one that never sends what it has: its own ``close`` then leaves its thread behind."""
    try:
        producer.close(timeout=within_s)
    except KafkaTimeoutError:
        producer._sender.force_close()  # noqa: SLF001 — the library has no other way
        producer.close(timeout=within_s)


def _partition_of(key: str, partitions: int) -> int:
    """As Kafka's own clients choose it, so that others who write to a topic put a key where we do."""
    hashed: int = murmur2(key.encode())
    return (hashed & 0x7FFFFFFF) % partitions
