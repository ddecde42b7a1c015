"""Databases to fill with facts of registers, and a desk that imports files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cchc.testing.store_directory import StoreDirectory
from tests.integration.fold.filled import Databases
from tests.integration.legal.desk import RegisterDesk, register_desk_in


@pytest.fixture(scope="session")
def databases(store_directory: StoreDirectory) -> Databases:
    """Gives a database for each ``with``."""
    return Databases(store_directory)


@pytest.fixture
def desk(store_directory: StoreDirectory, tmp_path: Path) -> Iterator[RegisterDesk]:
    """A desk where a province, two districts and a commune are defined."""
    with register_desk_in(store_directory, tmp_path) as desk:
        yield desk
