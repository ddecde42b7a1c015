"""Counts of form II.06a per unit and field, from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import add
from typing import Any

from cchc.dossier.numbering import texts_by_number
from cchc.store.port import Store
from services.report.dossiers_in_period import dossiers_in_period
from services.report.question import Question

COUNTS: Mapping[str, str] = {
    "received_online": "received AND online",
    "received_direct": "received AND NOT online",
    "carried_over": "carried_over",
    "resolved_early": "resolved AND early",
    "resolved_on_time": "resolved AND on_time",
    "resolved_late": "resolved AND late",
    "resolved_no_due": "resolved AND NOT has_due",
    "pending_in_time": "pending AND has_due AND NOT overdue",
    "pending_overdue": "pending AND overdue",
    "pending_no_due": "pending AND NOT has_due",
    "returned": "returned",
    "withdrawn": "withdrawn",
    "stopped": "stopped",
    "declined": "is_declined",
    "falls_due": "falls_due AND NOT left_before_due",
    "falls_due_met": "falls_due AND NOT left_before_due AND (early OR on_time)",
    "due_derived": "counted AND due_derived",
    "late_keyed": "late_keyed",
    "ended_before_received": "counted AND ended_before_received",
}
"""Count → the condition of a dossier (columns of ``dossiers_in_period``) that it counts."""


def form_counts(store: Store, question: Question, units: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """One mapping per unit and field with every count; only dossiers of these units, or of all.

    Cost: one fold over the facts of acceptance, due times and ends (linear in them), then one pass over the dossiers.
    """
    counts = ", ".join(f"countIf({condition}) AS {name}_" for name, condition in COUNTS.items())
    texts = texts_by_number(store)
    dossiers = dossiers_in_period(derive=question.must_derive(store), numbered=texts is not None)
    sql = f"SELECT unit, field, {counts} FROM ({dossiers}) GROUP BY unit, field"
    figures: dict[tuple[str, str], list[int]] = {}
    for unit, field, *row in store.query_by_subject(sql, question.parameters(store)).rows:
        place = (unit, field) if texts is None else (texts[unit], texts[field])
        figures[place] = list(map(add, figures[place], row)) if place in figures else row
    chosen = None if units is None else set(units)
    return [
        {"unit": unit, "field": field, **dict(zip(COUNTS, row, strict=True))}
        for (unit, field), row in sorted(figures.items())
        if chosen is None or unit in chosen
    ]
