"""Reviews of documents: what was listed for review, and what was reviewed (rà soát văn bản)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cchc.register.live import SaidFact, last_of
from services.report.legal.outcomes import class_of


@dataclass(frozen=True, slots=True)
class Listing:
    """A document that a unit has to review under a plan; ``due_day`` is the last day for it, 0 = not said."""

    document: str
    plan: str
    unit: str
    due_day: int


@dataclass(frozen=True, slots=True)
class Review:
    """A review by a unit, when (milliseconds UTC), and everything that it found, in the order of the contract."""

    document: str
    plan: str
    unit: str
    reviewed_at_ms: int
    outcomes: tuple[int, ...]
    legal_ground: str

    @property
    def class_name(self) -> str:
        """Its one class."""
        return class_of(self.outcomes)


def listings_of(facts: Iterable[SaidFact]) -> list[Listing]:
    """Of each document and plan the last listing, by plan and document."""
    listed = (one for one in facts if one.name == "document_listed_for_review")
    last = last_of(listed, lambda one: (one.fact.plan_code, one.subject))
    return [Listing(code, plan, one.unit, one.fact.due_day) for (plan, code), one in sorted(last.items())]


def reviews_of(facts: Iterable[SaidFact]) -> list[Review]:
    """Every live review, in the order in which they happened."""
    found = sorted((one for one in facts if one.name == "document_reviewed"), key=lambda one: one.precedence)
    return [
        Review(
            one.subject,
            one.fact.plan_code,
            one.unit,
            one.occurred_at_ms,
            tuple(sorted(set(one.fact.outcomes) - {0})),
            one.fact.legal_ground,
        )
        for one in found
    ]


def last_reviews(reviews: Iterable[Review], start_ms: int, end_ms: int) -> dict[tuple[str, str], Review]:
    """Of each unit and document the last review from ``start_ms`` on and before ``end_ms``."""
    last = {(one.unit, one.document): one for one in reviews if start_ms <= one.reviewed_at_ms < end_ms}
    return {place: last[place] for place in sorted(last)}
