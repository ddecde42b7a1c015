"""A fact in several partitions of a real Kafka: the first recording is told, and what is known of the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cchc.api.log.v1.event_pb2 import Event
from cchc.clock import FixedClock
from cchc.log.batch import encode, make_event
from cchc.log.kafka.log import KafkaLog
from cchc.log.port import Receipt
from cchc.recording.finding import Found, LogFinder, StoreFinder
from cchc.rpc.asked_store import AskedStore
from cchc.store.migrate import migrate
from cchc.store.port import Store
from deploy.local.ports import free_ports
from services.aggregator.consume import Aggregator
from tests.kafka_topics import make_topics, settings_of
from tests.servers import Address
from tests.unit.log.facts import FACTS
from tests.unit.recording.senders import NOW_MS

PARTITIONS = 3


class Topic:
    """A log of several partitions, each of which is written to by its number."""

    def __init__(self, log: KafkaLog) -> None:
        self.log = log
        self._keys: dict[str, str] = {}
        tried = 0
        while len(self._keys) < PARTITIONS:
            (receipt,) = log.append([encode([])], key=str(tried))
            self._keys.setdefault(receipt.position.partition, str(tried))
            tried += 1
        self.partitions = sorted(self._keys)

    def say(self, event: Event, partition: str) -> Receipt:
        return self.log.append([encode([event])], key=self._keys[partition])[0]

    def say_later(self, event: Event, partition: str, than: Receipt) -> Receipt:
        """Say it again until the broker's clock has gone on since."""
        receipt = self.say(event, partition)
        while receipt.recorded_at_ms <= than.recorded_at_ms:
            receipt = self.say(event, partition)
        return receipt

    def said_first_in_each(self, name: str) -> Sequence[tuple[Event, Receipt]]:
        """Facts, each said first in another partition and afterwards in all others."""
        found = []
        for first in self.partitions:
            event = fact(name, first)
            receipt = self.say(event, first)
            for other in self.partitions:
                if other != first:
                    self.say_later(event, other, receipt)
            found.append((event, receipt))
        return found


def fact(name: str, source_event_id: str) -> Event:
    return make_event(
        FACTS[name],
        source_system="s",
        source_event_id=source_event_id,
        subject="X1",
        unit_code="H01.1",
        occurred_at_ms=NOW_MS - 1,
    )


@contextmanager
def topic_on(server: Address) -> Iterator[Topic]:
    settings = settings_of(server)
    topics = make_topics(settings, [PARTITIONS])
    with KafkaLog(settings, topics, topics[0]) as log:
        yield Topic(log)


def at(receipt: Receipt, is_visible: bool | None) -> Found:
    return Found(receipt.position, receipt.recorded_at_ms, is_visible)


def test_without_a_store_the_first_recording_is_told_and_that_visibility_is_not_known(kafka_server: Address) -> None:
    with topic_on(kafka_server) as topic:
        for event, first in topic.said_first_in_each("payment_made"):
            assert LogFinder(topic.log).find(event.event_id, event.subject) == at(first, None)


def test_with_a_store_it_says_truly_what_is_visible(kafka_server: Address, store: Store) -> None:
    migrate(store, FixedClock(NOW_MS))
    with topic_on(kafka_server) as topic:
        finder = StoreFinder(lambda: store, topic.log)
        said = topic.said_first_in_each("payment_made")
        for event, first in said:
            assert finder.find(event.event_id, event.subject) == at(first, False)
        Aggregator(topic.log, store).catch_up()
        later = [(event, first, topic.say_later(event, topic.partitions[0], first)) for event, first in said]
        for event, first, _ in later:
            assert finder.find(event.event_id, event.subject) == at(first, True)
        new, first = topic.said_first_in_each("feedback_given")[-1]
        assert finder.find(new.event_id, "") == at(first, False)


def test_while_the_store_is_away_the_log_is_told(kafka_server: Address) -> None:
    (port,) = free_ports(1)
    environment = {"CCHC_CLICKHOUSE_HOST": "127.0.0.1", "CCHC_CLICKHOUSE_PORT": str(port)}
    with topic_on(kafka_server) as topic, AskedStore.of(environment) as away:
        event, first = topic.said_first_in_each("payment_made")[-1]
        assert StoreFinder(away.live, topic.log).find(event.event_id, "") == at(first, None)
