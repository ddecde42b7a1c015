"""Killed at any moment and run again to the end, every command leaves the answers of a run that nobody disturbed.

The moments are other ones in every run. A test that fails prints its seed; CCHC_KILL_SEED=SEED repeats its moments.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fault.embedded.killing import Case, PartsSeen, ask, batches, copy_of, run, run_until

ROUNDS = range(20)
SEED_VARIABLE = "CCHC_KILL_SEED"
MOST_LINGERING = 0.3
"""Seconds: about as long as the longest step between two growths of what is observed."""

Observe = Callable[[Path], int]


@pytest.fixture
def seed() -> str:
    """Where the moments come from: drawn, or given to repeat them. Shown when the test fails."""
    seed = os.environ.get(SEED_VARIABLE) or secrets.token_hex(4)
    sys.stdout.write(f"{SEED_VARIABLE}={seed}\n")
    return seed


def _killed(case: Case, data: Path, observer: Callable[[], Observe], before: int, seed: str) -> None:
    """Leave the directory of a run that was killed some time after its observable grew by a part of what it will."""
    dice = random.Random(seed)  # noqa: S311 — not a secret
    growth, linger = dice.randint(0, case.progress - before - 1), dice.uniform(0, MOST_LINGERING)
    while not run_until(case.arguments, copy_of(case.base, data), observer(), before + growth, linger)[0]:
        # What grows at the very end of a run is seen too late to kill it: somewhat earlier, then.
        assert growth > 0
        growth, linger = growth // 2, linger / 2
        shutil.rmtree(data)


def _kill_and_resume(case: Case, tmp_path: Path, observer: Callable[[], Observe], before: int, seed: str) -> None:
    """Kill when the observable has grown by a part of what it will; then run the same command to its end."""
    data = tmp_path / "data"
    _killed(case, data, observer, before, seed)
    run(case.arguments, data)
    assert ask(data, keying=case.keying) == case.answer


@pytest.mark.fault
@pytest.mark.parametrize("number", ROUNDS)
def test_a_killed_import_goes_on_where_it_was(importing: Case, tmp_path: Path, seed: str, number: int) -> None:
    _kill_and_resume(importing, tmp_path, lambda: batches, batches(importing.base), f"{seed} import {number}")


@pytest.mark.fault
@pytest.mark.parametrize("number", ROUNDS)
def test_a_killed_aggregation_counts_nothing_twice_and_nothing_never(
    aggregating: Case, tmp_path: Path, seed: str, number: int
) -> None:
    _kill_and_resume(aggregating, tmp_path, PartsSeen, 0, f"{seed} aggregate {number}")


@pytest.mark.fault
@pytest.mark.parametrize("number", ROUNDS)
def test_a_killed_rebuild_leaves_the_old_store_or_the_new_one(
    rebuilding: Case, tmp_path: Path, seed: str, number: int
) -> None:
    _kill_and_resume(rebuilding, tmp_path, PartsSeen, PartsSeen()(rebuilding.base), f"{seed} rebuild {number}")


@pytest.mark.fault
@pytest.mark.parametrize("number", range(5))
def test_between_a_killed_rebuild_and_the_next_one_the_answers_are_there(
    rebuilding: Case, tmp_path: Path, seed: str, number: int
) -> None:
    data = tmp_path / "data"
    _killed(rebuilding, data, PartsSeen, PartsSeen()(rebuilding.base), f"{seed} between {number}")
    assert ask(data, keying=True) == rebuilding.answer
