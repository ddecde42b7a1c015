"""Numbers that stand for subjects, units and fields while many dossiers are counted, and the way back to the codes.

Columns of the table ``fact``. ``subject_number`` tells dossiers apart as their codes do, and is twice as fast to group
by. ``place_number`` is a unit and a field: the unit's number in the upper half, the field's in the lower.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cchc.dossier.fold import ACCEPTED, DECLINED, SUBMITTED, TRANSFERRED
from cchc.store.port import Store

_HALF = 2**32


def place_number(unit: str, field: str) -> str:
    """SQL: the number of a unit and a field, as the column of that name has it."""
    return f"bitOr(bitShiftLeft(cityHash64({unit}), 32), {_number_of(field)})"


def unit_and_field(place: int) -> tuple[int, int]:
    """The numbers of its unit and of its field."""
    return divmod(place, _HALF)


def _number_of(text: str) -> str:
    return f"bitAnd(cityHash64({text}), {_HALF - 1})"


_NUMBERED = f"""
    SELECT text, {_number_of("text")} FROM (
        SELECT arrayJoin(arrayConcat(
            groupUniqArrayIf(unit, fact_type IN ({ACCEPTED}, {DECLINED})),
            groupUniqArrayIf(party, fact_type = {TRANSFERRED}),
            groupUniqArrayIf(field, fact_type IN ({ACCEPTED}, {SUBMITTED})), [''])) AS text
        FROM fact WHERE fact_type IN ({ACCEPTED}, {DECLINED}, {SUBMITTED}, {TRANSFERRED}))"""


class Codes:
    """The codes that numbers stand for. Facts are only ever added, so what was read once stays true.

    Args:
        store: where the facts are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._texts: Mapping[int, str] = {}

    def by_number(self, numbers: Collection[int]) -> Mapping[int, str] | None:
        """The code of each of these numbers of units and fields, and of others.

        None where two codes have the same number, which is hardly to be expected: of a thousand, one time in ten
        thousand. Then they must not be counted by it.

        Cost: one scan of the codes that facts of dossiers say, where some number is new.
        """
        if not self._texts.keys() >= set(numbers):
            rows = self._store.query(_NUMBERED).rows
            texts = {number: text for text, number in rows}
            if len(texts) < len({text for text, _ in rows}):
                return None
            self._texts = texts
        return self._texts
