"""Circles among units, against walking up from every unit on every day."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cchc.units.circles import circles
from cchc.units.tree import Unit, UnitTree

CODES = "ABCDE"
_UNITS = st.builds(
    lambda code, parent, first, length: Unit(
        code, code, 0, parent, "", first, first + length if length else 0, "", False
    ),
    st.sampled_from(CODES),
    st.sampled_from(["", "nobody", *CODES]),
    st.integers(0, 6),
    st.integers(0, 4),
)


def walked(units: list[Unit]) -> set[tuple[str, int]]:
    """What stands above itself on one of the days, the slow way."""
    tree, found = UnitTree(units), set()
    for day in range(12):
        for start in tree.valid_on(day):
            above = tree.on(start.parent, day)
            for _ in CODES:
                if above == start:
                    found.add((start.code, start.valid_from))
                above = above and tree.on(above.parent, day)
    return found


@given(st.lists(_UNITS, max_size=12, unique_by=lambda unit: (unit.code, unit.valid_from)))
def test_the_definitions_in_circles_are_those_that_stand_above_themselves(units: list[Unit]) -> None:
    found = circles(units)
    assert set(found) == walked(units)
    assert all(code in codes for (code, _), codes in found.items())
