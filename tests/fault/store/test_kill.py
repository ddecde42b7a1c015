"""Killed at any moment, the store has what it acknowledged, and nothing by halves."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fault.killed import said_before_killed
from tests.fault.store.asking import ask
from tests.fault.store.inserter import ROWS

ROUNDS = 10
_INSERTER = "tests.fault.store.inserter"
_INSERTS = """
SELECT round, thread, call, count() AS n, sum(number) AS s, sum(length(text)) AS l
FROM g1.fact GROUP BY round, thread, call ORDER BY round, thread, call
"""
_WHOLE = [ROWS, ROWS * (ROWS - 1) // 2, ROWS // 2 * (len("đúng hạn".encode()) + len("quá hạn".encode()))]


@pytest.mark.fault
def test_every_acknowledged_insert_survives_being_killed_and_none_is_partial(tmp_path: Path) -> None:
    dice = random.Random(20261015)  # noqa: S311 — not a secret
    store = tmp_path / "store"
    acknowledged: set[tuple[int, ...]] = set()
    for round_number in range(ROUNDS):
        said = said_before_killed(_INSERTER, str(store), str(round_number), lines_before_kill=dice.randint(1, 40))
        acknowledged |= {(round_number, *numbers) for numbers in said}
        found = ask(store, _INSERTS)
        assert acknowledged <= {tuple(row[:3]) for row in found}
        assert [row[3:] for row in found] == [_WHOLE] * len(found)
