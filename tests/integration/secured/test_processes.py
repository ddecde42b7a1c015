"""A worker and the verbs of ``cchc``, told by their environment how to get through TLS to both servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.store.live import live_store
from cchc.store.server_environment import server_store
from deploy.local.kafka import LocalKafka
from deploy.local.ports import HOST
from tests.eventually import eventually
from tests.fault.aggregator.workers import append, by_one_aggregator, facts, some_batches, started, taken_in
from tests.integration.secured.conftest import PASSWORD, USER, Authorities
from tests.kafka_topics import make_topics, settings_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def environment(
    broker: LocalKafka, clickhouse: tuple[Path, int, int], authorities: Authorities, tmp_path: Path
) -> Mapping[str, str]:
    (tmp_path / "password").write_text(f"{PASSWORD}\n", encoding="ascii")
    return {
        "CCHC_KAFKA_SERVERS": broker.password_address,
        "CCHC_KAFKA_SECURITY": "SASL_SSL",
        "CCHC_KAFKA_MECHANISM": "SCRAM-SHA-512",
        "CCHC_KAFKA_USER": USER,
        "CCHC_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
        "CCHC_KAFKA_CA_FILE": str(authorities.ours.certificate),
        "CCHC_TOPICS": ",".join(make_topics(settings_of(broker.address), [2])),
        "CCHC_CLICKHOUSE_HOST": HOST,
        "CCHC_CLICKHOUSE_PORT": str(clickhouse[1]),
        "CCHC_CLICKHOUSE_USER": USER,
        "CCHC_CLICKHOUSE_PASSWORD_FILE": str(tmp_path / "password"),
        "CCHC_CLICKHOUSE_SECURE": "true",
        "CCHC_CLICKHOUSE_CA_FILE": str(authorities.ours.certificate),
        "CCHC_CLICKHOUSE_PREFIX": "secured_",
    }


def _cchc(named: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.single", *arguments],
        cwd=ROOT,
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_worker_and_the_verbs_of_the_command_line_work_over_tls(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    settings = KafkaSettings.of(environment)
    assert settings is not None
    topic = environment["CCHC_TOPICS"]
    batches = some_batches(40)
    with (
        KafkaLog(settings, [topic], topic) as log,
        closing(server_store(environment)) as store,
        started(environment, tmp_path / "workers.log", 1) as workers,
    ):
        append(log, batches)
        eventually(lambda: taken_in(store) == 40, 60, workers.said)
        assert _cchc(environment, "rebuild").stdout == "Đã dựng lại từ 20000 dữ kiện.\n"
        assert json.loads(_cchc(environment, "quarantine", "--format", "json").stdout)["entries"] == []
        assert facts(live_store(store)) == facts(by_one_aggregator(log, store))
        assert workers.stop() == [0], workers.said()


def test_a_wrong_password_ends_a_command_with_its_code_in_both_languages(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("khac", encoding="ascii")
    done = _cchc(environment, "rebuild")
    assert (done.returncode, done.stdout) == (1, "")
    assert "LỖI [log.not_allowed]" in done.stderr
    assert "ERROR [log.not_allowed]" in done.stderr


def test_another_authority_ends_a_command_with_its_code_in_both_languages(
    environment: Mapping[str, str], authorities: Authorities
) -> None:
    other = {"CCHC_CLICKHOUSE_CA_FILE": str(authorities.other.certificate)}
    done = _cchc({**environment, **other}, "quarantine")
    assert (done.returncode, done.stdout) == (1, "")
    assert "LỖI [store.tls_failed]" in done.stderr
    assert "ERROR [store.tls_failed]" in done.stderr
