"""``cchc topics`` against a real broker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.topics import administration
from tests.e2e.commands import ROOT, Done
from tests.kafka_topics import settings_of
from tests.servers import Address


def _topics(verb: str, *words: str, servers: str, **settings: str) -> Done:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CCHC_")} | settings
    if servers:
        environment["CCHC_KAFKA_SERVERS"] = servers
    ran = subprocess.run(
        [sys.executable, "-m", "services.single", "topics", verb, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Done(ran.returncode, ran.stdout, ran.stderr)


def _plan(file: Path, topic: str, partitions: int) -> str:
    environments = "{single: {replication: 1, min_insync: 1}, cluster: {replication: 3, min_insync: 2}}"
    file.write_text(f"topics: {{{topic}: {partitions}}}\nenvironments: {environments}\n", encoding="utf-8")
    return str(file)


def test_topics_are_checked_made_grown_and_never_shrunk(kafka_server: Address, tmp_path: Path) -> None:
    topic = f"t{uuid4().hex}"
    three = _plan(tmp_path / "three.yaml", topic, 3)
    six = _plan(tmp_path / "six.yaml", topic, 6)

    def ran(verb: str, plan: str) -> Done:
        return _topics(verb, "--file", plan, servers=str(kafka_server), CCHC_TOPICS=topic)

    checked = ran("check", three)
    assert (checked.code, checked.stdout) == (1, f"Khác: {topic}: topic (không có) → present\n")
    made = ran("create", three)
    assert made.code == 0, made.stderr
    assert made.stdout == f"Đã đặt {topic}: topic (không có) → present\nCác chủ đề đúng như danh sách.\n"
    assert ran("check", three).stdout == "Các chủ đề đúng như danh sách.\n"

    grown = ran("create", six)
    assert grown.stdout == f"Đã đặt {topic}: partitions 3 → 6\nCác chủ đề đúng như danh sách.\n"
    told = f"Khác: {topic}: partitions 6 → 3 (không bớt được phân vùng: ghi 6 vào danh sách)\n"
    for verb in ("create", "check"):
        fewer = ran(verb, three)
        assert (fewer.code, fewer.stdout) == (1, told)
    with KafkaLog(settings_of(kafka_server), [topic], topic) as log:
        for n in range(60):
            log.append([b"x"], key=f"key {n}")
        assert len(log.head().ends) == 6


def test_the_plan_is_the_file_that_the_environment_names(kafka_server: Address, tmp_path: Path) -> None:
    topic = f"t{uuid4().hex}"
    plan = _plan(tmp_path / "plan.yaml", topic, 2)

    checked = _topics("check", servers=str(kafka_server), CCHC_TOPICS=topic, CCHC_TOPIC_PLAN=plan)

    assert (checked.code, checked.stdout) == (1, f"Khác: {topic}: topic (không có) → present\n")


def test_a_topic_that_nothing_uses_is_not_made(kafka_server: Address, tmp_path: Path) -> None:
    topic = f"t{uuid4().hex}"
    plan = _plan(tmp_path / "plan.yaml", topic, 1)

    _topics("create", "--file", plan, servers=str(kafka_server)).says("log.topic_unknown")

    with administration(settings_of(kafka_server)) as admin:
        assert admin.found([topic]) == {}


def test_what_only_the_clusters_operator_can_set_is_said(kafka_server: Address, tmp_path: Path) -> None:
    servers, topic = str(kafka_server), f"t{uuid4().hex}"
    plan = _plan(tmp_path / "plan.yaml", topic, 1)
    assert _topics("create", "--file", plan, servers=servers, CCHC_TOPICS=topic).code == 0
    wanted = _topics("create", "--file", plan, "--environment", "cluster", servers=servers, CCHC_TOPICS=topic)
    assert wanted.code == 1
    assert f"Đã đặt {topic}: min.insync.replicas 1 → 2\n" in wanted.stdout
    assert f"Khác: {topic}: replication 1 → 3 (người vận hành cụm Kafka phải đặt)\n" in wanted.stdout


@pytest.mark.parametrize("verb", ["check", "create"])
def test_without_brokers_it_says_what_to_set(verb: str) -> None:
    _topics(verb, servers="").says("log.no_servers")


def test_an_environment_that_is_not_listed_is_refused() -> None:
    _topics("check", "--environment", "moon", servers="127.0.0.1:9").says("log.environment_unknown")
