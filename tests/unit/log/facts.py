"""One fact of each type, with every field said and no value that is its field's default."""

from __future__ import annotations

from google.protobuf.message import Message

from cchc.api.intake.v1 import intake_pb2 as intake
from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_HANDLING_OFFICER, Event, Retraction
from cchc.api.processing.v1 import processing_pb2 as processing
from cchc.api.reference.v1 import reference_pb2 as reference
from cchc.log.batch import make_event
from tests.unit.log.register_facts import REGISTER_FACTS

OCCURRED_AT = 1_767_582_000_000
DUE_AT = 1_767_927_600_000
REPLACED = bytes(range(16, 32))

FACTS: dict[str, Message] = {
    "retraction": Retraction(),
    "unit_defined": reference.UnitDefined(
        unit_code="H01.1",
        name="Xã Đông Á",
        type=reference.UNIT_TYPE_COMMUNE,
        parent_code="H01",
        peer_group="xa",
        valid_from_day=20_270,
        valid_to_day=20_635,
        decision="123/QĐ-UBND",
        unconfirmed=True,
    ),
    "procedure_defined": reference.ProcedureDefined(
        procedure_code="1.000001",
        field_code="LV01",
        name="Đăng ký khai sinh",
        levels=[reference.UNIT_TYPE_DEPARTMENT, reference.UNIT_TYPE_COMMUNE],
        limit=3,
        limit_unit=reference.LIMIT_UNIT_WORKING_HOURS,
        online_level=reference.ONLINE_LEVEL_FULL,
        fee=True,
        paper_result=True,
        digitisation_exempt=True,
        after_15h_next_day=True,
        valid_from_day=20_270,
        valid_to_day=20_635,
        decision="456/QĐ-UBND",
        unconfirmed=True,
    ),
    "calendar_day_decided": reference.CalendarDayDecided(
        day=20_463, working=True, name="Làm bù", decision="789/TB-VPCP", known_from_day=20_447
    ),
    "dossier_submitted": intake.DossierSubmitted(
        procedure_code="1.000001", field_code="LV01", channel=intake.CHANNEL_ONLINE_FULL, filed_by_official=True
    ),
    "dossier_accepted": intake.DossierAccepted(
        procedure_code="1.000001",
        field_code="LV01",
        channel=intake.CHANNEL_POSTAL,
        receiving_unit_code="H01.2",
        due_at_ms=DUE_AT,
        due_basis=intake.DUE_BASIS_INSTANT,
    ),
    "dossier_declined": intake.DossierDeclined(reason_code="TC01"),
    "dossier_withdrawn": intake.DossierWithdrawn(reason_code="RUT"),
    "financial_obligation_arose": intake.FinancialObligationArose(amount_vnd=12_345_678_901),
    "payment_made": intake.PaymentMade(online=True, amount_vnd=50_000),
    "feedback_given": intake.FeedbackGiven(rating=5, complaint_upheld=True),
    "petition_received": intake.PetitionReceived(dossier_code="H01.1-260105-0001", due_at_ms=DUE_AT),
    "petition_answered": intake.PetitionAnswered(outcome=intake.PETITION_OUTCOME_ANSWERED, satisfied=True),
    "supplement_requested": processing.SupplementRequested(ordinal=2, reason_code="BS02"),
    "supplement_provided": processing.SupplementProvided(due_at_ms=DUE_AT, due_basis=intake.DUE_BASIS_DAY),
    "processing_suspended": processing.ProcessingSuspended(legal_ground="Điều 9"),
    "processing_resumed": processing.ProcessingResumed(
        due_at_ms=DUE_AT, due_basis=intake.DUE_BASIS_DAY, legal_ground="Điều 10"
    ),
    "step_recorded": processing.StepRecorded(
        step_code="THAM-DINH", office_code="P01", started_at_ms=OCCURRED_AT - 7_200_000, due_at_ms=DUE_AT
    ),
    "dossier_transferred": processing.DossierTransferred(to_unit_code="H01.3", reason_code="CHUYEN"),
    "dossier_reappointed": processing.DossierReappointed(
        due_at_ms=DUE_AT, due_basis=intake.DUE_BASIS_INSTANT, apology=True, reason_code="XL01"
    ),
    "dossier_stopped": processing.DossierStopped(legal_ground="Điều 11"),
    "dossier_returned": processing.DossierReturned(reason_code="TRA"),
    "dossier_resolved": processing.DossierResolved(outcome=processing.OUTCOME_REFUSED, electronic_result=True),
    "result_delivered": processing.ResultDelivered(mode=processing.DELIVERY_MODE_ONLINE),
    "digitisation_recorded": processing.DigitisationRecorded(digitised=True, reused=True),
    **REGISTER_FACTS,
}
"""By the name of their field in ``Event.fact``."""


def said(fact: Message, *, replaces: bytes = b"") -> Event:
    """The fact in an envelope in which every field is said."""
    return make_event(
        fact,
        source_system="mot-cua",
        source_event_id="hs-1/7",
        subject="H01.1-260105-0001",
        unit_code="H01.1",
        occurred_at_ms=OCCURRED_AT,
        actor_role=ACTOR_ROLE_HANDLING_OFFICER,
        replaces=replaces,
        replaces_reason="nhập sai" if replaces else "",
    )


def events() -> dict[str, Event]:
    """An event of each fact type, and a correction. A retraction always names what it takes back."""
    simple = {name: said(fact, replaces=REPLACED if name == "retraction" else b"") for name, fact in FACTS.items()}
    return {**simple, "correction": said(FACTS["dossier_resolved"], replaces=REPLACED)}
