"""What every test may have: the process's one store, and a fresh database in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory

# A shared machine is slow at times; a slow example is no failure.
settings.register_profile("cchc", deadline=None)
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
