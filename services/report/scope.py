"""Which units an answer is of: one with all below it, or all of the tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cchc.store.port import Store
from cchc.units.tree import UnitTree
from services.report import failures


@dataclass(frozen=True, slots=True)
class Scope:
    """Units on a day (since 1970-01-01), as the tree was known then; ``unit`` None = all."""

    tree: UnitTree
    day: int
    unit: str | None

    @classmethod
    def load(cls, store: Store, as_of_ms: int, day: int, unit: str | None) -> Scope:
        """The scope as known at ``as_of_ms``. Refused ``report.unknown_unit`` where no definition has the code."""
        tree = UnitTree.load(store, as_of_ms)
        if unit is not None and not tree.knows(unit):
            raise failures.unknown_unit(unit)
        return cls(tree, day, unit)

    def units(self, seen: Iterable[str] = ()) -> list[str]:
        """Codes in the scope: those in force on the day; of all units also those that were ``seen`` in facts."""
        if self.unit is not None:
            return self.tree.subtree(self.unit, self.day)
        return sorted({*(one.code for one in self.tree.valid_on(self.day)), *seen})

    def name_of(self, code: str) -> str:
        """The unit's name on the day; empty where it is not in force."""
        known = self.tree.on(code, self.day)
        return known.name if known else ""

    def type_of(self, code: str) -> int:
        """The unit's type on the day, 0 where it is not in force."""
        known = self.tree.on(code, self.day)
        return known.type if known else 0

    @property
    def line(self) -> str:
        """``Đơn vị: Xã A (H01.1)``."""
        if self.unit is None:
            return "Đơn vị: toàn bộ"
        name = self.name_of(self.unit)
        return f"Đơn vị: {name} ({self.unit})" if name else f"Đơn vị: {self.unit}"
