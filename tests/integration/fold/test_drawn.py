"""What is drawn at random can be drawn again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.integration.fold.drawn import SEED_VARIABLE, adversarial_sets, drawn, seed_of_run
from tests.reference.strategies import questions

ROOT = Path(__file__).parents[3]
_FAILING = """
from tests.integration.fold.drawn import drawn
from tests.reference.strategies import questions

def test_that_fails():
    raise AssertionError(drawn(questions(), 1))
"""


def test_a_seed_draws_the_same_again_and_another_one_something_else() -> None:
    first, again = (drawn(adversarial_sets(), 20, of_seed=7) for _ in range(2))
    assert first == again
    assert drawn(adversarial_sets(), 20, of_seed=8) != first
    assert drawn(adversarial_sets(), 20, of_seed=7, turn=1) != first


def test_a_run_draws_from_one_seed() -> None:
    assert drawn(questions(), 3) == drawn(questions(), 3, of_seed=seed_of_run())


def test_a_failure_shows_the_seed_and_the_seed_brings_it_back(tmp_path: Path) -> None:
    conftest = "from tests.integration.conftest import pytest_runtest_makereport\n"
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    (tmp_path / "test_failing.py").write_text(_FAILING, encoding="utf-8")

    said = _said(tmp_path)
    (seed,) = (line.partition("=")[2] for line in said if SEED_VARIABLE in line)
    told = [line for line in said if line.startswith("E ")]
    assert told
    assert [line for line in _said(tmp_path, seed) if line.startswith("E ")] == told


def _said(folder: Path, seed: str | None = None) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", SEED_VARIABLE))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), **({} if seed is None else {SEED_VARIABLE: seed})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return done.stdout.splitlines()
