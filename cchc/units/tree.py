"""The unit tree as it was known at a time, valid on a day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from cchc.api.reference.v1.reference_pb2 import UnitDefined
from cchc.reference.definitions import live_definitions
from cchc.reference.versions import Versions
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

    @classmethod
    def of_fact(cls, fact: UnitDefined) -> Unit:
        """The unit as a fact defines it."""
        return cls(
            code=fact.unit_code,
            name=fact.name,
            type=fact.type,
            parent=fact.parent_code,
            peer_group=fact.peer_group,
            valid_from=fact.valid_from_day,
            valid_to=fact.valid_to_day,
            decision=fact.decision,
            unconfirmed=fact.unconfirmed,
        )


_COLUMNS = ("subject", "name", "type", "parent", "peer_group", "valid_from", "valid_to", "decision", "unconfirmed")


class UnitTree(Versions[Unit]):
    """Every definition of every unit, by code and day."""

    @classmethod
    def load(cls, store: Store, as_of_ms: int) -> UnitTree:
        """The tree as the facts known at ``as_of_ms`` (milliseconds UTC) define it."""
        rows = live_definitions(store, "unit_fact", _COLUMNS, ("subject", "valid_from"), as_of_ms)
        return cls(_unit(row) for row in rows)

    def fingerprint(self) -> str:
        """SHA-256 (hex) of everything that the tree says: the same definitions, the same fingerprint."""
        said = [astuple(unit) for versions in self.by_code().values() for unit in versions]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    def line_above(self, code: str, day: int) -> list[str]:
        """Codes of the unit and of all above it on a day, itself first. A circle of parents is walked once.

        A unit that is not in force on the day stands where its last definition before that put it, or else its first.
        """
        line: list[str] = []
        while code and code not in line:
            line.append(code)
            unit = self.on(code, day) or self._nearest(code, day)
            code = unit.parent if unit is not None else ""
        return line

    def _nearest(self, code: str, day: int) -> Unit | None:
        versions = self.of(code)
        return next((u for u in reversed(versions) if u.valid_from <= day), versions[0] if versions else None)

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
