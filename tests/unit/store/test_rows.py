"""Answers of several parts as one."""

from __future__ import annotations

from cchc.store.port import Rows


def test_rows_of_one_group_are_added_and_their_lists_united() -> None:
    rows = Rows(("unit", "n", "codes"), [("a", 1, ["x", "y"]), ("b", 2, []), ("a", 10, ["y", "z"])])
    assert rows.added(1) == [("a", 11, ["x", "y", "z"]), ("b", 2, [])]


def test_rows_without_a_name_are_one() -> None:
    assert Rows(("n", "m"), [(1, 2), (3, 4)]).added(0) == [(4, 6)]
    assert Rows(("n",), []).added(0) == []
