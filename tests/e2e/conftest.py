"""A small data directory, made with the command line; each test that changes it takes a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.commands import PROCEDURES, ROW, UNITS, well, write


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two units, one procedure, twenty dossiers; closed. Not to be changed."""
    folder = tmp_path_factory.mktemp("small")
    data = folder / "data"
    well("import", "units", write(folder / "units.csv", UNITS), data=data)
    well("import", "procedures", write(folder / "procedures.csv", PROCEDURES), data=data)
    rows = [{**ROW, "dossier_code": f"H{n}", "unit_code": f"U{n % 2 + 1}"} for n in range(20)]
    well("import", "dossiers", write(folder / "dossiers.csv", rows), data=data)
    return data
