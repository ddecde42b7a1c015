"""Counts of form II.06a per unit and field, from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cchc.dossier.numbering import Codes, unit_and_field
from cchc.store.port import Parameter, Rows, Store
from services.report.counted_places import CountedPlaces
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


def form_counts(
    store: Store, question: Question, units: Sequence[str] | None = None, codes: Codes | None = None
) -> list[dict[str, Any]]:
    """One mapping per unit and field with every count; only dossiers of these units, or of all.

    Cost: one grouping of the facts of acceptance, due times and ends (linear in them), one fold of those of the
    dossiers that are not regular (``cchc.dossier.regular``), then one pass over the dossiers.

    Args:
        store: one generation of it.
        question: what is asked.
        units: codes of the units; all where it is None.
        codes: those of the same store, where several questions are asked of it.
    """
    figures = counted(store, question, COUNTS, codes)
    chosen = None if units is None else set(units)
    return [
        {"unit": unit, "field": field, **row}
        for (unit, field), row in sorted(figures.items())
        if chosen is None or unit in chosen
    ]


def counted(
    store: Store, question: Question, conditions: Mapping[str, str], codes: Codes | None = None
) -> dict[tuple[str, str], dict[str, int]]:
    """By unit and field, how many dossiers meet each condition on the flags of ``dossiers_in_period``, by its name.

    Units and fields without any are left out. ``codes``: as ``form_counts``.
    """
    derive, bound = question.must_derive(store), question.parameters(store)
    hours = bool(question.procedures.sometimes_hour_procedures())
    rows = CountedPlaces(store, derive, hours, bound, conditions).rows()
    texts = (codes or Codes(store)).by_number({number for place, *_ in rows for number in unit_and_field(place)})
    if texts is None:
        named = _by_code(store, derive, bound, conditions)
    else:
        named = [(*(texts[number] for number in unit_and_field(place)), *counts) for place, *counts in rows]
    return {
        (unit, field): dict(zip(conditions, counts, strict=True))
        for unit, field, *counts in Rows((), named).added(2)
        if any(counts)
    }


def _by_code(
    store: Store, derive: bool, bound: Mapping[str, Parameter], conditions: Mapping[str, str]
) -> list[tuple[Any, ...]]:
    dossiers = dossiers_in_period(derive=derive)
    counts = ", ".join(f"countIf({condition}) AS {name}_" for name, condition in conditions.items())
    sql = f"SELECT unit, field, {counts} FROM ({dossiers}) GROUP BY unit, field"
    return store.query_by_subject(sql, bound).rows
