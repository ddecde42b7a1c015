"""What a row claims, and what it leaves alone because it is blank."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_ONLINE_FULL,
    DUE_BASIS_DAY,
    DUE_BASIS_INSTANT,
    DUE_BASIS_UNSPECIFIED,
    DossierAccepted,
    DossierDeclined,
    DossierSubmitted,
    DossierWithdrawn,
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
    SupplementRequested,
)
from cchc.log.batch import FACT_TYPES
from services.intake.cells.moments import Moment
from services.intake.facts import SLOTS, SUPPLEMENT, Claim, claims_of, slot_of
from services.intake.known import _FACTS
from services.intake.rows.canonical import DossierOutcome, DossierRow

SUBMITTED, RECEIVED, DUE, ENDED = (
    Moment(1_760_000_000_000 + hour * 3_600_000, is_date_only=False) for hour in range(4)
)
ROW = DossierRow("H1", "U1", procedure_code="P1", received_at=RECEIVED)


def claims(row: DossierRow) -> dict[str, Claim]:
    listed = claims_of(row)
    by_slot = {claim.slot: claim for claim in listed}
    assert len(by_slot) == len(listed), "a slot is claimed once"
    return by_slot


def test_a_row_that_says_no_more_than_its_receipt_claims_the_acceptance_alone() -> None:
    assert list(claims(ROW)) == ["entry"]
    entry = claims(ROW)["entry"]
    assert entry.fact == DossierAccepted(procedure_code="P1")
    assert entry.occurred_at_ms == RECEIVED.at_ms


@pytest.mark.parametrize(
    ("due", "due_is_instant", "basis"),
    [
        (DUE, None, DUE_BASIS_UNSPECIFIED),
        (DUE, True, DUE_BASIS_INSTANT),
        (DUE, False, DUE_BASIS_DAY),
        (replace(DUE, is_date_only=True), None, DUE_BASIS_DAY),
        (replace(DUE, is_date_only=True), True, DUE_BASIS_DAY),
    ],
)
def test_a_bare_date_binds_to_its_day_and_a_time_to_what_the_source_says(
    due: Moment, due_is_instant: bool | None, basis: int
) -> None:
    entry = claims(replace(ROW, due_at=due, due_is_instant=due_is_instant))["entry"]
    assert entry.fact == DossierAccepted(procedure_code="P1", due_at_ms=DUE.at_ms, due_basis=basis)  # type: ignore[arg-type]  # an int on the wire
    assert set(entry.says) == {"due_at_ms", "due_basis"}, "a new due time never keeps the basis of the old one"


def test_a_submission_is_claimed_when_it_was_made() -> None:
    row = replace(ROW, submitted_at=SUBMITTED, channel=CHANNEL_ONLINE_FULL, field_code="F")
    submitted = claims(row)["submitted"]
    assert submitted.fact == DossierSubmitted(procedure_code="P1", field_code="F", channel=CHANNEL_ONLINE_FULL)
    assert (submitted.occurred_at_ms, submitted.is_dated) == (SUBMITTED.at_ms, True)


@pytest.mark.parametrize(
    ("submitted", "received", "said_at", "is_dated"),
    [
        (SUBMITTED, RECEIVED, SUBMITTED, True),
        (None, RECEIVED, RECEIVED, False),
        (None, None, ENDED, False),
    ],
)
def test_a_declined_dossier_was_submitted_and_never_accepted_or_ended(
    submitted: Moment | None, received: Moment | None, said_at: Moment, is_dated: bool
) -> None:
    row = replace(ROW, submitted_at=submitted, received_at=received, resolved_at=ENDED, outcome=DossierOutcome.DECLINED)
    said = claims(row)
    assert list(said) == ["submitted", "entry"]
    assert said["entry"] == Claim("entry", DossierDeclined(), ENDED.at_ms)
    assert (said["submitted"].occurred_at_ms, said["submitted"].is_dated) == (said_at.at_ms, is_dated)


@pytest.mark.parametrize(
    ("outcome", "fact"),
    [
        (None, DossierResolved(outcome=OUTCOME_UNSPECIFIED)),
        (DossierOutcome.APPROVED, DossierResolved(outcome=OUTCOME_APPROVED)),
        (DossierOutcome.REFUSED, DossierResolved(outcome=OUTCOME_REFUSED)),
        (DossierOutcome.RETURNED, DossierReturned()),
        (DossierOutcome.WITHDRAWN, DossierWithdrawn()),
        (DossierOutcome.STOPPED, DossierStopped()),
    ],
)
def test_every_outcome_has_its_fact(outcome: DossierOutcome | None, fact: object) -> None:
    end = claims(replace(ROW, resolved_at=ENDED, outcome=outcome))["end"]
    assert (end.fact, end.occurred_at_ms) == (fact, ENDED.at_ms)
    assert end.names_kind is (outcome is not None)


@pytest.mark.parametrize("electronic", [True, False, None])
def test_an_electronic_result_is_said_unsaid_or_denied(electronic: bool | None) -> None:
    end = claims(replace(ROW, resolved_at=ENDED, electronic_result=electronic))["end"].fact
    assert isinstance(end, DossierResolved)
    assert (end.electronic_result if end.HasField("electronic_result") else None) is electronic


def test_without_its_time_neither_a_receipt_nor_an_end_is_claimed() -> None:
    assert list(claims(replace(ROW, received_at=None, submitted_at=SUBMITTED, electronic_result=True))) == ["submitted"]


def test_yes_is_a_fact_no_is_its_absence_and_blank_says_nothing() -> None:
    yes = claims(replace(ROW, fee_due=True, fee_paid_online=True))
    assert (yes["obligation"].fact, yes["payment"].fact) == (FinancialObligationArose(), PaymentMade(online=True))
    no = claims(replace(ROW, fee_due=False, fee_paid_online=False))
    assert (no["obligation"].fact, no["payment"].fact) == (None, None)
    assert not {"obligation", "payment"} & set(claims(ROW))


@pytest.mark.parametrize("digitised", [True, False])
def test_not_digitised_is_a_fact_too(digitised: bool) -> None:
    claim = claims(replace(ROW, components_digitised=digitised))["digitised"]
    assert claim.fact == DigitisationRecorded(digitised=digitised)
    assert claim.says == ("digitised",)


@pytest.mark.parametrize("count", [0, 1, 3, 100])
def test_supplement_requests_are_claimed_one_by_one_and_none_above_their_number(count: int) -> None:
    *asked, rest = (claim for claim in claims_of(replace(ROW, supplement_requests=count)) if SUPPLEMENT in claim.slot)
    assert [claim.fact for claim in asked] == [SupplementRequested(ordinal=n) for n in range(1, count + 1)]
    assert (rest.slot, rest.fact, rest.above) == (SUPPLEMENT, None, count)


def test_the_procedures_field_is_assumed_only_where_the_row_names_none() -> None:
    assert [claim.assumed_field for claim in claims_of(ROW, "LV")] == ["LV"]
    assert [claim.assumed_field for claim in claims_of(replace(ROW, field_code="F"), "LV")] == [""]


def test_every_fact_of_a_slot_can_be_read_back_from_the_store() -> None:
    names = {name for name, number in FACT_TYPES.items() if number in SLOTS}
    assert names == set(_FACTS)
    assert {slot_of(number, 2) for number in SLOTS} == (set(SLOTS.values()) - {SUPPLEMENT}) | {"supplement:2"}
