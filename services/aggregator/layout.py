"""Which field of which fact lies in which column of which table: the one place that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from cchc.log.batch import FACT_TYPES
from cchc.register.whole import first_day, last_day, text_of


@dataclass(frozen=True, slots=True)
class Layout:
    """How a fact type lies in a table: column → how to read it off the fact, numbers and strings apart."""

    table: str
    numbers: Mapping[str, Callable[[Any], int]] = field(default_factory=dict)
    strings: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)


def _yes_no_unsaid(name: str) -> Callable[[Any], int]:
    return lambda fact: 0 if not fact.HasField(name) else 1 if getattr(fact, name) else 2


_DUE: Mapping[str, Callable[[Any], int]] = {"due_at": attrgetter("due_at_ms"), "due_basis": attrgetter("due_basis")}
_ASKED: Mapping[str, Callable[[Any], str]] = {
    "procedure": attrgetter("procedure_code"),
    "field": attrgetter("field_code"),
}
_REASON: Mapping[str, Callable[[Any], str]] = {"note": attrgetter("reason_code")}
_GROUND: Mapping[str, Callable[[Any], str]] = {"note": attrgetter("legal_ground")}
_CHANNEL: Mapping[str, Callable[[Any], int]] = {"channel": attrgetter("channel")}

_BY_NAME: Mapping[str, Layout] = {
    "retraction": Layout("fact"),
    "dossier_submitted": Layout("fact", {**_CHANNEL, "flag": lambda f: 1 if f.filed_by_official else 2}, _ASKED),
    "dossier_accepted": Layout("fact", {**_CHANNEL, **_DUE}, {**_ASKED, "party": attrgetter("receiving_unit_code")}),
    "dossier_declined": Layout("fact", {}, _REASON),
    "dossier_withdrawn": Layout("fact", {}, _REASON),
    "financial_obligation_arose": Layout("fact", {"value": attrgetter("amount_vnd")}),
    "payment_made": Layout("fact", {"value": attrgetter("amount_vnd"), "flag": lambda f: 1 if f.online else 2}),
    "feedback_given": Layout("fact", {"value": attrgetter("rating"), "flag": lambda f: 1 if f.complaint_upheld else 2}),
    "petition_received": Layout("fact", {"due_at": attrgetter("due_at_ms")}, {"note": attrgetter("dossier_code")}),
    "petition_answered": Layout("fact", {"value": attrgetter("outcome"), "flag": _yes_no_unsaid("satisfied")}),
    "supplement_requested": Layout("fact", {"value": attrgetter("ordinal")}, _REASON),
    "supplement_provided": Layout("fact", _DUE),
    "processing_suspended": Layout("fact", {}, _GROUND),
    "processing_resumed": Layout("fact", _DUE, _GROUND),
    "step_recorded": Layout(
        "fact",
        {"due_at": attrgetter("due_at_ms"), "value": attrgetter("started_at_ms")},
        {"party": attrgetter("office_code"), "note": attrgetter("step_code")},
    ),
    "dossier_transferred": Layout("fact", {}, {"party": attrgetter("to_unit_code"), **_REASON}),
    "dossier_reappointed": Layout("fact", {**_DUE, "flag": lambda f: 1 if f.apology else 2}, _REASON),
    "dossier_stopped": Layout("fact", {}, _GROUND),
    "dossier_returned": Layout("fact", {}, _REASON),
    "dossier_resolved": Layout("fact", {"value": attrgetter("outcome"), "flag": _yes_no_unsaid("electronic_result")}),
    "result_delivered": Layout("fact", {"value": attrgetter("mode")}),
    "digitisation_recorded": Layout(
        "fact", {"flag": lambda f: 1 if f.digitised else 2, "value": lambda f: 1 if f.reused else 0}
    ),
    "unit_defined": Layout(
        "unit_fact",
        {
            "type": attrgetter("type"),
            "valid_from": attrgetter("valid_from_day"),
            "valid_to": attrgetter("valid_to_day"),
            "unconfirmed": attrgetter("unconfirmed"),
        },
        {
            "name": attrgetter("name"),
            "parent": attrgetter("parent_code"),
            "peer_group": attrgetter("peer_group"),
            "decision": attrgetter("decision"),
        },
    ),
    "procedure_defined": Layout(
        "procedure_fact",
        {
            "limit_amount": attrgetter("limit"),
            "limit_unit": attrgetter("limit_unit"),
            "online_level": attrgetter("online_level"),
            "fee": attrgetter("fee"),
            "paper_result": attrgetter("paper_result"),
            "digitisation_exempt": attrgetter("digitisation_exempt"),
            "after_15h_next_day": attrgetter("after_15h_next_day"),
            "valid_from": attrgetter("valid_from_day"),
            "valid_to": attrgetter("valid_to_day"),
            "unconfirmed": attrgetter("unconfirmed"),
        },
        {
            "field": attrgetter("field_code"),
            "name": attrgetter("name"),
            "levels": lambda f: ";".join(str(level) for level in f.levels),
            "decision": attrgetter("decision"),
        },
    ),
    "calendar_day_decided": Layout(
        "calendar_day_fact",
        {
            "day": attrgetter("day"),
            "working": attrgetter("working"),
            "known_from": attrgetter("known_from_day"),
        },
        {"name": attrgetter("name"), "decision": attrgetter("decision")},
    ),
}

_WHOLE = Layout("register_fact", {"first_day": first_day, "last_day": last_day}, {"said": text_of})

_IN_REGISTERS = (
    "procedure_arranged",
    # Legal review (rà soát văn bản, theo dõi thi hành pháp luật, rà soát TTHC).
    *("document_registered", "document_effect_changed", "review_plan_issued", "document_listed_for_review"),
    *("review_assigned", "document_reviewed", "recommendation_made", "recommendation_handled", "list_published"),
    *("document_inspected", "inspections_counted", "enforcement_plan_issued", "enforcement_activity_done"),
    *("enforcement_recommendation_made", "enforcement_recommendation_handled", "procedure_published"),
    *("procedure_publications_counted", "procedures_counted", "procedure_review_planned", "procedure_reviewed"),
    *("procedure_simplification_proposed", "procedure_simplification_approved"),
    # Assessment (kế hoạch, kiểm tra, tự chấm, thẩm định, khảo sát).
    *("plan_issued", "task_planned", "task_done", "unit_inspected", "finding_made", "action_required"),
    *("action_resolved", "initiative_proposed", "initiative_recognised", "communication_done", "commitment_signed"),
    *("remediation_plan_issued", "disbursement_planned", "disbursement_counted", "assets_disclosed"),
    *("correspondence_counted", "equipment_counted", "staff_counted", "quality_system_applied", "survey_held"),
    *("survey_answers_counted", "self_scored", "evidence_attached", "criterion_appraised", "explanation_given"),
    *("appeal_made", "appeal_decided"),
)
"""Facts that lie whole."""

LAYOUTS: Mapping[int, Layout] = {
    **{FACT_TYPES[name]: layout for name, layout in _BY_NAME.items()},
    **{FACT_TYPES[name]: _WHOLE for name in _IN_REGISTERS},
}
"""Fact type → its place in the store."""

DTYPES: Mapping[str, str] = {
    "fact_type": "u2",
    "log_row": "u4",
    "role": "u1",
    "channel": "u1",
    "due_basis": "u1",
    "flag": "u1",
    "type": "u1",
    "limit_unit": "u1",
    "online_level": "u1",
    "fee": "u1",
    "paper_result": "u1",
    "digitisation_exempt": "u1",
    "after_15h_next_day": "u1",
    "unconfirmed": "u1",
    "working": "u1",
    "valid_from": "i4",
    "valid_to": "i4",
    "limit_amount": "i4",
    "day": "i4",
    "known_from": "i4",
    "first_day": "i4",
    "last_day": "i4",
}
"""Width of the number columns that are not 64-bit."""

ENVELOPE_NUMBERS = ("occurred_at", "recorded_at", "id_hi", "id_lo", "replaces_hi", "replaces_lo")
"""Number columns of every table."""

FACT_TABLES = ("fact", "register_fact")
"""Tables of facts of many types. The others have the definitions of one type each."""

FACT_NUMBERS = ("fact_type", "log_offset", "log_row", "role")
"""Number columns that only ``FACT_TABLES`` have."""

FACT_STRINGS = ("source", "unit", "log_partition")
"""String columns that only ``FACT_TABLES`` have; ``subject`` is in every table."""


def tables() -> tuple[str, ...]:
    """Every table that facts lie in."""
    return tuple(sorted({layout.table for layout in LAYOUTS.values()}))


def string_columns(table: str) -> tuple[str, ...]:
    """The string columns of a table."""
    typed = (name for layout in LAYOUTS.values() if layout.table == table for name in layout.strings)
    return tuple(dict.fromkeys(("subject", *(FACT_STRINGS if table in FACT_TABLES else ()), *typed)))


def number_columns(table: str) -> tuple[str, ...]:
    """The number columns of a table."""
    typed = (name for layout in LAYOUTS.values() if layout.table == table for name in layout.numbers)
    return tuple(dict.fromkeys((*ENVELOPE_NUMBERS, *(FACT_NUMBERS if table in FACT_TABLES else ()), *typed)))
