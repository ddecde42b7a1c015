"""The local broker: as it is started, killed and found again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from deploy.local.jars import fetch_jars, servers_directory
from deploy.local.kafka import LocalKafka
from deploy.local.process import ServerFailed
from tests.servers import Address, require

_TOPIC = "kept"


def _ends(address: str) -> dict[TopicPartition, int]:
    with closing(KafkaConsumer(bootstrap_servers=address)) as consumer:
        ends: dict[TopicPartition, int] = consumer.end_offsets([TopicPartition(_TOPIC, 0)])
        return ends


def test_a_broker_has_its_records_after_a_kill_and_its_port_after_a_start(tmp_path: Path) -> None:
    require("kafka")
    with LocalKafka(tmp_path, dies_with_parent=True) as broker:
        address = broker.address
        with closing(KafkaAdminClient(bootstrap_servers=address)) as admin:
            admin.create_topics({_TOPIC: {"num_partitions": 1, "replication_factor": 1}})
        with closing(KafkaProducer(bootstrap_servers=address)) as producer:
            for _ in range(10):
                producer.send(_TOPIC, b"x").get(timeout=30)
        broker.kill()
        assert not broker.running
        broker.start()
        assert broker.address == address
        assert _ends(address) == {TopicPartition(_TOPIC, 0): 10}
    assert not broker.running


def test_the_run_shares_one_broker(kafka_server: Address) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=str(kafka_server))) as admin:
        assert [broker["port"] for broker in admin.describe_cluster()["brokers"]] == [kafka_server.port]


def test_jars_that_cannot_be_fetched_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require("kafka")
    monkeypatch.setenv("CCHC_SERVERS", str(tmp_path / "kept"))
    pom = tmp_path / "nowhere" / "pom.xml"
    pom.parent.mkdir()
    pom.write_text(f"<project>{uuid4()}</project>", encoding="utf-8")
    with pytest.raises(ServerFailed, match="nowhere-"):
        fetch_jars(pom)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["fetch.lock"]


def test_servers_are_kept_where_the_environment_says_or_in_the_users_cache(tmp_path: Path) -> None:
    assert servers_directory({"CCHC_SERVERS": str(tmp_path)}) == tmp_path
    assert servers_directory({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "cchc" / "servers"
    assert servers_directory({}) == Path.home() / ".cache" / "cchc" / "servers"
