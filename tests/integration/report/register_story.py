"""A small province's year in its registers: documents, plans, reviews, procedures, tasks, and some dossiers."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message

from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import OUTCOME_APPROVED, DossierResolved
from cchc.api.reference.v1 import reference_pb2 as reference
from cchc.log.batch import make_event
from tests.unit.log.facts import FACTS
from tests.unit.recording.senders import NOW_MS, accepted

DAY_MS = 86_400_000
NOW_DAY = NOW_MS // DAY_MS

_OUTCOMES = (
    (legal.REVIEW_OUTCOME_UNCHANGED,),
    (legal.REVIEW_OUTCOME_WHOLLY_EXPIRED,),
    (legal.REVIEW_OUTCOME_PARTLY_EXPIRED, legal.REVIEW_OUTCOME_AMEND),
    (legal.REVIEW_OUTCOME_REPLACE,),
    (),
)


def said(fact: Message, subject: str, unit: str = "H21.65", *, days_ago: int = 30) -> Event:
    """A fact with its identity."""
    return make_event(
        fact,
        source_system="desk",
        subject=subject,
        unit_code=unit,
        occurred_at_ms=NOW_MS - days_ago * DAY_MS,
    )


def story() -> Iterator[Event]:
    """All of it."""
    yield from _documents()
    yield from _recommendations()
    yield from _enforcement()
    yield from _procedures()
    yield from _dossiers()
    for name, fact in FACTS.items():
        if fact.DESCRIPTOR.full_name.startswith("cchc.api.assessment."):
            yield said(fact, f"{name}-1")
            yield said(fact, f"{name}-2", "H21.66")


def _documents() -> Iterator[Event]:
    for unit, year in (("H21.65", 2026), ("H21.66", 2026)):
        yield said(legal.ReviewPlanIssued(year=year, number="03/KH-UBND", issued_day=NOW_DAY - 200), f"KH-{unit}", unit)
    for number in range(20):
        unit, code = ("H21.65", "H21.66")[number % 2], f"VB-{number:02}"
        registered = legal.DocumentRegistered(
            number=f"{number}/2020/QĐ-UBND",
            type=legal.DOCUMENT_TYPE_DECISION,
            issued_day=0 if number == 19 else 18_000 + 97 * number,
            in_force_from_day=0 if number == 19 else 18_010 + 97 * number,
            title=f"Quy định số {number}",
            field_code="LV05",
        )
        yield said(registered, code, unit, days_ago=90)
        if number % 4 == 1:
            effect = (legal.DOCUMENT_EFFECT_WHOLLY_EXPIRED, legal.DOCUMENT_EFFECT_PARTLY_EXPIRED)[number % 8 // 4]
            changed = legal.DocumentEffectChanged(effect=effect, from_day=19_600, by_document_number="9/2023/QĐ-UBND")
            yield said(changed, code, unit, days_ago=80)
        if number < 12:
            yield said(legal.DocumentListedForReview(plan_code=f"KH-{unit}", due_day=NOW_DAY - 20), code, unit)
        if number < 10:
            outcomes = _OUTCOMES[number % len(_OUTCOMES)]
            yield said(legal.DocumentReviewed(plan_code=f"KH-{unit}", outcomes=outcomes), code, unit, days_ago=25)
        if number % 5 == 0:
            inspected = legal.DocumentInspected(kind=legal.INSPECTION_KIND_SELF, unlawful=number == 5, handled=True)
            yield said(inspected, code, unit)
    listed = legal.ListPublished(
        kind=legal.LIST_KIND_SYSTEMATISED_ALL,
        decision_number="150/QĐ-UBND",
        decided_day=19_752,
        first_year=2019,
        last_year=2023,
        documents=21,
    )
    yield said(listed, "DM-1", "H21")
    counted = legal.InspectionsCounted(
        first_day=NOW_DAY - 60,
        last_day=NOW_DAY - 40,
        inspected=30,
        unlawful=3,
        unlawful_in_content_or_authority=1,
        handled=2,
    )
    yield said(counted, "BC-1")


def _recommendations() -> Iterator[Event]:
    for number in range(4):
        made = legal.RecommendationMade(
            document_code=f"VB-{number:02}",
            kind=legal.REVIEW_OUTCOME_AMEND,
            due_day=NOW_DAY - 10,
            plan_code="KH-H21.65",
        )
        yield said(made, f"KN-{number}", days_ago=200 if number == 3 else 20)
    yield said(legal.RecommendationHandled(by_document_number="20/2026/QĐ-UBND"), "KN-0", days_ago=5)


def _enforcement() -> Iterator[Event]:
    plan = legal.EnforcementPlanIssued(year=2026, number="5/KH", issued_day=NOW_DAY - 200, activities_planned=4)
    yield said(plan, "TD-2026")
    for number in range(3):
        done = legal.EnforcementActivityDone(plan_code="TD-2026", kind=legal.ENFORCEMENT_ACTIVITY_SURVEY)
        yield said(done, f"HD-{number}")
    yield said(legal.EnforcementRecommendationMade(plan_code="TD-2026", due_day=NOW_DAY + 10, content="Sửa"), "KT-1")
    yield said(legal.EnforcementRecommendationHandled(by_document_number="7/QĐ"), "KT-1", days_ago=3)


def _procedures() -> Iterator[Event]:
    for number, change in enumerate((1, 2, 3, 0)):
        published = legal.ProcedurePublished(
            change=legal.ProcedureChange.ValueType(change),
            decision_number="8/QĐ",
            decided_day=NOW_DAY - 40 + 9 * number,
            public_day=(NOW_DAY - 39, NOW_DAY - 5, 0, 0)[number],
        )
        yield said(published, f"1.00000{number}", "H21")
    printed = legal.ProcedurePublicationsCounted(
        first_day=NOW_DAY - 60, last_day=NOW_DAY - 40, published=75, newly_issued=36, amended=10, abolished=24
    )
    yield said(printed, "BC-2", "H21")
    arranged = reference.ProcedureArranged(procedure_code="1.000001", one_stop=True, internal_process=True)
    yield said(arranged, "1.000001", "")
    for number in range(3):
        code = f"1.00000{number}"
        yield said(legal.ProcedureReviewPlanned(plan_number="07/KH", year=2026), code)
        level = (reference.UNIT_TYPE_COMMUNE, reference.UNIT_TYPE_DISTRICT, reference.UNIT_TYPE_UNSPECIFIED)[number]
        yield said(legal.ProcedureReviewed(plan_number="07/KH", level=level), code, days_ago=20)
    proposed = legal.ProcedureSimplificationProposed(
        plan_number="07/KH",
        simplification=legal.SIMPLIFICATION_AMEND,
        minutes_before=90,
        minutes_after=30,
        cost_before_vnd=2_000_000_000_000,
        cost_after_vnd=1_333_333_333_333,
    )
    yield said(proposed, "1.000001", days_ago=15)
    approved = legal.ProcedureSimplificationApproved(
        plan_number="07/KH",
        decision_number="9/QĐ",
        minutes_before=90,
        minutes_after=30,
        cost_before_vnd=2_000_000_000_000,
        cost_after_vnd=1_333_333_333_333,
    )
    yield said(approved, "1.000001", days_ago=10)


def _dossiers() -> Iterator[Event]:
    for number in range(9):
        code, unit = f"H21.65-{number}", ("H21.65", "H21.66")[number % 2]
        yield said(accepted(due_at_ms=NOW_MS - 18 * DAY_MS), code, unit, days_ago=25)
        if number % 3:
            yield said(DossierResolved(outcome=OUTCOME_APPROVED), code, unit, days_ago=21 - 3 * (number % 3))
