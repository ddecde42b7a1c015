"""What is said of many dossiers in the same words: each phrase is one message, which nobody changes.

To make messages was a third of the work.
"""

from __future__ import annotations

import functools

from cchc.api.intake.v1.intake_pb2 import (
    DUE_BASIS_DAY,
    DUE_BASIS_INSTANT,
    DUE_BASIS_UNSPECIFIED,
    Channel,
    DossierSubmitted,
    DueBasis,
    FeedbackGiven,
    FinancialObligationArose,
    PaymentMade,
)
from cchc.api.processing.v1.processing_pb2 import (
    DeliveryMode,
    DigitisationRecorded,
    DossierResolved,
    Outcome,
    ResultDelivered,
)
from cchc.calendar.working_days import Due


def due_terms(due: Due | None) -> tuple[int, DueBasis.ValueType]:
    """A due time as the contract writes it: milliseconds and basis; 0 and unspecified when there is none."""
    if due is None:
        return 0, DUE_BASIS_UNSPECIFIED
    return due.at_ms, DUE_BASIS_INSTANT if due.by_instant else DUE_BASIS_DAY


@functools.cache
def submission(procedure_code: str, field_code: str, channel: Channel.ValueType, by_official: bool) -> DossierSubmitted:
    """Filed, of this procedure, by this channel, by the applicant or for him."""
    return DossierSubmitted(
        procedure_code=procedure_code, field_code=field_code, channel=channel, filed_by_official=by_official
    )


@functools.cache
def digitisation(digitised: bool, reused: bool) -> DigitisationRecorded:
    """Components digitised at the counter or not, or taken over from before."""
    return DigitisationRecorded(digitised=digitised, reused=reused)


@functools.cache
def obligation(amount_vnd: int) -> FinancialObligationArose:
    """A financial obligation of so many đồng arose."""
    return FinancialObligationArose(amount_vnd=amount_vnd)


@functools.cache
def payment(online: bool, amount_vnd: int) -> PaymentMade:
    """So many đồng were paid, online or at the counter."""
    return PaymentMade(online=online, amount_vnd=amount_vnd)


@functools.cache
def result(outcome: Outcome.ValueType, electronic: bool | None) -> DossierResolved:
    """The outcome, and whether the result is electronic; None where nobody says."""
    return DossierResolved(outcome=outcome, electronic_result=electronic)


@functools.cache
def delivery(mode: DeliveryMode.ValueType) -> ResultDelivered:
    """The result was handed over this way."""
    return ResultDelivered(mode=mode)


@functools.cache
def feedback(rating: int, upheld: bool) -> FeedbackGiven:
    """A rating from 1 to 5, and whether a complaint was upheld."""
    return FeedbackGiven(rating=rating, complaint_upheld=upheld)
