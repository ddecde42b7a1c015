"""Waiting for a file that another process writes to: often, and not for ever."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cchc.log.sqlite.file import patiently, transaction


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None, timeout=0)) as connection:
        yield connection


def test_pauses_between_two_looks_at_the_lock_do_not_grow() -> None:
    answers = iter([False] * 100 + [True])
    pauses: list[float] = []

    assert patiently(lambda: next(answers), 3_600, pauses.append)

    assert len(pauses) == 100
    assert len(set(pauses)) == 1
    assert pauses[0] <= 0.002


def test_patience_ends() -> None:
    pauses: list[float] = []

    assert not patiently(lambda: False, 0, pauses.append)

    assert pauses == []


def test_a_transaction_begins_as_soon_as_the_lock_is_free(tmp_path: Path, mine: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as other:
        other.execute("CREATE TABLE t (n)")
        other.execute("BEGIN IMMEDIATE")
        looks: list[float] = []

        def begins() -> bool:
            try:
                mine.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True

        def pause(seconds: float) -> None:
            looks.append(seconds)
            if len(looks) == 3:
                other.execute("COMMIT")

        assert patiently(begins, 3_600, pause)
        assert len(looks) == 3


def test_a_transaction_says_that_the_lock_was_not_free_in_time(tmp_path: Path, mine: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as other:
        other.execute("CREATE TABLE t (n)")
        other.execute("BEGIN IMMEDIATE")

        with (
            pytest.raises(sqlite3.OperationalError, match="locked"),
            transaction(mine, "IMMEDIATE", patience_s=0.002),
        ):
            raise AssertionError


def test_a_transaction_does_not_wait_where_something_else_is_wrong(mine: sqlite3.Connection) -> None:
    mine.execute("BEGIN IMMEDIATE")

    with (
        pytest.raises(sqlite3.OperationalError, match="within a transaction"),
        transaction(mine, "IMMEDIATE", patience_s=3_600),
    ):
        raise AssertionError
