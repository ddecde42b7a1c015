"""The log in Kafka, on a real broker."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import stamina
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from cchc.api.reference.v1.reference_pb2 import UnitDefined
from cchc.clock import Clock
from cchc.errors import Refused, Unavailable
from cchc.log.batch import encode, make_event
from cchc.log.kafka.group import KafkaGroup
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topics import administration
from cchc.log.port import KEPT_OF_OVERSIZE_BYTES, MAX_PAYLOAD_BYTES, Prefix, Record
from cchc.reference.following import ReferenceFollower
from cchc.testing.log_contract import DurableLogContract
from tests.kafka_topics import make_topics, settings_of
from tests.servers import Address


class _OnTheRunsBroker(DurableLogContract):
    """What a directory is to a log in a file, a topic is to this one; the broker's clock cannot be put."""

    partitions = 1

    @pytest.fixture(autouse=True)
    def _broker(self, kafka_server: Address) -> None:
        self.settings = settings_of(kafka_server)

    def make(self, directory: Path, clock: Clock) -> KafkaLog:  # noqa: ARG002 — the broker has its own
        named = directory / "topic"
        if not named.exists():
            named.write_text(make_topics(self.settings, [self.partitions])[0], encoding="utf-8")
        topic = named.read_text(encoding="utf-8")
        return KafkaLog(self.settings, [topic], topic).open()


class TestKafkaLog(_OnTheRunsBroker):
    pass


class TestKafkaLogWithSeveralPartitions(_OnTheRunsBroker):
    partitions = 4


@pytest.fixture
def settings(kafka_server: Address) -> KafkaSettings:
    return settings_of(kafka_server)


def test_several_topics_are_one_log_and_each_writer_has_its_own(settings: KafkaSettings) -> None:
    topics = make_topics(settings, [2, 3])
    with KafkaLog(settings, topics, topics[0]) as one, KafkaLog(settings, topics, topics[1]) as two:
        receipts = [log.append([b"x"], key=f"key {n}")[0] for n in range(30) for log in (one, two)]
        with KafkaLog(settings, topics) as reader:
            records = list(reader.records(Prefix(), limit=7))
            assert {r.position for r in records} == {r.position for r in receipts}
            assert reader.head() == one.head() == two.head()
            assert {name.partition("/")[0] for name in reader.head().ends} == set(topics)
            with pytest.raises(ValueError, match="only read"):
                reader.append([b"x"])


def test_keys_spread_over_the_partitions_and_one_key_stays_in_one(settings: KafkaSettings) -> None:
    topics = make_topics(settings, [4])
    with KafkaLog(settings, topics, topics[0]) as log:
        of_key = {f"key {n}": {log.append([b"x"], key=f"key {n}")[0].position.partition} for n in range(50)}
        for key, partitions in of_key.items():
            partitions.add(log.append([b"y"], key=key)[0].position.partition)
        assert all(len(partitions) == 1 for partitions in of_key.values())
        assert len(log.head().ends) == 4


def test_a_key_lies_where_the_clients_of_others_put_it(settings: KafkaSettings) -> None:
    topics = make_topics(settings, [5])
    with (
        KafkaLog(settings, topics, topics[0]) as log,
        closing(KafkaProducer(bootstrap_servers=list(settings.servers))) as other,
    ):
        for key in ("", "a", "H-01.2025.000001", "xã Đông Sơn", "x" * 33):
            stored = other.send(topics[0], b"x", key.encode()).get(timeout=30)
            (receipt,) = log.append([b"x"], key=key)
            assert receipt.position.partition == f"{topics[0]}/{stored.partition}"


def test_a_batch_that_came_with_an_earlier_time_counts_as_recorded_with_its_predecessor(
    settings: KafkaSettings,
) -> None:
    """A broker whose clock was put back: wherever a reader begins, it says the same times, and none goes back."""
    (topic,) = make_topics(settings, [1])
    stamped = [1_000, 5_000, 2_000, 3_000, 4_999, 5_001, 100, 9_000, 8_000, 9_000]
    counted = [1_000, 5_000, 5_000, 5_000, 5_000, 5_001, 5_001, 9_000, 9_000, 9_000]
    with KafkaLog(settings, [topic]) as log:
        _set(settings, topic, "message.timestamp.type", "CreateTime")
        with closing(KafkaProducer(bootstrap_servers=list(settings.servers))) as other:
            for time_ms in stamped:
                other.send(topic, b"x", timestamp_ms=time_ms).get(timeout=30)
        for start in reversed(range(len(stamped))):
            read = log.read(Prefix({f"{topic}/0": start}))
            assert [record.recorded_at_ms for record in read] == counted[start:]
        for time_ms in sorted({t + d for t in stamped for d in (-1, 0, 1)}):
            assert log.prefix_at(time_ms).size() == sum(1 for time in counted if time <= time_ms)


def _set(settings: KafkaSettings, topic: str, setting: str, value: str) -> None:
    """Have a topic set up otherwise. The broker takes it at once, and goes by it a moment later."""
    with closing(KafkaAdminClient(bootstrap_servers=list(settings.servers))) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {setting: value})])
    with administration(settings) as topics:
        for attempt in stamina.retry_context(on=AssertionError, attempts=None, timeout=20):
            with attempt:
                assert topics.found([topic])[topic].settings[setting] == value


def test_what_unpacks_to_more_than_any_batch_is_passed_on_without_its_bytes(settings: KafkaSettings) -> None:
    (topic,) = make_topics(settings, [1])
    size = MAX_PAYLOAD_BYTES + 1
    defined = make_event(
        UnitDefined(unit_code="H01", name="Sở", valid_from_day=20_270),
        source_system="S",
        subject="H01",
        unit_code="H01",
        occurred_at_ms=1,
    )
    packing = {"compression_type": "zstd", "max_request_size": 2 * size}
    with (
        KafkaLog(settings, [topic], topic) as log,
        closing(KafkaProducer(bootstrap_servers=list(settings.servers), **packing)) as other,
    ):
        log.append([bytes(MAX_PAYLOAD_BYTES)])
        other.send(topic, bytes(size), key=bytes(size // 2)).get(timeout=30)
        log.append([encode([defined])])

        largest, oversize, batch = log.records(Prefix())
        assert (len(largest.payload), largest.oversize) == (MAX_PAYLOAD_BYTES, 0)
        assert (oversize.payload, oversize.oversize) == (bytes(KEPT_OF_OVERSIZE_BYTES), size)
        assert (batch.payload, batch.oversize) == (encode([defined]), 0)
        assert [oversize.position.offset, batch.position.offset] == [1, 2]
        follower = ReferenceFollower(log)
        assert follower.refresh()
        assert [unit.unit_code for unit in follower.units()] == ["H01"]
        with KafkaGroup(settings, [topic], topic) as group:
            assert _all_of(group, 3) == [largest, oversize, batch]


def _all_of(group: KafkaGroup, count: int) -> list[Record]:
    records: list[Record] = []
    assigned = None
    while len(records) < count:
        if assigned != group.assignments:
            assigned, records = group.assignments, []
            group.read_from(Prefix())
        records += group.poll(100)
    return records


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("message.timestamp.type", "CreateTime"),
        ("retention.ms", "604800000"),
        ("retention.bytes", "1000000"),
        ("cleanup.policy", "compact"),
        ("max.message.bytes", "1048588"),
    ],
)
def test_a_topic_that_would_lose_facts_is_refused(settings: KafkaSettings, setting: str, value: str) -> None:
    topics = make_topics(settings, [1])
    _set(settings, topics[0], setting, value)
    with pytest.raises(Refused, match=rf"log\.topic_unsuitable.*{setting} = {value}"):
        KafkaLog(settings, topics).open()


def test_a_topic_that_is_not_there_is_not_made(settings: KafkaSettings) -> None:
    for _ in range(2):
        with pytest.raises(Refused, match=r"log\.topic_missing.*nowhere"):
            KafkaLog(settings, ["nowhere"], "nowhere").open()


def test_without_its_checksum_library_the_log_does_not_start(
    settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cchc.log.kafka.log.importlib.util.find_spec", lambda name: None)  # noqa: ARG005 — as it is called
    with pytest.raises(Refused, match=r"log\.crc32c_missing"):
        KafkaLog(settings, ["any"]).open()


def test_brokers_that_are_not_there_are_away() -> None:
    nobody = KafkaSettings(("127.0.0.1:9",), timeout_ms=500)
    with pytest.raises(Unavailable, match=r"log\.unavailable"):
        KafkaLog(nobody, ["any"]).open()


def test_partitions_that_are_added_are_read(settings: KafkaSettings) -> None:
    (topic,) = make_topics(settings, [1])
    with KafkaLog(settings, [topic], topic) as log:
        log.append([b"before"], key="x")
        with closing(KafkaAdminClient(bootstrap_servers=list(settings.servers))) as admin:
            admin.create_partitions({topic: 4})
        with KafkaLog(settings, [topic], topic) as later:
            for n in range(20):
                later.append([b"after"], key=f"key {n}")
            assert len(later.head().ends) == 4
            assert sum(1 for _ in later.records(Prefix())) == 21
