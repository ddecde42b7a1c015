from __future__ import annotations

from datetime import date

import pytest

from services.simulator.plan import Plan
from services.simulator.province import Province, simulate

YEAR = Plan(seed=7, communes=4, departments=3, dossiers=None, first=date(2026, 1, 1), last=date(2026, 12, 31))
SPRING = Plan(seed=11, communes=3, departments=1, dossiers=1_500, first=date(2026, 1, 12), last=date(2026, 3, 31))


@pytest.fixture(scope="session")
def year() -> Province:
    """A year of four communes and three departments."""
    return simulate(YEAR)


@pytest.fixture(scope="session")
def spring() -> Province:
    """Fifteen hundred dossiers over Tết: small enough to write and read several times."""
    return simulate(SPRING)
