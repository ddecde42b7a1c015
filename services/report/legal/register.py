"""The register of legal review: everything that its facts say, as it was known at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cchc.register.live import SaidFact, live_facts
from cchc.store.port import Store
from services.report.legal.documents import Document, documents_of
from services.report.legal.plans import Plan, plans_of
from services.report.legal.recommendations import Recommendation, recommendations_of
from services.report.legal.reviews import Listing, Review, listings_of, reviews_of

LEGAL_FACTS = (
    *("document_registered", "document_effect_changed", "review_plan_issued", "document_listed_for_review"),
    *("document_reviewed", "recommendation_made", "recommendation_handled", "list_published"),
    *("document_inspected", "inspections_counted", "enforcement_plan_issued", "enforcement_activity_done"),
    *("enforcement_recommendation_made", "enforcement_recommendation_handled", "evidence_attached"),
)
"""Fields of ``Event.fact`` that the register is folded from."""


@dataclass(frozen=True, slots=True)
class LegalRegister:
    """Documents, plans, reviews and recommendations. ``facts``: the live facts that have no state of their own."""

    documents: dict[str, Document]
    review_plans: list[Plan]
    enforcement_plans: list[Plan]
    listings: list[Listing]
    reviews: list[Review]
    recommendations: list[Recommendation]
    enforcement_recommendations: list[Recommendation]
    facts: Sequence[SaidFact]

    @classmethod
    def of(cls, live: Iterable[SaidFact]) -> LegalRegister:
        """The register that live facts make, in whatever order they come."""
        facts = sorted(live, key=lambda one: (one.name, one.subject, one.precedence))
        return cls(
            documents_of(facts),
            plans_of(facts, "review_plan_issued"),
            plans_of(facts, "enforcement_plan_issued"),
            listings_of(facts),
            reviews_of(facts),
            recommendations_of(facts, "recommendation_made", "recommendation_handled"),
            recommendations_of(facts, "enforcement_recommendation_made", "enforcement_recommendation_handled"),
            facts,
        )

    @classmethod
    def load(cls, store: Store, as_of_ms: int) -> LegalRegister:
        """The register as it was known at ``as_of_ms`` (milliseconds UTC)."""
        return cls.of(live_facts(store, LEGAL_FACTS, as_of_ms))
