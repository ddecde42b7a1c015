"""The process's one store, and a way to fill a database of it with facts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory


@pytest.fixture(scope="session")
def store_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreDirectory]:
    with StoreDirectory.of_process(tmp_path_factory.getbasetemp()) as directory:
        yield directory


@pytest.fixture
def store(store_directory: StoreDirectory) -> Iterator[Store]:
    with store_directory.database() as store:
        yield store
