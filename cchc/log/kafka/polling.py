"""Seeking and polling with a consumer that pauses partitions, so that nothing it has fetched is forgotten.

What kafka-python 3.0.12 has fetched of a paused partition it puts aside, and fetches no more of it until that is taken
up again. It takes it up only when its place for the partition being read is None: of one that was read to its end
something empty stays there, and nothing ever comes again (KAFKA-7548 in its ``Fetcher.fetched_records``). And what it
put aside before a seek would take that place for nothing. Both are mended here, and nowhere else, in what is its own.
"""

# ruff: noqa: SLF001 — the library has no other way to what it has put aside

from __future__ import annotations

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord


def seek(consumer: KafkaConsumer, partition: TopicPartition, offset: int) -> None:
    """Go on from this offset; what was fetched of the partition is dropped."""
    consumer.seek(partition, offset)
    fetcher = consumer._fetcher
    fetcher._paused_completed_fetches.pop(partition, None)
    fetcher._paused_partition_records.pop(partition, None)


def poll(consumer: KafkaConsumer, timeout_ms: float, most: int) -> dict[TopicPartition, list[ConsumerRecord]]:
    """What has arrived of partitions that are not paused, at most so many records; empty after this time.

    Errors as the library's own ``poll``.
    """
    fetcher = consumer._fetcher
    if not fetcher._next_partition_records:
        fetcher._next_partition_records = None
    polled: dict[TopicPartition, list[ConsumerRecord]] = consumer.poll(timeout_ms=timeout_ms, max_records=most)
    return polled
