"""deploy/compose.yaml: everything that a service refers to is there, and nothing listens outside of the machine."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import pytest
from grpc_health.v1 import health_pb2_grpc

from cchc.log.kafka.topic_plan import PLAN_VARIABLE
from cchc.log.kafka.topics import MAX_MESSAGE_BYTES
from cchc.rpc.health import Health
from cchc.rpc.metrics_page import metrics_at
from cchc.telemetry import Metrics
from tests.deploy.manifests import DEPLOY, Tree, read
from tests.docs.documents import files

_KEYS = {
    *("image", "build", "command", "entrypoint", "environment", "restart", "read_only", "tmpfs", "cap_drop"),
    *("security_opt", "stop_grace_period", "depends_on", "ports", "volumes", "secrets", "healthcheck", "ulimits"),
    *("deploy", "profiles"),
}
_OPERATORS_OWN = {"keys", "secrets"}
"""Directories below deploy/ that the operator fills, and that git never sees."""

_COMPOSE = read("compose.yaml")
_SERVICES: Tree = _COMPOSE["services"]


def _mounts(service: Tree) -> list[tuple[str, str]]:
    return [(mount.split(":")[0], mount.split(":")[1]) for mount in service.get("volumes", [])]


@pytest.mark.parametrize("name", _SERVICES)
def test_a_service_is_written_in_words_of_compose(name: str) -> None:
    assert set(_SERVICES[name]) - _KEYS == set()


@pytest.mark.parametrize("name", _SERVICES)
def test_what_a_service_waits_for_is_there_and_can_become_so(name: str) -> None:
    waits = _SERVICES[name].get("depends_on", {})
    conditions = waits if isinstance(waits, dict) else {other: {"condition": "service_started"} for other in waits}

    for other, said in conditions.items():
        assert other in _SERVICES
        if said["condition"] == "service_healthy":
            assert "healthcheck" in _SERVICES[other]
        if said["condition"] == "service_completed_successfully":
            assert _SERVICES[other]["restart"] == "no"


@pytest.mark.parametrize("name", _SERVICES)
def test_every_volume_secret_and_file_of_a_service_is_there(name: str) -> None:
    service = _SERVICES[name]
    tracked = {path.removeprefix("deploy/") for path in files() if path.startswith("deploy/")}

    for secret in service.get("secrets", []):
        assert secret in _COMPOSE["secrets"]
    for source, _ in _mounts(service):
        if not source.startswith("."):
            assert source in _COMPOSE["volumes"]
        elif (path := source.removeprefix("./")) not in _OPERATORS_OWN:
            assert any(one == path or one.startswith(f"{path}/") for one in tracked), path


def test_every_file_that_a_variable_names_is_mounted() -> None:
    for name, service in _SERVICES.items():
        there = {target for _, target in _mounts(service)}
        there |= {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
        named = {
            str(value)
            for key, value in service.get("environment", {}).items()
            if key.endswith("_FILE") or key in {"CCHC_KEYS", PLAN_VARIABLE}
        }
        assert named <= there, name


def test_the_job_that_sets_the_topics_up_has_the_plan_that_is_edited() -> None:
    job = _SERVICES["topics"]

    assert _mounts(job) == [("./kafka/topics.yaml", job["environment"][PLAN_VARIABLE])]


def test_every_volume_and_secret_is_used() -> None:
    used = {source for service in _SERVICES.values() for source, _ in _mounts(service)}
    secrets = {secret for service in _SERVICES.values() for secret in service.get("secrets", [])}

    assert set(_COMPOSE["volumes"]) <= used
    assert set(_COMPOSE["secrets"]) == secrets


def test_secrets_and_keys_are_never_in_git() -> None:
    assert [path for path in files() if re.match(r"deploy/(keys|secrets)/", path)] == []
    assert {said["file"].split("/")[1] for said in _COMPOSE["secrets"].values()} <= _OPERATORS_OWN


def test_nothing_listens_outside_of_the_machine_and_no_port_twice() -> None:
    ports = [port.rpartition(":")[0] for service in _SERVICES.values() for port in service.get("ports", [])]

    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert len(ports) == len(set(ports))


def test_a_published_port_is_where_the_service_listens() -> None:
    for name, service in _SERVICES.items():
        if address := service.get("environment", {}).get("CCHC_GRPC_ADDRESS"):
            assert [port.rpartition(":")[2] for port in service["ports"]] == [address.rpartition(":")[2]], name


def test_services_of_ours_cannot_write_and_have_no_privileges() -> None:
    ours = [service for service in _SERVICES.values() if service["image"].startswith("cchc:")]

    assert ours
    for service in ours:
        assert service["read_only"]
        assert service["tmpfs"] == ["/tmp"]  # noqa: S108 — of the container
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_broker_takes_the_largest_batch_and_makes_no_topic_by_itself() -> None:
    broker = _SERVICES["kafka"]["environment"]

    assert broker["KAFKA_MESSAGE_MAX_BYTES"] == MAX_MESSAGE_BYTES
    assert broker["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert broker["KAFKA_LOG_DIRS"] == dict(_mounts(_SERVICES["kafka"]))["kafka"]


def test_what_the_services_reach_is_a_service_of_that_port() -> None:
    kafka = _SERVICES["kafka"]["environment"]
    listens = kafka["KAFKA_ADVERTISED_LISTENERS"].removeprefix("PLAINTEXT://")

    for name, service in _SERVICES.items():
        environment = service.get("environment", {})
        assert environment.get("CCHC_KAFKA_SERVERS", listens) == listens, name
        assert environment.get("CCHC_CLICKHOUSE_HOST", "clickhouse") in _SERVICES, name
        assert (
            environment.get("CCHC_CLICKHOUSE_USER", "cchc")
            == (_SERVICES["clickhouse"]["environment"]["CLICKHOUSE_USER"])
        ), name


def test_a_service_is_healthy_while_its_log_takes_facts_and_no_longer() -> None:
    health = Health(Metrics())
    with _grpc_server(health) as port:
        while_it_does = _asked("intake", 50051, port)
        health.writable(yes=False)
        after_a_refusal = _asked("intake", 50051, port)

    assert (while_it_does, after_a_refusal) == (0, 1)
    assert _asked("intake", 50051, port) == 1


def test_a_worker_is_healthy_while_it_shows_its_metrics() -> None:
    with metrics_at("127.0.0.1:0", Metrics().registry) as port:
        assert port is not None
        assert _asked("aggregator", 9464, port) == 0
    assert _asked("aggregator", 9464, port) == 1


@contextmanager
def _grpc_server(health: Health) -> Iterator[int]:
    server = grpc.server(ThreadPoolExecutor(2))
    health_pb2_grpc.add_HealthServicer_to_server(health.servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()


def _asked(name: str, port: int, here: int) -> int:
    """Exit code of the health check of a service, asked at a port of this machine."""
    kind, program, *words = _SERVICES[name]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    said = [word.replace(f"127.0.0.1:{port}", f"127.0.0.1:{here}") for word in words]
    assert said != words
    return subprocess.run([sys.executable, *said], capture_output=True, check=False).returncode


def test_the_builder_is_given_the_project_and_the_dockerfile() -> None:
    build = next(service["build"] for service in _SERVICES.values() if "build" in service)

    assert (DEPLOY / build["context"]).resolve() == DEPLOY.parent.resolve()
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
