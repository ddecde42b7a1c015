"""Rows to claims: what a snapshot of a dossier, unit, procedure or day says, as typed facts with their places.

Pure. A claim has a *slot*: the place in a dossier's life that a source fills at most once. A newer snapshot that says
something else in a slot corrects what the source said there before; a slot that a snapshot leaves blank is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_UNSPECIFIED,
    DUE_BASIS_DAY,
    DUE_BASIS_INSTANT,
    DUE_BASIS_UNSPECIFIED,
    DossierAccepted,
    DossierDeclined,
    DossierSubmitted,
    DossierWithdrawn,
    DueBasis,
    FinancialObligationArose,
    PaymentMade,
)
from cchc.api.processing.v1.processing_pb2 import (
    OUTCOME_APPROVED,
    OUTCOME_REFUSED,
    OUTCOME_UNSPECIFIED,
    DigitisationRecorded,
    DossierResolved,
    DossierReturned,
    DossierStopped,
    Outcome,
    ResultDelivered,
    SupplementRequested,
)
from cchc.api.reference.v1.reference_pb2 import (
    LIMIT_UNIT_UNSPECIFIED,
    ONLINE_LEVEL_UNSPECIFIED,
    CalendarDayDecided,
    ProcedureDefined,
    UnitDefined,
)
from cchc.log.batch import FACT_TYPES
from services.intake.rows import (
    MOST_SUPPLEMENT_REQUESTS,
    CalendarDayRow,
    DossierOutcome,
    DossierRow,
    ProcedureRow,
    UnitRow,
)

SLOTS: dict[int, str] = {
    FACT_TYPES["dossier_submitted"]: "submitted",
    FACT_TYPES["dossier_accepted"]: "entry",
    FACT_TYPES["dossier_declined"]: "entry",
    FACT_TYPES["dossier_resolved"]: "end",
    FACT_TYPES["dossier_returned"]: "end",
    FACT_TYPES["dossier_withdrawn"]: "end",
    FACT_TYPES["dossier_stopped"]: "end",
    FACT_TYPES["result_delivered"]: "delivered",
    FACT_TYPES["financial_obligation_arose"]: "obligation",
    FACT_TYPES["payment_made"]: "payment",
    FACT_TYPES["digitisation_recorded"]: "digitised",
    FACT_TYPES["supplement_requested"]: "supplement",
}
"""Fact type → the slot that a snapshot fills with it. Supplement requests have a slot for each ordinal."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says in one slot; ``fact`` None = it says that there is nothing."""

    slot: str
    fact: Message | None
    occurred_at_ms: int


def slot_of(fact_type: int, ordinal: int) -> str:
    """The slot of a fact; the ordinal tells supplement requests apart."""
    slot = SLOTS[fact_type]
    return f"{slot}:{ordinal}" if slot == "supplement" else slot


def claims_of(row: DossierRow) -> list[Claim]:
    """Everything that a dossier's row says, in the order of its life. What it leaves blank it does not claim."""
    return [*_entry(row), *_counted(row), *_end(row)]


def _entry(row: DossierRow) -> Iterator[Claim]:
    declined = row.outcome is DossierOutcome.DECLINED
    filed = row.submitted_at or (row.received_at if declined else None)
    procedure, field, channel = row.procedure_code or "", row.field_code or "", row.channel or CHANNEL_UNSPECIFIED
    if filed is not None:
        submitted = DossierSubmitted(procedure_code=procedure, field_code=field, channel=channel)
        yield Claim("submitted", submitted, filed.at_ms)
    if declined and row.resolved_at is not None:
        yield Claim("entry", DossierDeclined(), row.resolved_at.at_ms)
    elif row.received_at is not None:
        accepted = DossierAccepted(
            procedure_code=procedure,
            field_code=field,
            channel=channel,
            receiving_unit_code=row.receiving_unit_code or "",
            due_at_ms=row.due_at.at_ms if row.due_at else 0,
            due_basis=_basis(row),
        )
        yield Claim("entry", accepted, row.received_at.at_ms)


def _basis(row: DossierRow) -> DueBasis.ValueType:
    if row.due_at is None:
        return DUE_BASIS_UNSPECIFIED
    if row.due_at.is_date_only or row.due_is_instant is False:
        return DUE_BASIS_DAY
    return DUE_BASIS_INSTANT if row.due_is_instant else DUE_BASIS_UNSPECIFIED


def _counted(row: DossierRow) -> Iterator[Claim]:
    """What has no time of its own in a snapshot is dated by the dossier's entry."""
    entered = row.received_at or row.submitted_at or row.resolved_at
    if entered is None:
        return
    at_ms = entered.at_ms
    if row.fee_due is not None:
        yield Claim("obligation", FinancialObligationArose() if row.fee_due else None, at_ms)
    if row.fee_paid_online is not None:
        yield Claim("payment", PaymentMade(online=True) if row.fee_paid_online else None, at_ms)
    if row.components_digitised is not None:
        yield Claim("digitised", DigitisationRecorded(digitised=row.components_digitised), at_ms)
    if row.supplement_requests is not None:
        for ordinal in range(1, MOST_SUPPLEMENT_REQUESTS + 1):
            asked = ordinal <= row.supplement_requests
            yield Claim(f"supplement:{ordinal}", SupplementRequested(ordinal=ordinal) if asked else None, at_ms)


def _end(row: DossierRow) -> Iterator[Claim]:
    if row.resolved_at is not None and row.outcome is not DossierOutcome.DECLINED:
        yield Claim("end", _ending(row), row.resolved_at.at_ms)
    if row.delivered_at is not None:
        yield Claim("delivered", ResultDelivered(), row.delivered_at.at_ms)


def _ending(row: DossierRow) -> Message:
    match row.outcome:
        case DossierOutcome.RETURNED:
            return DossierReturned()
        case DossierOutcome.WITHDRAWN:
            return DossierWithdrawn()
        case DossierOutcome.STOPPED:
            return DossierStopped()
        case _:
            resolved = DossierResolved(outcome=_result(row.outcome))
            if row.electronic_result is not None:
                resolved.electronic_result = row.electronic_result
            return resolved


def _result(outcome: DossierOutcome | None) -> Outcome.ValueType:
    if outcome is None:
        return OUTCOME_UNSPECIFIED
    return OUTCOME_REFUSED if outcome is DossierOutcome.REFUSED else OUTCOME_APPROVED


def unit_defined(row: UnitRow) -> UnitDefined:
    """A unit's row as a fact."""
    return UnitDefined(
        unit_code=row.unit_code,
        name=row.name,
        type=row.type,
        parent_code=row.parent_code or "",
        peer_group=row.peer_group or "",
        valid_from_day=row.valid_from_day,
        valid_to_day=row.valid_to_day or 0,
        decision=row.decision or "",
    )


def procedure_defined(row: ProcedureRow) -> ProcedureDefined:
    """A procedure's row as a fact."""
    return ProcedureDefined(
        procedure_code=row.procedure_code,
        field_code=row.field_code or "",
        name=row.name,
        levels=row.levels,
        limit=row.limit or 0,
        limit_unit=row.limit_unit or LIMIT_UNIT_UNSPECIFIED,
        online_level=row.online_level or ONLINE_LEVEL_UNSPECIFIED,
        fee=bool(row.fee),
        paper_result=bool(row.paper_result),
        digitisation_exempt=bool(row.digitisation_exempt),
        after_15h_next_day=bool(row.after_15h_next_day),
        valid_from_day=row.valid_from_day,
        valid_to_day=row.valid_to_day or 0,
        decision=row.decision or "",
    )


def calendar_day_decided(row: CalendarDayRow) -> CalendarDayDecided:
    """A decided day's row as a fact."""
    return CalendarDayDecided(
        day=row.day,
        working=row.working,
        name=row.name or "",
        decision=row.decision or "",
        known_from_day=row.known_from,
    )
