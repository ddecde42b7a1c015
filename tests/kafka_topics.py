"""Topics of a test's own on the run's broker."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topics import Topic, administration
from tests.servers import Address


def settings_of(server: Address | str, timeout_ms: int = 30_000) -> KafkaSettings:
    """How a test reaches a broker."""
    return KafkaSettings((str(server),), timeout_ms=timeout_ms)


def make_topics(settings: KafkaSettings, partitions: Sequence[int]) -> list[str]:
    """New topics with so many partitions each, set up as the log wants them."""
    topics = [Topic(f"t{uuid4().hex}", count, replication=1, min_insync=1) for count in partitions]
    with administration(settings) as admin:
        assert admin.apply(topics) == []
    return [topic.name for topic in topics]
