"""The legal-review report of a period: plans, documents due and reviewed, recommendations, inspections, enforcement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cchc.api.legal_review.v1.legal_review_pb2 import LIST_KIND_YEARLY_EXPIRED
from cchc.calendar.periods import Period
from cchc.store.port import Store
from services.report.flag import Flag
from services.report.legal.inspections import PrintedInspections, printed_inspections
from services.report.legal.plans import Gate, gate_of
from services.report.legal.register import LegalRegister
from services.report.legal.review_counts import (
    CLASS_COUNTS,
    COUNTS,
    DOCUMENTS,
    ENFORCEMENT,
    INSPECTED,
    RECOMMENDATIONS,
    Asked,
    counts_by_unit,
    plans_in,
)
from services.report.legal.review_flags import flags_of
from services.report.on_time import Rate
from services.report.scope import Scope

FORM = "legal-review"


@dataclass(frozen=True, slots=True)
class Row:
    """What one unit did; the gates are None in the total. ``counts`` has every name of ``COUNTS``."""

    unit: str | None
    name: str
    review_plan: Gate | None
    enforcement_plan: Gate | None
    expired_list: bool | None
    counts: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The row for JSON, counts in their groups."""
        counts = self.counts
        return {
            "unit": self.unit,
            "name": self.name,
            "plan": self.review_plan,
            "documents": {name: counts[name] for name in DOCUMENTS},
            "reviewed": {"total": counts["reviewed_total"], **{name: counts[name] for name in CLASS_COUNTS}},
            "recommendations": _group(counts, RECOMMENDATIONS, "recommendations_"),
            "inspected": {name.removeprefix("inspected_"): counts[name] for name in INSPECTED},
            "enforcement": {
                "plan": self.enforcement_plan,
                **{name: counts[name] for name in ENFORCEMENT if name.startswith("activities_")},
                "recommendations": _group(counts, ENFORCEMENT, "enforcement_recommendations_"),
            },
            "expired_list_published": self.expired_list,
        }


@dataclass(frozen=True, slots=True)
class LegalReviewForm:
    """The report of a unit with all below it, or of all.

    ``plans_found``: of how many units the plan of review was found, of all that are in force.
    """

    scope: Scope
    period: Period
    as_of_ms: int
    rows: tuple[Row, ...]
    total: Row
    plans_found: Rate
    printed: tuple[PrintedInspections, ...] = ()
    flags: tuple[Flag, ...] = field(default=())

    @property
    def rates(self) -> dict[str, tuple[str, Rate]]:
        """The ratios that criteria are scored by: name → what it divides by what, and the ratio."""
        counts = self.total.counts
        to_handle = counts["recommendations_carried_over"] + counts["recommendations_made"]
        enforcing = counts["enforcement_recommendations_carried_over"] + counts["enforcement_recommendations_made"]
        unlawful = sum(one.unlawful for one in self.printed)
        rates = {
            "plans_found": ("Đơn vị có kế hoạch rà soát / đơn vị", self.plans_found),
            "reviewed_of_due": ("Văn bản đã rà soát / phải rà soát", Rate(counts["due_reviewed"], counts["due"])),
            "recommendations_handled": (
                "Kiến nghị đã xử lý / phải xử lý (kỳ trước chuyển sang và trong kỳ)",
                Rate(counts["recommendations_handled"], to_handle),
            ),
            "unlawful_handled": (
                "Văn bản trái pháp luật đã xử lý / phát hiện",
                Rate(counts["unlawful_handled"], counts["unlawful"]),
            ),
            "activities_done": (
                "Hoạt động theo dõi thi hành pháp luật đã làm / theo kế hoạch",
                Rate(counts["activities_done"], counts["activities_planned"]),
            ),
            "enforcement_recommendations_handled": (
                "Kiến nghị sau theo dõi thi hành pháp luật đã xử lý / phải xử lý",
                Rate(counts["enforcement_recommendations_handled"], enforcing),
            ),
        }
        if self.printed:
            handled = Rate(sum(one.handled for one in self.printed), unlawful)
            rates["printed_unlawful_handled"] = (
                "Theo số đơn vị công bố: đã xử lý / có dấu hiệu trái pháp luật",
                handled,
            )
        return rates

    def as_json(self) -> dict[str, Any]:
        """The report for JSON, but for what all answers have."""
        return {
            "unit": self.scope.unit,
            "period": self.period.as_json(),
            "rows": [row.as_json() for row in self.rows],
            "total": self.total.as_json(),
            "printed_inspections": [_printed_json(one) for one in self.printed],
        }


def legal_review_form(
    store: Store, period: Period, as_of_ms: int, unit: str | None = None, quarantined: int = 0
) -> LegalReviewForm:
    """The report from the store.

    Args:
        store: in the database that the aggregator fills.
        period: what it is for.
        as_of_ms: as it was known then, milliseconds UTC.
        unit: code of the unit, with all below it on the period's last day; None = all.
        quarantined: entries of the quarantine, which are in no figure.

    Raises:
        Refused: ``report.unknown_unit``. Others as ``Store.query``.
    """
    asked = Asked(period, as_of_ms)
    scope = Scope.load(store, as_of_ms, asked.day, unit)
    return form_of(LegalRegister.load(store, as_of_ms), asked, scope, quarantined)


def form_of(register: LegalRegister, asked: Asked, scope: Scope, quarantined: int = 0) -> LegalReviewForm:
    """The report from a register: pure."""
    counts = counts_by_unit(register, asked)
    units = scope.units({*counts, *(plan.unit for plan in register.review_plans)})
    rows = tuple(_row(code, counts.get(code, Counter()), register, asked, scope) for code in units)
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.counts)
    printed = printed_inspections(register.facts, asked.first_day, asked.day)
    chosen = frozenset(units)
    return LegalReviewForm(
        scope,
        asked.period,
        asked.as_of_ms,
        rows,
        Row(None, "", None, None, None, {name: total[name] for name in COUNTS}),
        Rate(sum(row.review_plan is Gate.FOUND for row in rows), len(rows)),
        tuple(one for one in printed if one.unit in chosen),
        tuple(flags_of(register, asked, chosen, quarantined)),
    )


def _row(code: str, counts: Mapping[str, int], register: LegalRegister, asked: Asked, scope: Scope) -> Row:
    return Row(
        code,
        scope.name_of(code),
        gate_of([plan for plan in plans_in(register.review_plans, asked) if plan.unit == code]),
        gate_of([plan for plan in plans_in(register.enforcement_plans, asked) if plan.unit == code]),
        _expired_list_published(register, asked, code),
        {name: counts.get(name, 0) for name in COUNTS},
    )


def _expired_list_published(register: LegalRegister, asked: Asked, code: str) -> bool:
    """Whether the unit published its list of the documents that expired in the period's year."""
    return any(
        one.unit == code and one.fact.kind == LIST_KIND_YEARLY_EXPIRED and one.fact.last_year == asked.year
        for one in register.facts
        if one.name == "list_published"
    )


def _group(counts: Mapping[str, int], names: Sequence[str], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): counts[name] for name in names if name.startswith(prefix)}


def _printed_json(one: PrintedInspections) -> dict[str, Any]:
    return {
        "code": one.code,
        "unit": one.unit,
        "inspected": one.inspected,
        "unlawful": one.unlawful,
        "unlawful_in_content_or_authority": one.unlawful_in_content_or_authority,
        "handled": one.handled,
        "handled_pct": Rate(one.handled, one.unlawful).pct,
    }
