"""The unit tree as it was known at a time, valid on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from cchc.reference.definitions import live_definitions
from cchc.store.port import Store


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (đơn vị) as one decision defines it.

    Days are days since 1970-01-01 in Asia/Ho_Chi_Minh; ``valid_to`` is exclusive, 0 = still valid. ``type`` is the
    number of ``cchc.api.reference.v1.UnitType``; ``parent`` is empty for a root.
    """

    code: str
    name: str
    type: int
    parent: str
    peer_group: str
    valid_from: int
    valid_to: int
    decision: str
    unconfirmed: bool

    def valid_on(self, day: int) -> bool:
        """Whether the definition is in force on a day."""
        return self.valid_from <= day and (self.valid_to == 0 or day < self.valid_to)


_COLUMNS = ("subject", "name", "type", "parent", "peer_group", "valid_from", "valid_to", "decision", "unconfirmed")


class UnitTree:
    """Every definition of every unit, by code and day."""

    def __init__(self, units: Iterable[Unit]) -> None:
        ordered = sorted(units, key=lambda u: (u.code, u.valid_from))
        self._by_code = {code: tuple(versions) for code, versions in groupby(ordered, key=lambda u: u.code)}

    @classmethod
    def load(cls, store: Store, as_of_ms: int) -> UnitTree:
        """The tree as the facts known at ``as_of_ms`` (milliseconds UTC) define it."""
        rows = live_definitions(store, "unit_fact", _COLUMNS, ("subject", "valid_from"), as_of_ms)
        return cls(_unit(row) for row in rows)

    def __iter__(self) -> Iterable[Unit]:
        """Every definition, by code and then by its first day."""
        return (version for versions in self._by_code.values() for version in versions)

    def on(self, code: str, day: int) -> Unit | None:
        """The definition of a unit that is in force on a day; of several, the one that began last."""
        return next((u for u in reversed(self._by_code.get(code, ())) if u.valid_on(day)), None)

    def knows(self, code: str) -> bool:
        """Whether any definition has this code."""
        return code in self._by_code

    def valid_on(self, day: int) -> list[Unit]:
        """Every unit that is in force on a day, by code."""
        return [u for code in self._by_code if (u := self.on(code, day)) is not None]

    def subtree(self, code: str, day: int) -> list[str]:
        """Codes of the unit and of all below it on a day, itself first. A circle of parents is walked once."""
        children: dict[str, list[str]] = {}
        for unit in self.valid_on(day):
            children.setdefault(unit.parent, []).append(unit.code)
        found = {code: None}
        waiting = [code]
        while waiting:
            for child in children.get(waiting.pop(), ()):
                if child not in found:
                    found[child] = None
                    waiting.append(child)
        return list(found)


def _unit(row: Mapping[str, object]) -> Unit:
    return Unit(
        code=str(row["subject"]),
        name=str(row["name"]),
        type=int(str(row["type"])),
        parent=str(row["parent"]),
        peer_group=str(row["peer_group"]),
        valid_from=int(str(row["valid_from"])),
        valid_to=int(str(row["valid_to"])),
        decision=str(row["decision"]),
        unconfirmed=bool(row["unconfirmed"]),
    )
