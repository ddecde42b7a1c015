"""What legal review takes, and the rules of each fact type that the contract's types do not say.

Facts of the desk that reviews documents and procedures (rà soát văn bản, rà soát TTHC) and watches how laws are carried
out (theo dõi thi hành pháp luật). Numbers that an office printed may not add up and are taken as they are.
"""

from __future__ import annotations

from types import MappingProxyType

from cchc.log.batch import FACT_FIELDS
from cchc.recording.contract import Context, FactRules

FIRST, LAST = 200, 259
"""Fact types of legal review in ``cchc.api.log.v1.Event.fact``."""

_YEAR = (1945, 2100)
_COST = (0, 10**15)

_RULES = {
    "document_registered": FactRules(required=("number",)),
    "document_effect_changed": FactRules(required=("effect",)),
    "review_plan_issued": FactRules(required=("year",), ranges=MappingProxyType({"year": _YEAR})),
    "document_reviewed": FactRules(required=("outcomes",)),
    "recommendation_made": FactRules(required=("kind",)),
    "list_published": FactRules(required=("kind",)),
    "enforcement_plan_issued": FactRules(required=("year",), ranges=MappingProxyType({"year": _YEAR})),
    "procedure_published": FactRules(required=("change",)),
    "procedure_simplification_proposed": FactRules(
        ranges=MappingProxyType({"cost_before_vnd": _COST, "cost_after_vnd": _COST})
    ),
    "procedure_simplification_approved": FactRules(
        ranges=MappingProxyType({"cost_before_vnd": _COST, "cost_after_vnd": _COST})
    ),
}

CONTEXT = Context(
    "legal_review",
    {number: _RULES.get(name, FactRules()) for number, name in FACT_FIELDS.items() if FIRST <= number <= LAST},
)
"""Legal review's part of the contract."""
