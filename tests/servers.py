"""Real servers that all workers of a test run share: the first that asks starts one, the last that leaves ends it.

A guardian process (``python -m tests.servers NAME DIRECTORY``) holds the server. Each worker holds a lock while it
needs the server; the guardian waits until nobody holds it. The system gives back the locks of a worker that was killed,
so an interrupted run leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from deploy.local import kafka, zookeeper
from deploy.local.clickhouse import LocalClickHouse, Ports, Topology
from deploy.local.jars import fetch_jars
from deploy.local.kafka import LocalKafka
from deploy.local.missing import how_to_install, missing
from deploy.local.process import ServerFailed
from deploy.local.zookeeper import LocalZooKeeper

_ROOT = Path(__file__).resolve().parents[1]
_PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "clickhouse": ("clickhouse",),
    "clickhouse_cluster": ("clickhouse", "java", "mvn"),
    "kafka": ("java", "mvn"),
    "zookeeper": ("java", "mvn"),
}
_POMS: Mapping[str, Path] = {"clickhouse_cluster": zookeeper.POM, "kafka": kafka.POM, "zookeeper": zookeeper.POM}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens: the native protocol of ClickHouse, the listener of Kafka."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def require(*servers: str) -> None:
    """Skip the test, saying why, where clickhouse, kafka or zookeeper (as named) cannot be had; in CI fail it."""
    for server in servers:
        lacking = missing(*_PROGRAMS[server])
        if lacking:
            _not_here(f"{server} needs {', '.join(lacking)}; to allow it: {how_to_install()}")
        if server in _POMS:
            try:
                fetch_jars(_POMS[server])
            except ServerFailed as error:
                _not_here(str(error))


def _not_here(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def shared_server(name: str, run: Path) -> Iterator[Address]:
    """The run's one server of this name, ``run`` being the directory that all workers of the run share."""
    require(name)
    directory = run / f"server-{name}"
    directory.mkdir(exist_ok=True)
    guardian = None
    with (directory / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with (directory / "start.lock").open("w") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            address = directory / "address.json"
            if not address.exists():
                guardian, said = _start_guardian(name, directory)
                address.write_text(said, encoding="utf-8")
        host, port = json.loads(address.read_text(encoding="utf-8"))
        yield Address(host, port)
    if guardian is not None:
        guardian.wait()


def _start_guardian(name: str, directory: Path) -> tuple[subprocess.Popen[str], str]:
    with (directory / "guardian.log").open("w") as log:
        guardian = subprocess.Popen(
            [sys.executable, "-m", "tests.servers", name, str(directory)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    assert guardian.stdout is not None
    with guardian.stdout as stdout:
        said = stdout.readline()
    if not said:
        guardian.wait()
        pytest.fail(f"no {name}: {(directory / 'guardian.log').read_text(encoding='utf-8')}")
    return guardian, said


def _guard(name: str, directory: Path) -> None:
    """Start the server, say its address, and end it when nobody holds the users' lock any more."""
    data = directory / "data"
    data.mkdir(exist_ok=True)
    with _started(name, data) as address, (directory / "users.lock").open("w") as users:
        print(json.dumps([address.host, address.port]), flush=True)  # noqa: T201 — whoever started this reads it
        fcntl.flock(users, fcntl.LOCK_EX)
        (directory / "address.json").unlink(missing_ok=True)
    shutil.rmtree(data, ignore_errors=True)


@contextmanager
def _started(name: str, data: Path) -> Iterator[Address]:
    if name == "kafka":
        with LocalKafka(data, dies_with_parent=True) as broker:
            yield Address(broker.host, broker.port)
    elif name == "clickhouse_cluster":
        with two_clickhouses(data) as (first, _):
            yield Address(first.host, first.tcp_port)
    else:
        with LocalClickHouse(data, dies_with_parent=True) as clickhouse:
            yield Address(clickhouse.host, clickhouse.tcp_port)


@contextmanager
def two_clickhouses(directory: Path) -> Iterator[tuple[LocalClickHouse, LocalClickHouse]]:
    """Two servers and a ZooKeeper, as the cluster ``sharded``, of two shards, and ``replicated``, of two replicas.

    They belong to whoever asks, who may end and start them again.
    """
    ports = [Ports.free(), Ports.free()]
    clusters = {"sharded": [[one.tcp] for one in ports], "replicated": [[one.tcp for one in ports]]}
    with contextlib.ExitStack() as stack:
        keeper = stack.enter_context(LocalZooKeeper(directory / "zookeeper", dies_with_parent=True))
        topology = Topology(clusters=clusters, zookeeper=keeper.port)
        first, second = (
            LocalClickHouse(directory / f"server-{number}", ports=one, topology=topology, dies_with_parent=True)
            for number, one in enumerate(ports)
        )
        for server in (first, second):
            server.start()
            stack.callback(server.kill)  # nothing of it is needed any more, and stopping takes seconds
        yield first, second


if __name__ == "__main__":
    _guard(sys.argv[1], Path(sys.argv[2]))
