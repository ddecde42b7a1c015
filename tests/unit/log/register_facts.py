"""One fact of each type that lies whole in a register, every field said and none with its default."""

from __future__ import annotations

from google.protobuf.message import Message

from cchc.api.assessment.v1 import assessment_pb2 as assessment
from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.api.reference.v1 import reference_pb2 as reference

FILE = reference.FilePages(file_sha256=bytes(range(32)), first_page=7, last_page=9, documents_in_file=6)

REGISTER_FACTS: dict[str, Message] = {
    "procedure_arranged": reference.ProcedureArranged(
        procedure_code="1.000001",
        one_stop=True,
        internal_process=True,
        valid_from_day=20_270,
        decision="457/QĐ-UBND",
    ),
    "document_registered": legal.DocumentRegistered(
        number="12/2019/QĐ-UBND",
        type=legal.DOCUMENT_TYPE_DECISION,
        issuer_body=legal.ISSUER_BODY_PEOPLES_COMMITTEE,
        issuer_level=reference.UNIT_TYPE_PROVINCE,
        issuer_unit_code="H01",
        issued_day=18_000,
        in_force_from_day=18_010,
        title="Quy định về giá đất",
        field_code="LV05",
    ),
    "document_effect_changed": legal.DocumentEffectChanged(
        effect=legal.DOCUMENT_EFFECT_PARTLY_EXPIRED,
        from_day=19_000,
        until_day=19_500,
        by_document_number="03/2022/QĐ-UBND",
        provisions="Điều 4",
    ),
    "review_plan_issued": legal.ReviewPlanIssued(year=2024, number="03/KH-UBND", issued_day=19_740, file=FILE),
    "document_listed_for_review": legal.DocumentListedForReview(plan_code="KH-2024", due_day=19_900),
    "review_assigned": legal.ReviewAssigned(plan_code="KH-2024", to_unit_code="H01.2", due_day=19_890),
    "document_reviewed": legal.DocumentReviewed(
        plan_code="KH-2024",
        outcomes=[legal.REVIEW_OUTCOME_PARTLY_EXPIRED, legal.REVIEW_OUTCOME_AMEND],
        legal_ground="Điều 170 Nghị định 34/2016",
    ),
    "recommendation_made": legal.RecommendationMade(
        document_code="VB-1",
        kind=legal.REVIEW_OUTCOME_AMEND,
        to_unit_code="H01",
        due_day=19_950,
        plan_code="KH-2024",
    ),
    "recommendation_handled": legal.RecommendationHandled(by_document_number="20/2024/QĐ-UBND"),
    "list_published": legal.ListPublished(
        kind=legal.LIST_KIND_SYSTEMATISED_ALL,
        decision_number="150/QĐ-UBND",
        decided_day=19_752,
        first_year=2019,
        last_year=2023,
        documents=214,
    ),
    "document_inspected": legal.DocumentInspected(
        kind=legal.INSPECTION_KIND_AUTHORITY,
        unlawful=True,
        unlawful_in=legal.UNLAWFUL_IN_CONTENT_OR_AUTHORITY,
        handled=True,
        handled_day=19_960,
        handled_by_document_number="21/2024/QĐ-UBND",
    ),
    "inspections_counted": legal.InspectionsCounted(
        first_day=19_700,
        last_day=20_065,
        inspected=251_900,
        unlawful=3_960,
        unlawful_in_content_or_authority=528,
        handled=2_305,
    ),
    "enforcement_plan_issued": legal.EnforcementPlanIssued(
        year=2024, number="05/KH-UBND", issued_day=19_745, focus_field_code="LV05", activities_planned=4, file=FILE
    ),
    "enforcement_activity_done": legal.EnforcementActivityDone(
        plan_code="TDTHPL-2024",
        kind=legal.ENFORCEMENT_ACTIVITY_SURVEY,
        field_code="LV05",
        report_number="33/BC-UBND",
    ),
    "enforcement_recommendation_made": legal.EnforcementRecommendationMade(
        plan_code="TDTHPL-2024", to_unit_code="H01", due_day=19_970, content="Bố trí kinh phí"
    ),
    "enforcement_recommendation_handled": legal.EnforcementRecommendationHandled(by_document_number="90/UBND-NC"),
    "procedure_published": legal.ProcedurePublished(
        change=legal.PROCEDURE_CHANGE_AMENDED,
        decision_number="456/QĐ-UBND",
        decided_day=20_260,
        public_day=20_264,
        posted_day=20_265,
        complete=True,
    ),
    "procedure_publications_counted": legal.ProcedurePublicationsCounted(
        first_day=16_436, last_day=18_627, published=7_518, newly_issued=3_595, amended=977, abolished=2_926
    ),
    "procedures_counted": legal.ProceduresCounted(
        day=20_000,
        field_code="LV01",
        level=reference.UNIT_TYPE_COMMUNE,
        procedures=110,
        one_stop=108,
        internal_processes=100,
    ),
    "procedure_review_planned": legal.ProcedureReviewPlanned(plan_number="07/KH-UBND", year=2024, due_day=19_980),
    "procedure_reviewed": legal.ProcedureReviewed(plan_number="07/KH-UBND", level=reference.UNIT_TYPE_DISTRICT),
    "procedure_simplification_proposed": legal.ProcedureSimplificationProposed(
        plan_number="07/KH-UBND",
        simplification=legal.SIMPLIFICATION_AMEND,
        minutes_before=4_800,
        minutes_after=2_400,
        cost_before_vnd=90_000_000,
        cost_after_vnd=60_000_000,
    ),
    "procedure_simplification_approved": legal.ProcedureSimplificationApproved(
        plan_number="07/KH-UBND",
        decision_number="900/QĐ-UBND",
        minutes_before=4_800,
        minutes_after=2_880,
        cost_before_vnd=90_000_000,
        cost_after_vnd=70_000_000,
    ),
    "plan_issued": assessment.PlanIssued(
        kind_code="CCHC", year=2026, number="01/KH-UBND", issued_day=20_460, file=FILE
    ),
    "task_planned": assessment.TaskPlanned(
        plan_code="CCHC-2026",
        title="Rà soát thủ tục",
        owner_unit_code="H01.2",
        output="Báo cáo",
        due_day=20_600,
    ),
    "task_done": assessment.TaskDone(document_number="11/BC-UBND", evidence=FILE),
    "unit_inspected": assessment.UnitInspected(
        kind=assessment.OVERSIGHT_KIND_COUNCIL_SUPERVISION,
        by_unit_code="H01",
        decision_number="77/QĐ-UBND",
        first_day=20_500,
        last_day=20_502,
    ),
    "finding_made": assessment.FindingMade(
        inspection_code="KT-1", content="Chưa niêm yết", legal_ground="Điều 15 Nghị định 63/2010"
    ),
    "action_required": assessment.ActionRequired(
        finding_code="KT-1.1", content="Niêm yết lại", owner_unit_code="H01.2", due_day=20_530
    ),
    "action_resolved": assessment.ActionResolved(document_number="12/BC-UBND", evidence=FILE),
    "initiative_proposed": assessment.InitiativeProposed(title="Trả kết quả tại nhà", field_code="LV01"),
    "initiative_recognised": assessment.InitiativeRecognised(
        decision_number="300/QĐ-UBND", level=reference.UNIT_TYPE_PROVINCE
    ),
    "communication_done": assessment.CommunicationDone(
        form=assessment.COMMUNICATION_FORM_WEBSITE, items=12, topic="Dịch vụ công trực tuyến"
    ),
    "commitment_signed": assessment.CommitmentSigned(topic="Không trễ hẹn", signatories=21),
    "remediation_plan_issued": assessment.RemediationPlanIssued(
        number="20/KH-UBND",
        issued_day=20_480,
        answers_code="KT-1",
        targets=[
            assessment.RemediationTarget(
                criterion_code="3.4", content="Đúng hạn", target_hundredths=9_800, due_day=20_700
            )
        ],
    ),
    "disbursement_planned": assessment.DisbursementPlanned(year=2026, amount_vnd=5_000_000_000),
    "disbursement_counted": assessment.DisbursementCounted(year=2026, amount_vnd=3_200_000_000),
    "assets_disclosed": assessment.AssetsDisclosed(year=2025, document_number="40/TB-UBND", disclosed_day=20_490),
    "correspondence_counted": assessment.CorrespondenceCounted(
        first_day=19_153,
        last_day=19_245,
        incoming=1_050,
        incoming_processed=1_049,
        outgoing=393,
        outgoing_processed=392,
        outgoing_signed=390,
    ),
    "equipment_counted": assessment.EquipmentCounted(kind_code="MAY-QUET", needed=4, present=3),
    "staff_counted": assessment.StaffCounted(kind_code="CONG-CHUC", posts=24, present=22, trained=20),
    "quality_system_applied": assessment.QualitySystemApplied(
        standard="TCVN ISO 9001:2015", document_number="15/QĐ-UBND", from_day=20_000, until_day=21_000
    ),
    "survey_held": assessment.SurveyHeld(form_code="SIPAS", first_day=20_500, last_day=20_520, sent=300, returned=287),
    "survey_answers_counted": assessment.SurveyAnswersCounted(question_code="Q4", answer_code="A", answers=120),
    "self_scored": assessment.SelfScored(
        criteria_set="qd766", period_id="2026Q3", points_hundredths=150, explanation="Đủ kế hoạch"
    ),
    "evidence_attached": assessment.EvidenceAttached(
        criteria_set="qd766",
        period_id="2026Q3",
        criterion_codes=["2.2.1", "2.3"],
        file=FILE,
        shows_code="KH-2024",
    ),
    "criterion_appraised": assessment.CriterionAppraised(
        criteria_set="qd766",
        period_id="2026Q3",
        round=2,
        points_hundredths=50,
        reason="Không thấy kế hoạch",
        evidence=assessment.EVIDENCE_VERDICT_NOT_FOUND,
    ),
    "explanation_given": assessment.ExplanationGiven(
        criteria_set="qd766", period_id="2026Q3", round=1, content="Kế hoạch ở trang 7"
    ),
    "appeal_made": assessment.AppealMade(
        criteria_set="qd766", period_id="2026Q3", points_claimed_hundredths=200, content="Đã có kế hoạch"
    ),
    "appeal_decided": assessment.AppealDecided(
        criteria_set="qd766",
        period_id="2026Q3",
        points_hundredths=200,
        reason="Có kế hoạch ở trang 7",
        decision_number="500/QĐ-UBND",
    ),
}
"""By the name of their field in ``Event.fact``."""
