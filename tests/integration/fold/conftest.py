"""The process's one store, and for each test as many migrated databases as it needs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cchc.clock import FixedClock
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory
from tests.integration.fold.filled import Databases

pytest.register_assert_rewrite("tests.integration.fold.compared")


@pytest.fixture(scope="session")
def store_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreDirectory]:
    with StoreDirectory.of_process(tmp_path_factory.getbasetemp()) as directory:
        yield directory


@pytest.fixture(scope="session")
def databases(store_directory: StoreDirectory) -> Databases:
    """Gives a database for each ``with``."""
    return Databases(store_directory)


@pytest.fixture
def store(store_directory: StoreDirectory) -> Iterator[Store]:
    with store_directory.database() as store:
        migrate(store, FixedClock(0))
        yield store
