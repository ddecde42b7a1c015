"""The kinds of canonical files: what ``cchc import`` reads, and the columns of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from cchc.register.types import REGISTER_FACTS
from services.intake.rows.canonical import CHANNELS, LIMIT_UNITS, ONLINE_LEVELS, OUTCOMES, UNIT_TYPES
from services.intake.rows.register_columns import columns_of_all, words

KindName: TypeAlias = Literal[
    "dossiers",
    "units",
    "procedures",
    "calendar-days",
    "legal-documents",
    "legal-reviews",
    "procedure-reviews",
    "register-facts",
]
"""Names of the kinds, as a mapping may write them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A canonical file: its columns in order, those that its header must have, and the words that some take."""

    name: str
    columns: tuple[str, ...]
    required: frozenset[str]
    words: Mapping[str, tuple[str, ...]]


_REFERENCE_END = ("valid_from", "valid_to", "decision")
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(
                "dossiers",
                (
                    *("dossier_code", "procedure_code", "field_code", "unit_code", "receiving_unit_code", "channel"),
                    *("submitted_at", "received_at", "due_at", "resolved_at", "outcome", "delivered_at"),
                    *("fee_due", "fee_paid_online", "components_digitised", "electronic_result", "supplement_requests"),
                ),
                frozenset({"dossier_code", "unit_code"}),
                {"channel": tuple(CHANNELS), "outcome": tuple(OUTCOMES)},
            ),
            Kind(
                "units",
                ("unit_code", "name", "type", "parent_code", "peer_group", *_REFERENCE_END),
                frozenset({"unit_code", "name", "type"}),
                {"type": tuple(UNIT_TYPES)},
            ),
            Kind(
                "procedures",
                (
                    *("procedure_code", "field_code", "name", "levels", "limit", "limit_unit", "online_level", "fee"),
                    *("paper_result", "digitisation_exempt", "after_15h_next_day", "one_stop", "internal_process"),
                    *_REFERENCE_END,
                ),
                frozenset({"procedure_code", "name"}),
                {"limit_unit": tuple(LIMIT_UNITS), "online_level": tuple(ONLINE_LEVELS)},
            ),
            Kind(
                "calendar-days",
                ("day", "working", "name", "decision", "known_from"),
                frozenset({"day", "working", "known_from"}),
                {},
            ),
            Kind(
                "legal-documents",
                (
                    *("document_code", "number", "type", "issuer_body", "issuer_level", "unit_code", "issued_on"),
                    *("in_force_from", "title", "field_code"),
                    *("effect", "effect_from", "effect_until", "effect_by", "effect_provisions"),
                ),
                frozenset({"number", "unit_code"}),
                {
                    "type": words("document_registered", "type"),
                    "issuer_body": words("document_registered", "issuer_body"),
                    "issuer_level": tuple(UNIT_TYPES),
                    "effect": words("document_effect_changed", "effect"),
                },
            ),
            Kind(
                "legal-reviews",
                (
                    *("plan_code", "plan_year", "plan_number", "plan_issued_on", "plan_file_sha256"),
                    *("plan_first_page", "plan_last_page", "plan_documents_in_file", "unit_code"),
                    *("document_code", "document_number", "issuer_unit_code", "due_on", "assigned_unit_code"),
                    *("reviewed_at", "outcomes", "legal_ground", "recommendation_code", "recommendation"),
                    *("recommended_on", "to_unit_code", "recommendation_due_on", "handled_on", "handled_by"),
                ),
                frozenset({"unit_code"}),
                {"recommendation": words("recommendation_made", "kind")},
            ),
            Kind(
                "procedure-reviews",
                (
                    *("unit_code", "procedure_code", "plan_number", "plan_year", "due_on", "reviewed_at", "level"),
                    *("simplification", "proposed_at", "minutes_before", "minutes_after", "cost_before"),
                    *("cost_after", "approved_at", "approval_decision", "approved_minutes_after"),
                    "approved_cost_after",
                ),
                frozenset({"unit_code", "procedure_code"}),
                {
                    "level": tuple(UNIT_TYPES),
                    "simplification": words("procedure_simplification_proposed", "simplification"),
                },
            ),
            Kind(
                "register-facts",
                ("fact", "subject", "unit_code", "occurred_at", *columns_of_all(REGISTER_FACTS)),
                frozenset({"fact", "subject", "unit_code"}),
                {"fact": REGISTER_FACTS},
            ),
        )
    }
)
"""What ``cchc import`` reads, by its name on the command line."""
