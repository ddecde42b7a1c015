"""Rows to claims: what a snapshot of a dossier, unit, procedure or day says, as typed facts with their places.

Pure. A claim has a *slot*: the place in a dossier's life that a source fills at most once. A newer snapshot that says
something else in a slot corrects what the source said there before; a slot that a snapshot leaves blank is left alone.

What a snapshot cannot say: when something was keyed; when a due time was given anew (it becomes the acceptance's, also
for a period that had ended before); steps, suspensions, transfers as such; that a dossier is open again. Those come as
facts of their own.
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
    ProcedureArranged,
    ProcedureDefined,
    UnitDefined,
)
from cchc.log.batch import FACT_TYPES
from services.intake.rows.canonical import (
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

SUPPLEMENT = "supplement"
"""The slot before its ordinals: a claim on it speaks of all ordinals above ``Claim.above``."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a row says in one slot; ``fact`` None = it says that there is nothing.

    Attributes:
        slot: the place in the dossier's life.
        fact: what is so; fields at their default are left as they were said before, unless they are in ``says``.
        occurred_at_ms: when it happened.
        is_dated: the time is the source's own. Otherwise it stands in for one, and a time said before stays.
        says: fields that the row says even where they have their default value.
        names_kind: the row says which kind of fact it is; otherwise what was said before in the slot keeps its kind.
        above: of ``SUPPLEMENT``: the ordinals that it speaks of are larger than this.
        assumed_field: the field that the procedure's definition names; for where nobody says one.
    """

    slot: str
    fact: Message | None
    occurred_at_ms: int
    is_dated: bool = True
    says: tuple[str, ...] = ()
    names_kind: bool = True
    above: int = 0
    assumed_field: str = ""


def slot_of(fact_type: int, ordinal: int) -> str:
    """The slot of a fact; the ordinal tells supplement requests apart."""
    slot = SLOTS[fact_type]
    return f"{slot}:{ordinal}" if slot == SUPPLEMENT else slot


def claims_of(row: DossierRow, field_of_procedure: str = "") -> list[Claim]:
    """Everything that a dossier's row says, in the order of its life. What it leaves blank it does not claim.

    What is said of the receipt (procedure, due time, unit …) is claimed where the row says when that was, and an
    electronic result where it says when the result came.

    Args:
        row: of a file.
        field_of_procedure: as the row's procedure is defined; assumed where neither the row nor the source named one.
    """
    return [*_entry(row, "" if row.field_code else field_of_procedure), *_counted(row), *_end(row)]


def _entry(row: DossierRow, assumed_field: str) -> Iterator[Claim]:
    declined = row.outcome is DossierOutcome.DECLINED
    # What was declined had been submitted, at the latest when it came or was declined; the field is said there only.
    filed = row.submitted_at or ((row.received_at or row.resolved_at) if declined else None)
    procedure, field, channel = row.procedure_code or "", row.field_code or "", row.channel or CHANNEL_UNSPECIFIED
    if filed is not None:
        submitted = DossierSubmitted(procedure_code=procedure, field_code=field, channel=channel)
        is_dated = row.submitted_at is not None
        yield Claim("submitted", submitted, filed.at_ms, is_dated=is_dated, assumed_field=assumed_field)
    if declined and row.resolved_at is not None:
        yield Claim("entry", DossierDeclined(), row.resolved_at.at_ms)
        return
    if row.received_at is None:
        return
    accepted = DossierAccepted(
        procedure_code=procedure,
        field_code=field,
        channel=channel,
        receiving_unit_code=row.receiving_unit_code or "",
        due_at_ms=row.due_at.at_ms if row.due_at else 0,
        due_basis=_basis(row),
    )
    due_said = ("due_at_ms", "due_basis") if row.due_at else ()
    yield Claim("entry", accepted, row.received_at.at_ms, says=due_said, assumed_field=assumed_field)


def _basis(row: DossierRow) -> DueBasis.ValueType:
    if row.due_at is None:
        return DUE_BASIS_UNSPECIFIED
    if row.due_at.is_date_only or row.due_is_instant is False:
        return DUE_BASIS_DAY
    return DUE_BASIS_INSTANT if row.due_is_instant else DUE_BASIS_UNSPECIFIED


def _counted(row: DossierRow) -> Iterator[Claim]:
    """What has no time of its own in a snapshot is dated by the dossier's entry, once."""
    entered = row.received_at or row.submitted_at or row.resolved_at
    if entered is None:
        return

    def undated(slot: str, fact: Message | None, *says: str, above: int = 0) -> Claim:
        return Claim(slot, fact, entered.at_ms, is_dated=False, says=says, above=above)

    if row.fee_due is not None:
        yield undated("obligation", FinancialObligationArose() if row.fee_due else None)
    if row.fee_paid_online is not None:
        yield undated("payment", PaymentMade(online=True) if row.fee_paid_online else None)
    if row.components_digitised is not None:
        yield undated("digitised", DigitisationRecorded(digitised=row.components_digitised), "digitised")
    if row.supplement_requests is not None:
        for ordinal in range(1, row.supplement_requests + 1):
            yield undated(f"{SUPPLEMENT}:{ordinal}", SupplementRequested(ordinal=ordinal))
        yield undated(SUPPLEMENT, None, above=row.supplement_requests)


def _end(row: DossierRow) -> Iterator[Claim]:
    if row.resolved_at is not None and row.outcome is not DossierOutcome.DECLINED:
        # Whether a result is electronic is said of results only: then it is one, though the outcome is blank.
        names_kind = row.outcome is not None or row.electronic_result is not None
        yield Claim("end", _ending(row), row.resolved_at.at_ms, names_kind=names_kind)
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


def procedure_arranged(row: ProcedureRow) -> ProcedureArranged:
    """How a procedure is handled, as its row says it."""
    return ProcedureArranged(
        procedure_code=row.procedure_code,
        one_stop=row.one_stop,
        internal_process=row.internal_process,
        valid_from_day=row.valid_from_day,
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
