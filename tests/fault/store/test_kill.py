"""Killed at any moment, the store has what it acknowledged, and nothing by halves."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fault.store.asking import ROOT, ask
from tests.fault.store.inserter import ROWS

ROUNDS = 10
_INSERTS = """
SELECT round, thread, call, count() AS n, sum(number) AS s, sum(length(text)) AS l
FROM g1.fact GROUP BY round, thread, call ORDER BY round, thread, call
"""
_WHOLE = [ROWS, ROWS * (ROWS - 1) // 2, ROWS // 2 * (len("đúng hạn".encode()) + len("quá hạn".encode()))]


def _insert_and_kill(directory: Path, round_number: int, lines_before_kill: int) -> set[tuple[int, ...]]:
    """What a process acknowledged before it was killed: (round, thread, call)."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fault.store.inserter", str(directory), str(round_number)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = list(itertools.islice(process.stdout, lines_before_kill))
        process.kill()
        lines += process.stdout
    assert len(lines) >= lines_before_kill
    return {(round_number, *map(int, line.split())) for line in lines if line.endswith("\n")}


@pytest.mark.fault
def test_every_acknowledged_insert_survives_being_killed_and_none_is_partial(tmp_path: Path) -> None:
    dice = random.Random(20261015)  # noqa: S311 — not a secret
    acknowledged: set[tuple[int, ...]] = set()
    for round_number in range(ROUNDS):
        acknowledged |= _insert_and_kill(tmp_path / "store", round_number, dice.randint(1, 40))
        found = ask(tmp_path / "store", _INSERTS)
        assert acknowledged <= {tuple(row[:3]) for row in found}
        assert [row[3:] for row in found] == [_WHOLE] * len(found)
