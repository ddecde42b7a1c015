"""What every test may have: the process's one store with a fresh database in it, and real servers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory
from tests.servers import Address, shared_server

# A shared machine is slow at times; a slow example is no failure.
# The contract suites are classes whose tests every implementation runs in a class of its own: that is their point.
settings.register_profile("cchc", deadline=None, suppress_health_check=[HealthCheck.differing_executors])
settings.load_profile("cchc")


@pytest.fixture(scope="session")
def store_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreDirectory]:
    """The one directory that a process may have open."""
    with StoreDirectory.of_process(tmp_path_factory.getbasetemp()) as directory:
        yield directory


@pytest.fixture
def store(store_directory: StoreDirectory) -> Iterator[Store]:
    """A new and empty database, dropped at the end."""
    with store_directory.database() as store:
        yield store


@pytest.fixture(scope="session")
def run_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one directory for temporary files that all workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def clickhouse_server(run_directory: Path) -> Iterator[Address]:
    """The native port of a ClickHouse server that the whole run shares: make a database of your own in it."""
    with shared_server("clickhouse", run_directory) as address:
        yield address


@pytest.fixture(scope="session")
def kafka_server(run_directory: Path) -> Iterator[Address]:
    """The listener of a Kafka broker that the whole run shares: make topics and groups of names of your own in it."""
    with shared_server("kafka", run_directory) as address:
        yield address


@pytest.fixture(scope="session")
def clickhouse_cluster(run_directory: Path) -> Iterator[Address]:
    """One of two ClickHouse servers that the run shares; they are the clusters ``sharded`` and ``replicated``."""
    with shared_server("clickhouse_cluster", run_directory) as address:
        yield address
