"""Numbers that stand for subjects, units and fields while many dossiers are counted, and the way back to the codes.

Columns of the table ``fact``. ``subject_number`` tells dossiers apart as their codes do, and is twice as fast to group
by. ``place_number`` is a unit and a field: the unit's number in the upper half, the field's in the lower.
"""

from __future__ import annotations

from collections.abc import Mapping

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


def texts_by_number(store: Store) -> Mapping[int, str] | None:
    """Every unit and field that facts of dossiers say, and the empty text, by number.

    None where two texts have the same number, which is hardly to be expected: of a thousand, one time in ten thousand.
    Then they must not be counted by it.
    """
    texts: dict[int, str] = {}
    for text, number in store.query(_NUMBERED).rows:
        if texts.setdefault(number, text) != text:
            return None
    return texts
