"""Numbers that stand for units and fields while many dossiers are counted, and the way back to their codes."""

from __future__ import annotations

from collections.abc import Mapping

from cchc.dossier.fold import ACCEPTED, DECLINED, SUBMITTED, TRANSFERRED, number_of
from cchc.store.port import Store

_NUMBERED = f"""
    SELECT text, {number_of("text")} FROM (
        SELECT arrayJoin(arrayConcat(
            groupUniqArrayIf(unit, fact_type IN ({ACCEPTED}, {DECLINED})),
            groupUniqArrayIf(party, fact_type = {TRANSFERRED}),
            groupUniqArrayIf(field, fact_type IN ({ACCEPTED}, {SUBMITTED})))) AS text
        FROM fact WHERE fact_type IN ({ACCEPTED}, {DECLINED}, {SUBMITTED}, {TRANSFERRED}))"""


def texts_by_number(store: Store) -> Mapping[int, str] | None:
    """Every unit and field that facts of dossiers say, by ``fold.number_of`` it; 0, no fact, is the empty text.

    None where two texts have the same number, which is not to be expected: then they must not be counted by it.
    """
    texts: dict[int, str] = {0: ""}
    for text, number in store.query(_NUMBERED).rows:
        if texts.setdefault(number, text) != text:
            return None
    return texts
