"""For each test a desk that imports into a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cchc.testing.store_directory import StoreDirectory
from tests.integration.intake.desk import Desk, desk_in


@pytest.fixture
def desk(store_directory: StoreDirectory, tmp_path: Path) -> Iterator[Desk]:
    """A desk where two units and two procedures are defined."""
    with desk_in(store_directory, tmp_path) as desk:
        desk.define()
        yield desk
