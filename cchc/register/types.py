"""Which types of facts lie in registers."""

from __future__ import annotations

LEGAL_REVIEW = (
    *("document_registered", "document_effect_changed", "review_plan_issued", "document_listed_for_review"),
    *("review_assigned", "document_reviewed", "recommendation_made", "recommendation_handled", "list_published"),
    *("document_inspected", "inspections_counted", "enforcement_plan_issued", "enforcement_activity_done"),
    *("enforcement_recommendation_made", "enforcement_recommendation_handled", "procedure_published"),
    *("procedure_publications_counted", "procedures_counted", "procedure_review_planned", "procedure_reviewed"),
    *("procedure_simplification_proposed", "procedure_simplification_approved"),
)
"""Rà soát văn bản, theo dõi thi hành pháp luật, rà soát TTHC: fields of ``Event.fact``."""

ASSESSMENT = (
    *("plan_issued", "task_planned", "task_done", "unit_inspected", "finding_made", "action_required"),
    *("action_resolved", "initiative_proposed", "initiative_recognised", "communication_done", "commitment_signed"),
    *("remediation_plan_issued", "disbursement_planned", "disbursement_counted", "assets_disclosed"),
    *("correspondence_counted", "equipment_counted", "staff_counted", "quality_system_applied", "survey_held"),
    *("survey_answers_counted", "self_scored", "evidence_attached", "criterion_appraised", "explanation_given"),
    *("appeal_made", "appeal_decided"),
)
"""Kế hoạch, kiểm tra, tự chấm, thẩm định, khảo sát: the same."""

REGISTER_FACTS = (*LEGAL_REVIEW, *ASSESSMENT)
"""Every fact that a unit says and that lies in a register; how procedures are handled is a definition beside them."""
