"""Counts of form II.06a in few words, for figures that are worked out by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from cchc.calendar.periods import Period, free_window, parse_period
from services.report.form_ii06a import FormII06a, form_of_counts
from services.report.form_query import COUNTS
from tests.reference.published import Figures

QUARTER = parse_period("2026Q2")
AFTER = QUARTER.end_ms + 12 * 3_600_000
"""Noon of the day after the quarter: 15/06/2026."""


def line(field: str = "LV01", unit: str = "U1", /, **counts: int) -> dict[str, Any]:
    """What the store answers for one unit and field; every count that is not said is 0."""
    unknown = counts.keys() - COUNTS.keys()
    if unknown:
        raise ValueError(f"no such counts: {unknown}")
    return {"unit": unit, "field": field, **dict.fromkeys(COUNTS, 0), **counts}


def form_of(*lines: dict[str, Any], period: Period = QUARTER, as_of_ms: int = AFTER) -> FormII06a:
    """The form of all units."""
    return form_of_counts(lines, period, as_of_ms)


def published_form(figures: Figures, first: date, last: date, **due: int) -> FormII06a:
    """The form of published figures, all in one field."""
    period = free_window(first, last)
    return form_of_counts([line(**asdict(figures), **due)], period, period.end_ms)
