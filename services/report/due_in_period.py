"""How many dossiers of each column fall due in the period: what a bridge to D5 is made of."""

from __future__ import annotations

from collections.abc import Sequence

from cchc.store.port import Store
from services.report.bridge import DUE_PARTS, LEFT_PARTS
from services.report.dossiers_in_period import dossiers_in_period
from services.report.form_query import COUNTS
from services.report.question import Question


def due_in_period(store: Store, question: Question, units: Sequence[str] | None = None) -> dict[str, int]:
    """Count of D5's denominator by column of the form; only dossiers of these units, or of all.

    Cost: that of ``form_counts``. Asked only where a bridge is wanted.
    """
    names = (*DUE_PARTS, *LEFT_PARTS)
    counts = ", ".join(f"countIf({COUNTS[name]} AND falls_due AND NOT left_before_due) AS {name}_" for name in names)
    chosen = "" if units is None else "WHERE unit IN (SELECT arrayJoin({units:Array(String)}))"
    sql = f"SELECT {counts} FROM ({dossiers_in_period(derive=question.must_derive(store))}) {chosen}"
    bound = {**question.parameters(store), **({} if units is None else {"units": list(units)})}
    (row,) = store.query_by_subject(sql, bound).added(0)
    return dict(zip(names, map(int, row), strict=True))
