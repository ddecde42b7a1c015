"""``cchc topics`` against a real broker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from cchc.log.kafka.log import KafkaLog
from tests.e2e.commands import ROOT, Done
from tests.kafka_topics import settings_of
from tests.servers import Address


def _topics(verb: str, *words: str, servers: str) -> Done:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CCHC_KAFKA")}
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
    servers, topic = str(kafka_server), f"t{uuid4().hex}"
    three = _plan(tmp_path / "three.yaml", topic, 3)
    six = _plan(tmp_path / "six.yaml", topic, 6)

    checked = _topics("check", "--file", three, servers=servers)
    assert (checked.code, checked.stdout) == (1, f"Khác: {topic}: topic (không có) → present\n")
    made = _topics("create", "--file", three, servers=servers)
    assert made.code == 0, made.stderr
    assert made.stdout == f"Đã đặt {topic}: topic (không có) → present\nCác chủ đề đúng như danh sách.\n"
    assert _topics("check", "--file", three, servers=servers).stdout == "Các chủ đề đúng như danh sách.\n"

    grown = _topics("create", "--file", six, servers=servers)
    assert grown.stdout == f"Đã đặt {topic}: partitions 3 → 6\nCác chủ đề đúng như danh sách.\n"
    assert _topics("create", "--file", three, servers=servers).stdout == "Các chủ đề đúng như danh sách.\n"
    with KafkaLog(settings_of(kafka_server), [topic], topic) as log:
        for n in range(60):
            log.append([b"x"], key=f"key {n}")
        assert len(log.head().ends) == 6


def test_what_only_the_clusters_operator_can_set_is_said(kafka_server: Address, tmp_path: Path) -> None:
    servers, topic = str(kafka_server), f"t{uuid4().hex}"
    plan = _plan(tmp_path / "plan.yaml", topic, 1)
    assert _topics("create", "--file", plan, servers=servers).code == 0
    wanted = _topics("create", "--file", plan, "--environment", "cluster", servers=servers)
    assert wanted.code == 1
    assert f"Đã đặt {topic}: min.insync.replicas 1 → 2\n" in wanted.stdout
    assert f"Khác: {topic}: replication 1 → 3 (người vận hành cụm Kafka phải đặt)\n" in wanted.stdout


@pytest.mark.parametrize("verb", ["check", "create"])
def test_without_brokers_it_says_what_to_set(verb: str) -> None:
    _topics(verb, servers="").says("log.no_servers")


def test_an_environment_that_is_not_listed_is_refused() -> None:
    _topics("check", "--environment", "moon", servers="127.0.0.1:9").says("log.environment_unknown")
