"""What processing takes, and the rules of each fact type that the contract's types do not say (giải quyết hồ sơ)."""

from __future__ import annotations

from types import MappingProxyType

from cchc.log.batch import FACT_TYPES
from cchc.recording.contract import Context, FactRules

_RULES = {
    "supplement_requested": FactRules(ranges=MappingProxyType({"ordinal": (0, 1_000)})),
    "supplement_provided": FactRules(),
    "processing_suspended": FactRules(),
    "processing_resumed": FactRules(),
    "step_recorded": FactRules(required=("step_code",)),
    "dossier_transferred": FactRules(required=("to_unit_code",)),
    "dossier_reappointed": FactRules(required=("due_at_ms",)),
    "dossier_stopped": FactRules(),
    "dossier_returned": FactRules(),
    "dossier_resolved": FactRules(),
    "result_delivered": FactRules(),
    "digitisation_recorded": FactRules(),
}

CONTEXT = Context("processing", {FACT_TYPES[name]: rules for name, rules in _RULES.items()})
"""Processing's part of the contract."""
