"""Circles among units: a unit that is above itself on some day, so that no tree can hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cchc.units.tree import Unit, UnitTree


def circles(units: Iterable[Unit]) -> dict[tuple[str, int], tuple[str, ...]]:
    """Every definition that stands in a circle on some day: its code and first day → the codes of the circle.

    Linear in the definitions where there is no circle. Where there is one, linear in the units below or in it, times
    the days on which one of their definitions begins or ends.
    """
    versions: dict[str, list[Unit]] = {}
    for unit in units:
        versions.setdefault(unit.code, []).append(unit)
    suspects = _never_reaching_a_root({code: {unit.parent for unit in of} for code, of in versions.items()})
    tree = UnitTree(unit for code in suspects for unit in versions[code])
    days = {day for code in suspects for unit in versions[code] for day in (unit.valid_from, unit.valid_to)}
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for day in sorted(days):
        for circle in _on(tree, suspects, day):
            codes = tuple(unit.code for unit in circle)
            for unit in circle:
                found.setdefault((unit.code, unit.valid_from), codes)
    return found


def _never_reaching_a_root(parents: Mapping[str, set[str]]) -> list[str]:
    """Units that, by all that was ever said of their parents, may stand in a circle or below one."""
    children: dict[str, list[str]] = {}
    above = {code: {parent for parent in of if parent in parents} for code, of in parents.items()}
    for code, of in above.items():
        for parent in of:
            children.setdefault(parent, []).append(code)
    clear = [code for code, of in above.items() if not of]
    while clear:
        parent = clear.pop()
        for child in children.get(parent, ()):
            above[child].discard(parent)
            if not above[child]:
                clear.append(child)
    return [code for code, of in above.items() if of]


def _on(tree: UnitTree, codes: Iterable[str], day: int) -> list[list[Unit]]:
    """The circles on a day, each as the definitions that make it."""
    walked: set[str] = set()
    found = []
    for code in codes:
        line: dict[str, Unit] = {}
        unit = tree.on(code, day)
        while unit is not None and unit.code not in walked:
            walked.add(unit.code)
            line[unit.code] = unit
            unit = tree.on(unit.parent, day)
        if unit is not None and unit.code in line:
            around = list(line.values())
            found.append(around[around.index(unit) :])
    return found
