"""What assessment takes, and the rules of each fact type that the contract's types do not say.

Facts of plans, inspections, initiatives, finance and surveys, and the scores that are said of criteria. What appraisers
say of a unit (thẩm định, trả lời kiến nghị) only somebody above it may say.
"""

from __future__ import annotations

from types import MappingProxyType

from cchc.log.batch import FACT_FIELDS
from cchc.recording.contract import Context, FactRules
from cchc.rights import Right

FIRST, LAST = 260, 319
"""Fact types of assessment in ``cchc.api.log.v1.Event.fact``."""

_YEAR = (1945, 2100)
_VND = (0, 10**15)
_POINTS = (-100_000, 100_000)
"""Hundredths of a point; a penalty is negative."""

_SCORED = ("criteria_set", "period_id")

_RULES = {
    "plan_issued": FactRules(required=("year",), ranges=MappingProxyType({"year": _YEAR})),
    "disbursement_planned": FactRules(required=("year",), ranges=MappingProxyType({"year": _YEAR, "amount_vnd": _VND})),
    "disbursement_counted": FactRules(required=("year",), ranges=MappingProxyType({"year": _YEAR, "amount_vnd": _VND})),
    "self_scored": FactRules(required=_SCORED, ranges=MappingProxyType({"points_hundredths": _POINTS})),
    "evidence_attached": FactRules(required=_SCORED),
    "criterion_appraised": FactRules(
        required=_SCORED, ranges=MappingProxyType({"points_hundredths": _POINTS}), right=Right.APPRAISE
    ),
    "explanation_given": FactRules(required=_SCORED),
    "appeal_made": FactRules(required=_SCORED, ranges=MappingProxyType({"points_claimed_hundredths": _POINTS})),
    "appeal_decided": FactRules(
        required=_SCORED, ranges=MappingProxyType({"points_hundredths": _POINTS}), right=Right.APPRAISE
    ),
}

CONTEXT = Context(
    "assessment",
    {number: _RULES.get(name, FactRules()) for number, name in FACT_FIELDS.items() if FIRST <= number <= LAST},
)
"""Assessment's part of the contract."""
