"""What tests with random sets of facts show when they fail."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.integration.fold.drawn import SEED_VARIABLE, seed_of_run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows what its random sets can be drawn from again."""
    report = yield
    if report.failed and seed_of_run.cache_info().currsize:
        report.sections.append(("random sets", f"drawn again with {SEED_VARIABLE}={seed_of_run()}"))
    return report
