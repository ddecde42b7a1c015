"""What the intake takes as single facts, and the rules of each that the contract's types do not say.

Facts of the counter and the portal (tiếp nhận), and the definitions that all figures refer to. A file's rows become the
same facts another way (``facts``).
"""

from __future__ import annotations

from types import MappingProxyType

from cchc.log.batch import FACT_TYPES
from cchc.recording.contract import Context, FactRules
from cchc.rights import Right

_VND = (0, 10**15)
"""An amount in dong: not negative, and below what a province spends in a year."""

_RULES = {
    "dossier_submitted": FactRules(),
    "dossier_accepted": FactRules(required=("procedure_code",)),
    "dossier_declined": FactRules(),
    "dossier_withdrawn": FactRules(),
    "financial_obligation_arose": FactRules(ranges=MappingProxyType({"amount_vnd": _VND})),
    "payment_made": FactRules(ranges=MappingProxyType({"amount_vnd": _VND})),
    "feedback_given": FactRules(ranges=MappingProxyType({"rating": (0, 5)})),
    "petition_received": FactRules(),
    "petition_answered": FactRules(required=("outcome",)),
    "unit_defined": FactRules(
        required=("unit_code", "name"),
        # A dossier that names a unit does not say of what kind it is.
        required_unless=MappingProxyType({"type": "unconfirmed"}),
        right=Right.DEFINE,
    ),
    "procedure_defined": FactRules(
        required=("procedure_code",), ranges=MappingProxyType({"limit": (0, 10_000)}), right=Right.DEFINE
    ),
    "procedure_arranged": FactRules(required=("procedure_code",), right=Right.DEFINE),
    "calendar_day_decided": FactRules(right=Right.DEFINE),
}

CONTEXT = Context("intake", {FACT_TYPES[name]: rules for name, rules in _RULES.items()})
"""The intake's part of the contract."""
