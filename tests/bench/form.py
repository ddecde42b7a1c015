"""The fold plus form II.06a for 300 units, beside the bare GROUP BY dossier over the same table, in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from cchc.calendar.periods import parse_period
from cchc.clock import SystemClock
from services.aggregator.consume import Aggregator
from services.aggregator.generations import Generations
from services.report.dossiers_in_period import dossiers_in_period
from services.report.form_query import COUNTS, form_counts
from services.report.question import Question
from tests.bench.filled import RECORDED_AT_MS, UNITS, empty_store, filled_log

ROUNDS = 5
BARE = "SELECT count(), sum(last) FROM (SELECT subject, max(occurred_at) AS last FROM fact GROUP BY subject)"


def measure(directory: Path, events: int) -> dict[str, float]:
    """Ask the form of a year over so many events, and the bare grouping, five times in turn; the median of each.

    Returns:
        ``bare_s``, ``form_s`` and ``derived_form_s`` (the same with every due time looked for among the procedures'
        limits), in seconds; ``ratio`` and ``derived_ratio``: form to bare; ``units``: for how many the form is.
    """
    with filled_log(directory, events) as log, empty_store(directory) as store:
        live = Generations(store, SystemClock()).live()
        Aggregator(log, live).catch_up()
        question = Question.ask(live, parse_period("2025"), RECORDED_AT_MS)
        counts = ", ".join(f"countIf({condition}) AS {name}_" for name, condition in COUNTS.items())
        derived = f"SELECT unit, field, {counts} FROM ({dossiers_in_period(derive=True)}) GROUP BY unit, field"  # noqa: S608 — constants of the product
        units = {row["unit"] for row in form_counts(live, question)}
        taken: dict[str, list[float]] = {"bare_s": [], "form_s": [], "derived_form_s": []}
        for _ in range(ROUNDS):
            taken["bare_s"].append(_seconds(lambda: live.query(BARE)))
            taken["form_s"].append(_seconds(lambda: form_counts(live, question)))
            taken["derived_form_s"].append(_seconds(lambda: live.query(derived, question.parameters(live))))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    assert len(units) == UNITS, len(units)
    return {
        **medians,
        "ratio": medians["form_s"] / medians["bare_s"],
        "derived_ratio": medians["derived_form_s"] / medians["bare_s"],
        "units": float(len(units)),
    }


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
