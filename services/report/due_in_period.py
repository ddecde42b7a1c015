"""How many dossiers of each column fall due in the period: what a bridge to D5 is made of."""

from __future__ import annotations

from collections.abc import Sequence

from cchc.dossier.numbering import Codes
from cchc.store.port import Store
from services.report.form_query import COUNTS, counted
from services.report.on_time import DUE_PARTS, LEFT_PARTS
from services.report.question import Question


def due_in_period(
    store: Store, question: Question, units: Sequence[str] | None = None, codes: Codes | None = None
) -> dict[str, int]:
    """Count of D5's denominator by column of the form; only dossiers of these units, or of all.

    Cost: that of ``form_counts``, whose arguments it has. Asked only where a bridge is wanted.
    """
    names = (*DUE_PARTS, *LEFT_PARTS)
    conditions = {name: f"{COUNTS[name]} AND falls_due AND NOT left_before_due" for name in names}
    chosen = None if units is None else set(units)
    rows = [
        row
        for (unit, _), row in counted(store, question, conditions, codes).items()
        if chosen is None or unit in chosen
    ]
    return {name: sum(row[name] for row in rows) for name in names}
