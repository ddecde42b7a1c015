"""For each test as many migrated databases as it needs."""

from __future__ import annotations

import pytest

from cchc.clock import FixedClock
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory
from tests.integration.fold.filled import Databases

pytest.register_assert_rewrite("tests.integration.fold.compared")


@pytest.fixture(scope="session")
def databases(store_directory: StoreDirectory) -> Databases:
    """Gives a database for each ``with``."""
    return Databases(store_directory)


@pytest.fixture
def store(store: Store) -> Store:
    """A fresh database with the schema."""
    migrate(store, FixedClock(0))
    return store
