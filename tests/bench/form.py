"""The fold plus form II.06a for 300 units, beside the bare GROUP BY dossier over the same table, in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from cchc.calendar.periods import parse_period
from cchc.clock import SystemClock
from cchc.dossier.numbering import Codes
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from services.aggregator.generations import Generations
from services.report.form_query import form_counts
from services.report.question import Question
from tests.bench.filled import RECORDED_AT_MS, UNITS, empty_store, filled_log

ROUNDS = 5
BARE = "SELECT count(), sum(last) FROM (SELECT subject, max(occurred_at) AS last FROM fact GROUP BY subject)"


class _Deriving(Question):
    """The same question where every due time is looked for among the procedures' limits."""

    def must_derive(self, store: Store) -> bool:  # noqa: ARG002 — the store need not be asked
        return True


def measure(directory: Path, events: int) -> dict[str, float]:
    """Ask the form of a year over so many events, and the bare grouping, five times in turn.

    Returns:
        ``bare_s``, ``codes_s`` (reading the codes of units and fields, once for all questions), ``form_s`` and
        ``derived_form_s`` (with due times derived, and without the codes both), the median in seconds, each also as
        ``…_least_s`` and ``…_most_s``, and as ``…_cpu_s``, the least processor time: it hardly grows when the machine
        has other things to do. ``ratio`` and ``derived_ratio``: form to bare by the medians; ``cpu_ratio``: by
        processor time. ``units``: for how many the form is.
    """
    with filled_log(directory, events) as log, empty_store(directory) as store:
        live = Generations(store, SystemClock()).live()
        Aggregator(log, live).catch_up()
        period = parse_period("2025")
        question = Question.ask(live, period, RECORDED_AT_MS)
        deriving = _Deriving.ask(live, period, RECORDED_AT_MS)
        codes = Codes(live)
        units = {row["unit"] for row in form_counts(live, question, codes=codes)}
        figures = _in_turn(
            {
                "bare": lambda: live.query(BARE),
                "codes": lambda: Codes(live).by_number({-1}),
                "form": lambda: form_counts(live, question, codes=codes),
                "derived_form": lambda: form_counts(live, deriving, codes=codes),
            }
        )
    assert len(units) == UNITS, len(units)
    return {
        **figures,
        "ratio": figures["form_s"] / figures["bare_s"],
        "derived_ratio": figures["derived_form_s"] / figures["bare_s"],
        "cpu_ratio": figures["form_cpu_s"] / figures["bare_cpu_s"],
        "units": float(len(units)),
    }


def _in_turn(acts: dict[str, Callable[[], object]]) -> dict[str, float]:
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in acts}
    for _ in range(ROUNDS):
        for name, act in acts.items():
            start, cpu_start = time.perf_counter(), time.process_time()
            act()
            taken[name].append((time.perf_counter() - start, time.process_time() - cpu_start))
    figures: dict[str, float] = {}
    for name, pairs in taken.items():
        seconds, cpu_seconds = zip(*pairs, strict=True)
        figures[f"{name}_s"] = statistics.median(seconds)
        figures[f"{name}_least_s"], figures[f"{name}_most_s"] = min(seconds), max(seconds)
        figures[f"{name}_cpu_s"] = min(cpu_seconds)
    return figures
