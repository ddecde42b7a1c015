"""The one gate: a scope holds its units and all below them, on the day in question."""

from __future__ import annotations

import pytest

from cchc.errors import Refused
from cchc.rights import EVERY_UNIT, OPERATOR, Caller, Right, Role, demand, may
from cchc.units.tree import Unit, UnitTree

_MERGER = 20_270
"""The day on which districts were abolished and communes came under the province."""


def unit(code: str, parent: str, valid_from: int = 0, valid_to: int = 0) -> Unit:
    return Unit(code, code, 1, parent, "", valid_from, valid_to, "", unconfirmed=False)


TREE = UnitTree(
    [
        unit("H21", ""),
        unit("H21.30", "H21", 0, _MERGER),
        unit("H21.30.1", "H21.30", 0, _MERGER),
        unit("H21.30.1", "H21", _MERGER),
        unit("H21.17", "H21"),
    ]
)


def sender(*units: str) -> Caller:
    return Caller("hệ thống thử", Role.SENDER, frozenset(units))


def test_a_scope_holds_all_below_its_units() -> None:
    assert may(sender("H21.30"), Right.RECORD, "H21.30.1", TREE, _MERGER - 1)
    assert may(sender("H21"), Right.RECORD, "H21.30.1", TREE, _MERGER - 1)
    assert not may(sender("H21.17"), Right.RECORD, "H21.30.1", TREE, _MERGER - 1)
    assert not may(sender("H21.30.1"), Right.RECORD, "H21.30", TREE, _MERGER - 1)


def test_the_tree_of_the_day_decides() -> None:
    assert not may(sender("H21.30"), Right.RECORD, "H21.30.1", TREE, _MERGER)
    assert may(sender("H21"), Right.RECORD, "H21.30.1", TREE, _MERGER)


def test_an_abolished_unit_stands_where_it_stood_last() -> None:
    assert may(sender("H21"), Right.READ, "H21.30", TREE, _MERGER + 100)


def test_only_the_whole_scope_holds_what_is_in_no_tree() -> None:
    assert not may(sender("H21"), Right.RECORD, "H99", TREE, 1)
    assert may(sender(EVERY_UNIT), Right.RECORD, "H99", TREE, 1)
    assert may(sender("H99"), Right.RECORD, "H99", TREE, 1)


def test_the_whole_tree_may_be_read_by_the_whole_scope_only() -> None:
    assert not may(sender("H21"), Right.READ, None, TREE, 1)
    assert may(OPERATOR, Right.READ, None, TREE, 1)


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (Role.SENDER, {Right.RECORD, Right.APPRAISE, Right.READ}),
        (Role.READER, {Right.READ}),
        (Role.ADMINISTRATOR, set(Right)),
    ],
)
def test_a_role_has_its_rights_and_no_other(role: Role, rights: set[Right]) -> None:
    caller = Caller("x", role, frozenset({EVERY_UNIT}))

    assert {right for right in Right if may(caller, right, None, TREE, 1)} == rights


def test_registers_are_defined_for_the_whole_tree_only() -> None:
    assert not may(Caller("x", Role.ADMINISTRATOR, frozenset({"H21"})), Right.DEFINE, "H21", TREE, 1)


def test_a_circle_of_parents_ends() -> None:
    circle = UnitTree([unit("a", "b"), unit("b", "a")])

    assert not may(sender("c"), Right.RECORD, "a", circle, 1)


def test_who_may_not_is_told_so_in_both_languages() -> None:
    with pytest.raises(Refused, match=r"rights\.denied") as refused:
        demand(sender("H21.17"), Right.RECORD, "H21.30.1", TREE, 1)

    assert "H21.30.1" in refused.value.vi
    assert "H21.30.1" in refused.value.en


def test_a_sender_may_be_bound_to_source_systems() -> None:
    assert sender("H21").speaks_as("anything")
    bound = Caller("x", Role.SENDER, frozenset({"H21"}), frozenset({"one-stop"}))
    assert bound.speaks_as("one-stop")
    assert not bound.speaks_as("other")
