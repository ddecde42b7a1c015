"""Every process of the program is deployed, and is given what it reads and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topic_plan import TopicPlan
from cchc.rpc.settings import RpcSettings, rpc_settings
from cchc.store.server_environment import server_settings
from services.single.topics_verb import topics
from tests.deploy.manifests import Started, container, of_kind, pod, read, started
from tests.deploy.said_in_code import processes, variables

_STARTED = sorted(started(), key=lambda one: one.where)
_ON_ONE_MACHINE = {"services.single", "services.simulator"}
_OF_THE_LOG = [one for one in _STARTED if one.module != "services.report"]


def _by_where(one: Started) -> str:
    return one.where


@pytest.mark.parametrize("process", _STARTED, ids=_by_where)
def test_what_is_started_is_a_process_of_the_program(process: Started) -> None:
    assert process.module in processes()


@pytest.mark.parametrize("place", ["compose", "kubernetes"])
def test_every_process_for_many_machines_is_started(place: str) -> None:
    here = {one.module for one in _STARTED if one.where.startswith(place)}

    assert processes() - _ON_ONE_MACHINE <= here


@pytest.mark.parametrize("process", _STARTED, ids=_by_where)
def test_every_variable_that_a_process_is_given_is_one_that_the_program_reads(process: Started) -> None:
    assert {name for name in process.environment if name.startswith("CCHC_")} - variables() == set()


@pytest.mark.parametrize("process", _OF_THE_LOG, ids=_by_where)
def test_every_process_but_the_reports_is_told_where_the_log_is_and_by_words_that_the_log_takes(
    process: Started, tmp_path: Path
) -> None:
    settings = KafkaSettings.of(_with_files(process.environment, tmp_path))

    assert settings is not None
    assert all(server.rpartition(":")[2].isdigit() for server in settings.servers)
    assert settings.security in {"PLAINTEXT", "SASL_SSL"}
    assert (settings.mechanism is None) == (settings.security == "PLAINTEXT")


def test_topics_are_set_up_by_a_verb_of_the_command_line_for_an_environment_of_the_list() -> None:
    jobs = [one for one in _STARTED if one.module == "services.single"]

    assert len(jobs) == 2
    for job in jobs:
        name, verb, option, environment = job.command[1:]
        assert verb in {command.callback.__name__ for command in topics.registered_commands if command.callback}
        assert (name, option) == ("topics", "--environment")
        assert TopicPlan.read().durability(environment)


def test_no_more_workers_are_started_than_there_are_partitions() -> None:
    partitions = sum(TopicPlan.read().topics.values())
    (scaler,) = [one for one in of_kind("HorizontalPodAutoscaler") if one["metadata"]["name"] == "aggregator"]

    assert scaler["spec"]["maxReplicas"] <= partitions
    assert read("compose.yaml")["services"]["aggregator"]["deploy"]["replicas"] <= partitions


def test_processes_are_given_the_time_that_the_server_takes_to_end() -> None:
    grace = RpcSettings.model_fields["grace"].default

    for one in of_kind("Deployment"):
        before = container(one).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        assert pod(one)["terminationGracePeriodSeconds"] > before + grace
    for service in read("compose.yaml")["services"].values():
        assert int(service.get("stop_grace_period", "60s").removesuffix("s")) > grace


def test_the_edge_takes_the_settings_that_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    edges = [one for one in _STARTED if "CCHC_GRPC_ADDRESS" in one.environment]

    assert len(edges) == 2 * len(processes() - _ON_ONE_MACHINE - {"services.aggregator"})
    for one in edges:
        for name, value in one.environment.items():
            monkeypatch.setenv(name, value)
        assert rpc_settings().plaintext


def test_the_store_takes_the_settings_that_it_is_given(tmp_path: Path) -> None:
    given = [one.environment for one in _STARTED if "CCHC_CLICKHOUSE_HOST" in one.environment]

    assert given
    for environment in given:
        settings = server_settings(_with_files(environment, tmp_path))
        assert settings.password == "x"  # noqa: S105 — as below
        assert settings.user == "cchc"
        assert settings.secure == ("CCHC_CLICKHOUSE_CA_FILE" in environment)


def test_no_password_stands_in_a_manifest() -> None:
    said = {name for one in _STARTED for name in one.environment if "PASSWORD" in name}

    assert said
    assert {name for name in said if not name.endswith("_FILE")} == set()


def test_a_variable_that_nobody_reads_is_found_out() -> None:
    assert "CCHC_KAFKA_SERVERS" in variables()
    assert "CCHC_KAFKA_CA_FILE" in variables()
    assert "CCHC_KAFKA_PLAINTEXT" not in variables()
    assert "CCHC_KAFKA_SERVER" not in variables()


def _with_files(environment: Mapping[str, str], folder: Path) -> Mapping[str, str]:
    """The same where the secrets that are mounted there lie in a file here."""
    (folder / "secret").write_text("x", encoding="utf-8")
    return {name: str(folder / "secret") if name.endswith("_FILE") else value for name, value in environment.items()}
