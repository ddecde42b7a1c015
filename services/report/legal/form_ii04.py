"""Form II.04 (biểu II.04: kết quả rà soát, đơn giản hóa thủ tục hành chính) of a period, by unit.

Law: Nghị định 63/2010/NĐ-CP, Articles 27 to 31. What complying costs is cut by (before − after) / before, over what was
approved in the period.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.calendar.periods import Period
from cchc.procedures.register import ProcedureRegister
from cchc.register.live import SaidFact, last_of, live_facts
from cchc.store.port import Store
from services.report.flag import Flag, about, of_the_period, of_the_quarantine
from services.report.legal.form_ii07b import LEVELS
from services.report.legal.procedures import REVIEWED, Simplification, simplifications_of
from services.report.legal.review_counts import Asked
from services.report.on_time import Rate
from services.report.scope import Scope

FORM = "II.04"

_LEVEL_COUNTS = ("reviewed_province", "reviewed_district", "reviewed_commune", "reviewed_level_unsaid")
_KINDS: Mapping[int, str] = MappingProxyType(
    {
        legal.SIMPLIFICATION_AMEND: "proposed_amend",
        legal.SIMPLIFICATION_REPLACE: "proposed_replace",
        legal.SIMPLIFICATION_ABOLISH: "proposed_abolish",
    }
)
_PROPOSED = (*_KINDS.values(), "proposed_unsaid")
COUNTS = ("planned", "planned_reviewed", "reviewed_total", *_LEVEL_COUNTS, "proposed_total", *_PROPOSED, "approved")
"""Every count of a unit, in the form's order: a total is the sum of what follows it."""

_SUMS = ("minutes_before", "minutes_after", "cost_before", "cost_after")


@dataclass(frozen=True, slots=True)
class Row:
    """What one unit did; ``unit`` None in the total. ``sums``: of what was approved, minutes and dong."""

    unit: str | None
    name: str
    counts: Mapping[str, int]
    sums: Mapping[str, int]

    @property
    def proposed(self) -> Rate:
        """Proposals of the procedures reviewed."""
        return Rate(self.counts["proposed_total"], self.counts["reviewed_total"])

    @property
    def time_cut(self) -> Rate:
        """Minutes that approved simplifications save of those before."""
        return Rate(max(0, self.sums["minutes_before"] - self.sums["minutes_after"]), self.sums["minutes_before"])

    @property
    def cost_cut(self) -> Rate:
        """Dong that they save of those before."""
        return Rate(max(0, self.sums["cost_before"] - self.sums["cost_after"]), self.sums["cost_before"])

    def as_json(self) -> dict[str, Any]:
        """The row for JSON."""
        return {
            "unit": self.unit,
            "name": self.name,
            **self.counts,
            "proposed_pct": self.proposed.pct,
            "time_cut_pct": self.time_cut.pct,
            "cost_cut_pct": self.cost_cut.pct,
        }


@dataclass(frozen=True, slots=True)
class FormII04:
    """The form of a unit with all below it, or of all."""

    scope: Scope
    period: Period
    as_of_ms: int
    rows: tuple[Row, ...]
    total: Row
    flags: tuple[Flag, ...]

    def as_json(self) -> dict[str, Any]:
        """The form for JSON, but for what all answers have."""
        return {
            "unit": self.scope.unit,
            "period": self.period.as_json(),
            "rows": [row.as_json() for row in self.rows],
            "total": self.total.as_json(),
        }


def form_ii04(store: Store, asked: Asked, unit: str | None = None, quarantined: int = 0) -> FormII04:
    """The form from the store. Refused ``report.unknown_unit``."""
    scope = Scope.load(store, asked.as_of_ms, asked.day, unit)
    procedures = ProcedureRegister.load(store, asked.as_of_ms)
    return simplified(live_facts(store, REVIEWED, asked.as_of_ms), procedures, asked, scope, quarantined)


def simplified(
    facts: Iterable[SaidFact], procedures: ProcedureRegister, asked: Asked, scope: Scope, quarantined: int = 0
) -> FormII04:
    """The form from live facts about procedures: pure."""
    said = list(facts)
    reviewed = last_of(
        (one for one in said if one.name == "procedure_reviewed" and asked.has(one.occurred_at_ms)),
        lambda one: (one.unit, one.subject),
    )
    counts: dict[str, Counter[str]] = {}
    for (unit, code), one in reviewed.items():
        level = LEVELS.get(one.fact.level) or LEVELS.get(
            _level_of(code, procedures, asked, scope, unit), "level_unsaid"
        )
        counts.setdefault(unit, Counter()).update(("reviewed_total", f"reviewed_{level}"))
    _count_planned(said, asked, counts)
    proposed = _in_period(simplifications_of(said, "procedure_simplification_proposed"), asked)
    for it in _once(proposed):
        kind = _KINDS.get(it.kind, "proposed_unsaid")
        counts.setdefault(it.unit, Counter()).update(("proposed_total", kind))
    sums: dict[str, Counter[str]] = {}
    for it in _once(_in_period(simplifications_of(said, "procedure_simplification_approved"), asked)):
        counts.setdefault(it.unit, Counter()).update(("approved",))
        sums.setdefault(it.unit, Counter()).update(dict(zip(_SUMS, (*it.minutes, *it.cost_vnd), strict=True)))
    units = [unit for unit in scope.units(counts) if unit in counts or unit == scope.unit]
    rows = tuple(_row(unit, scope.name_of(unit), counts.get(unit, {}), sums.get(unit, {})) for unit in units)
    total = _row(None, "", _sum(row.counts for row in rows), _sum(row.sums for row in rows))
    chosen = frozenset(units)
    named = {code for unit, code in reviewed if unit in chosen}
    flags = (
        *of_the_period(asked.period, asked.as_of_ms),
        *of_the_quarantine(quarantined),
        *_flags(procedures, named, [it for it in proposed if it.unit in chosen]),
    )
    return FormII04(scope, asked.period, asked.as_of_ms, rows, total, flags)


def _level_of(code: str, procedures: ProcedureRegister, asked: Asked, scope: Scope, unit: str) -> int:
    """Where a review names no level: the procedure's only one, else the unit's."""
    known = procedures.on(code, asked.day)
    return known.levels[0] if known is not None and len(known.levels) == 1 else scope.type_of(unit)


def _count_planned(said: Iterable[SaidFact], asked: Asked, counts: dict[str, Counter[str]]) -> None:
    listing = list(said)
    done = {
        (one.subject, one.fact.plan_number)
        for one in listing
        if one.name == "procedure_reviewed" and one.occurred_at_ms < asked.end_ms
    }
    planned = {
        (one.unit, one.subject, one.fact.plan_number)
        for one in listing
        if one.name == "procedure_review_planned" and one.fact.year == asked.year
    }
    for unit, code, plan in planned:
        counts.setdefault(unit, Counter()).update(("planned",))
        if (code, plan) in done:
            counts[unit].update(("planned_reviewed",))


def _in_period(found: Iterable[Simplification], asked: Asked) -> list[Simplification]:
    return [one for one in found if asked.has(one.said_at_ms)]


def _once(found: Iterable[Simplification]) -> Iterator[Simplification]:
    """Of each unit and procedure the one said last; it may stand in several plans."""
    last: dict[tuple[str, str], Simplification] = {}
    for one in sorted(found, key=lambda one: one.said_at_ms):
        last[one.unit, one.procedure] = one
    return iter(last.values())


def _row(unit: str | None, name: str, counts: Mapping[str, int], sums: Mapping[str, int]) -> Row:
    return Row(unit, name, {it: counts.get(it, 0) for it in COUNTS}, {it: sums.get(it, 0) for it in _SUMS})


def _sum(parts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return total


def _flags(procedures: ProcedureRegister, reviewed: set[str], proposed: Iterable[Simplification]) -> Iterator[Flag]:
    proposals = list(proposed)
    costlier = [it.procedure for it in proposals if it.minutes[1] > it.minutes[0] or it.cost_vnd[1] > it.cost_vnd[0]]
    unknown = (code for code in reviewed if not procedures.knows(code))
    yield from about("procedure_not_registered", "thủ tục chưa có trong danh mục thủ tục", unknown)
    unreviewed = {it.procedure for it in proposals} - reviewed
    text = "thủ tục có phương án đơn giản hóa nhưng không được rà soát trong kỳ"
    yield from about("proposed_without_review", text, unreviewed)
    yield from about("proposal_costs_more", "thủ tục có phương án làm tăng thời gian hoặc chi phí", costlier)
