"""What the units did in a period: counts of the legal-review report, pure, by unit.

Every count is of the envelope's unit: of the plan that lists a document, of the review, of the recommendation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.calendar.periods import Period
from cchc.calendar.vietnam_time import day_of, epoch_day, epoch_day_at
from services.report.legal.inspections import Inspection, inspections_of
from services.report.legal.outcomes import CLASSES, UNSAID
from services.report.legal.plans import Plan
from services.report.legal.recommendations import Recommendation
from services.report.legal.register import LegalRegister
from services.report.legal.reviews import Listing, Review, last_reviews

CLASS_COUNTS = (*CLASSES, UNSAID)
DOCUMENTS = ("listed", "due", "due_reviewed")
REVIEWED = ("reviewed_total", *CLASS_COUNTS)
RECOMMENDATIONS = tuple(f"recommendations_{what}" for what in ("carried_over", "made", "handled", "open", "overdue"))
INSPECTED = (
    *("inspected_self", "inspected_authority", "inspected_unsaid", "unlawful", "unlawful_in_content_or_authority"),
    *("unlawful_in_form", "unlawful_in_unsaid", "unlawful_handled"),
)
ENFORCEMENT = (
    *("activities_planned", "activities_done"),
    *(f"enforcement_recommendations_{what}" for what in ("carried_over", "made", "handled", "open", "overdue")),
)
COUNTS = (*DOCUMENTS, *REVIEWED, *RECOMMENDATIONS, *INSPECTED, *ENFORCEMENT)
"""Every count of a unit, in the order of the report."""

_KINDS: Mapping[int, str] = {
    legal.INSPECTION_KIND_SELF: "inspected_self",
    legal.INSPECTION_KIND_AUTHORITY: "inspected_authority",
}
_SIDES: Mapping[int, str] = {
    legal.UNLAWFUL_IN_CONTENT_OR_AUTHORITY: "unlawful_in_content_or_authority",
    legal.UNLAWFUL_IN_FORM: "unlawful_in_form",
}


Count = Callable[..., None]
"""Unit, name, and how many (1 when not said)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, looked at as of a moment (milliseconds UTC)."""

    period: Period
    as_of_ms: int

    @property
    def end_ms(self) -> int:
        """The first millisecond that is not looked at: after the period, or after ``as_of``."""
        return min(self.period.end_ms, self.as_of_ms + 1)

    @property
    def day(self) -> int:
        """The last day that is looked at, since 1970-01-01."""
        return min(epoch_day(self.period.last), epoch_day_at(self.as_of_ms))

    @property
    def first_day(self) -> int:
        """Its first day, since 1970-01-01."""
        return epoch_day(self.period.first)

    @property
    def year(self) -> int:
        """The year whose plans count: that of the period's last day."""
        return self.period.last.year

    def has(self, at_ms: int | None) -> bool:
        """Whether something happened in it."""
        return at_ms is not None and self.period.start_ms <= at_ms < self.end_ms


def counts_by_unit(register: LegalRegister, asked: Asked) -> dict[str, Counter[str]]:
    """Unit → its counts; a count that is not there is 0."""
    counts: dict[str, Counter[str]] = {}

    def count(unit: str, name: str, by: int = 1) -> None:
        if by:
            counts.setdefault(unit, Counter())[name] += by

    _count_listings(register, asked, count)
    for review in reviewed_in(register, asked):
        count(review.unit, "reviewed_total")
        count(review.unit, review.class_name)
    _count_recommendations(register.recommendations, asked, "recommendations", count)
    _count_recommendations(register.enforcement_recommendations, asked, "enforcement_recommendations", count)
    _count_inspections(inspected_in(register, asked), asked, count)
    for plan in plans_in(register.enforcement_plans, asked):
        count(plan.unit, "activities_planned", plan.activities)
    done = {(one.unit, one.subject) for one in register.facts if _is_activity_in(one.name, one.occurred_at_ms, asked)}
    for unit, _ in done:
        count(unit, "activities_done")
    return counts


def reviewed_in(register: LegalRegister, asked: Asked) -> list[Review]:
    """The last review of each unit and document in the period."""
    return list(last_reviews(register.reviews, asked.period.start_ms, asked.end_ms).values())


def inspected_in(register: LegalRegister, asked: Asked) -> list[Inspection]:
    """The last inspection of each unit, document and kind in the period."""
    return inspections_of(register.facts, asked.period.start_ms, asked.end_ms)


def plans_in(plans: Iterable[Plan], asked: Asked) -> list[Plan]:
    """The plans of the period's year that were issued by its last day."""
    return [plan for plan in plans if plan.year == asked.year and plan.issued_day <= asked.day]


def listed_in(register: LegalRegister, asked: Asked) -> list[Listing]:
    """The documents that the plans of the period's year list."""
    plans = {plan.code for plan in plans_in(register.review_plans, asked)}
    return [one for one in register.listings if one.plan in plans]


def _count_listings(register: LegalRegister, asked: Asked, count: Count) -> None:
    reviews: dict[str, list[Review]] = {}
    for review in register.reviews:
        if review.reviewed_at_ms < asked.end_ms:
            reviews.setdefault(review.document, []).append(review)
    for one in listed_in(register, asked):
        count(one.unit, "listed")
        if one.due_day <= asked.day:
            count(one.unit, "due")
            done = any(_answers(review, one, asked.year) for review in reviews.get(one.document, ()))
            count(one.unit, "due_reviewed", int(done))


def _answers(review: Review, listing: Listing, year: int) -> bool:
    """A review without a plan counts for any plan of the calendar year in which it was done."""
    return review.plan == listing.plan if review.plan else day_of(review.reviewed_at_ms).year == year


def _count_recommendations(found: Iterable[Recommendation], asked: Asked, name: str, count: Count) -> None:
    for one in found:
        if one.made_at_ms is None:
            continue
        count(one.unit, f"{name}_carried_over", int(one.open_at(asked.period.start_ms)))
        count(one.unit, f"{name}_made", int(asked.has(one.made_at_ms)))
        count(one.unit, f"{name}_handled", int(asked.has(one.handled_at_ms)))
        is_open = one.open_at(asked.end_ms)
        count(one.unit, f"{name}_open", int(is_open))
        count(one.unit, f"{name}_overdue", int(is_open and 0 < one.due_day < asked.day))


def _count_inspections(found: Iterable[Inspection], asked: Asked, count: Count) -> None:
    for one in found:
        count(one.unit, _KINDS.get(one.kind, "inspected_unsaid"))
        if one.unlawful:
            count(one.unit, "unlawful")
            count(one.unit, _SIDES.get(one.unlawful_in, "unlawful_in_unsaid"))
            count(one.unit, "unlawful_handled", int(one.handled and one.handled_day <= asked.day))


def _is_activity_in(name: str, occurred_at_ms: int, asked: Asked) -> bool:
    return name == "enforcement_activity_done" and asked.has(occurred_at_ms)
