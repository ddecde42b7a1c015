"""Dossiers counted by place: the regular ones and the odd ones in two statements at once, both of one state.

The store thinks over a statement in one thread before it reads the first row, and over the fold of the odd dossiers
for longest; meanwhile the other statement counts the regular ones. A fact that comes in between the two could move a
dossier from the ones to the others. So each statement also counts the facts that it knows: facts are only ever added,
so that the same number of them is the same facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from cchc.store.port import Parameter, Store
from services.report.dossiers_in_period import (
    odd_in_period,
    places_in_period,
    regular_in_period,
    repeated_in_period,
)


@dataclass(frozen=True, slots=True)
class CountedPlaces:
    """How many dossiers of each place meet each condition, by the flags of ``dossiers_in_period``.

    Args:
        store: one generation of it.
        derive: see ``deadline.in_force``.
        hours: whether any procedure ever had its limit in hours.
        bound: the parameters of the question.
        conditions: by the name of their count.
    """

    store: Store
    derive: bool
    hours: bool
    bound: Mapping[str, Parameter]
    conditions: Mapping[str, str]

    def rows(self) -> list[tuple[Any, ...]]:
        """Place (``numbering``), and its counts; a place may have several rows. Errors as ``Store.query``."""
        with ThreadPoolExecutor(1, "odd") as aside:
            odd = aside.submit(self._ask, odd_in_period)
            regular = self._ask(regular_in_period)
            answers = [regular, odd.result()]
        if any(repeated for _, repeated, *_ in regular.rows):
            answers.append(self._ask(repeated_in_period))
        if len({answer.known for answer in answers}) > 1:
            answers = [self._ask(places_in_period)]
        return [(place, *counts) for answer in answers for place, _, *counts in answer.rows if any(counts)]

    def _ask(self, dossiers: Callable[..., str]) -> _Answer:
        sql = self._sql(dossiers(derive=self.derive, hours=self.hours))
        rows = self.store.query_by_subject(sql, self.bound).rows
        # One number for each part of the store, always in the order of the parts.
        known = tuple(known for _, known, *_ in rows if known)
        return _Answer(known, [(place, *counts) for place, known, *counts in rows if not known])

    def _sql(self, dossiers: str) -> str:
        counts = ", ".join(f"countIf({condition}) AS {name}_" for name, condition in self.conditions.items())
        zeros = ", ".join(f"toUInt64(0) AS {name}_" for name in self.conditions)
        # Without a condition the number of facts would be that of now, and not of what the statement reads.
        return f"""
            SELECT toUInt64(0) AS place, count() AS known, toUInt64(0) AS repeated_, {zeros}
            FROM fact WHERE recorded_at <= {{as_of:Int64}}
            UNION ALL
            SELECT place, toUInt64(0) AS known, countIf(repeated) AS repeated_, {counts}
            FROM ({dossiers}) GROUP BY place"""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one statement said: how many facts each part of the store knew, and the counts by place."""

    known: tuple[int, ...]
    rows: list[tuple[Any, ...]]
