"""A fresh database with the schema for each test."""

from __future__ import annotations

import pytest

from cchc.clock import FixedClock
from cchc.store.migrate import migrate
from cchc.store.port import Store


@pytest.fixture
def store(store: Store) -> Store:
    """A fresh database with the schema."""
    migrate(store, FixedClock(0))
    return store
