"""For each test as many migrated databases as it needs."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from cchc.clock import FixedClock
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory
from tests.integration.fold.drawn import SEED_VARIABLE, seed_of_run
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows what its random sets can be drawn from again."""
    report = yield
    if report.failed:
        report.sections.append(("random sets", f"drawn again with {SEED_VARIABLE}={seed_of_run()}"))
    return report
