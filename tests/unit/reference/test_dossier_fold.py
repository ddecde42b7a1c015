from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_ONLINE_FULL,
    CHANNEL_POSTAL,
    DossierAccepted,
    DossierDeclined,
    DossierSubmitted,
    DossierWithdrawn,
    FinancialObligationArose,
    PaymentMade,
)
from cchc.api.log.v1.event_pb2 import Retraction
from cchc.api.processing.v1.processing_pb2 import (
    OUTCOME_APPROVED,
    OUTCOME_REFUSED,
    DigitisationRecorded,
    DossierReappointed,
    DossierResolved,
    DossierReturned,
    DossierStopped,
    DossierTransferred,
    ResultDelivered,
    SupplementProvided,
    SupplementRequested,
)
from cchc.api.reference.v1.reference_pb2 import UnitDefined
from tests.reference.dossier_fold import Known, day_of, fold, start_of_day
from tests.reference.strategies import dossier_facts, permuted_and_cut
from tests.unit.reference.story import FOREVER, UNHURRIED, at, recorded, said, state_of

ACCEPTED = said(
    DossierAccepted(procedure_code="P1", field_code="F1", channel=CHANNEL_POSTAL, receiving_unit_code="R1"),
    "2026-01-05T08:00",
)


def test_a_day_begins_at_17_hours_universal_time() -> None:
    assert day_of(at("2026-03-14T16:59:59.999+00:00")) == date(2026, 3, 14)
    assert day_of(at("2026-03-14T17:00:00+00:00")) == date(2026, 3, 15)
    assert start_of_day(date(2026, 3, 15)) == at("2026-03-14T17:00:00+00:00")


def test_a_fact_is_known_from_the_millisecond_of_its_first_recording() -> None:
    twice = [Known(ACCEPTED, 3_000), Known(ACCEPTED, 1_000)]
    assert fold(twice, as_of_ms=999) == {}
    assert fold(twice, as_of_ms=1_000)["DS"].accepted


def test_a_retraction_counts_only_once_it_is_known() -> None:
    retraction = said(Retraction(), "2026-01-06T08:00", replaces=ACCEPTED)
    known = [Known(ACCEPTED, 1_000), Known(retraction, 2_000)]
    assert fold(known, as_of_ms=1_999)["DS"].accepted
    after = fold(known, as_of_ms=2_000)["DS"]
    assert (after.accepted, after.declined, after.received_at_ms, after.unit) == (False, False, None, "")


def test_what_was_replaced_stays_replaced_when_its_correction_is_retracted() -> None:
    correction = said(DossierAccepted(field_code="F2"), "2026-01-05T09:00", replaces=ACCEPTED)
    retraction = said(Retraction(), "2026-01-07T08:00", replaces=correction)
    assert state_of(ACCEPTED, correction).field == "F2"
    assert not state_of(ACCEPTED, correction, retraction).accepted


def test_a_retracted_retraction_brings_nothing_back() -> None:
    retraction = said(Retraction(), "2026-01-06T08:00", replaces=ACCEPTED)
    again = said(Retraction(), "2026-01-07T08:00", replaces=retraction)
    assert not state_of(ACCEPTED, retraction, again).accepted


def test_a_correction_counts_even_when_it_says_an_earlier_time() -> None:
    correction = said(DossierAccepted(field_code="F2"), "2026-01-02T09:00", replaces=ACCEPTED)
    assert state_of(ACCEPTED, correction).received_at_ms == at("2026-01-02T09:00")


def test_a_correction_may_be_of_another_kind() -> None:
    declined = said(DossierDeclined(), "2026-01-04T08:00", replaces=ACCEPTED)
    assert state_of(ACCEPTED, declined).declined


def test_a_fact_of_another_dossier_replaces_nothing() -> None:
    stranger = said(Retraction(), "2026-01-06T08:00", subject="DS2", replaces=ACCEPTED)
    assert fold(recorded(ACCEPTED, stranger), as_of_ms=FOREVER)["DS"].accepted


def test_a_retraction_alone_makes_no_dossier() -> None:
    stranger = said(Retraction(), "2026-01-06T08:00", subject="DS2", replaces=ACCEPTED)
    unit = said(UnitDefined(unit_code="U1"), "2026-01-06T08:00", subject="U1")
    assert fold(recorded(stranger, unit), as_of_ms=FOREVER) == {}


def test_of_several_facts_the_one_that_happened_last_counts_however_they_were_recorded() -> None:
    later = said(DossierAccepted(field_code="F2"), "2026-01-05T08:00:00.001")
    assert fold([Known(later, 1), Known(ACCEPTED, 2)], as_of_ms=2)["DS"].field == "F2"


def test_a_tie_goes_to_the_larger_identity_read_as_unsigned_and_big_endian() -> None:
    rivals = [said(DossierAccepted(field_code=f"F{number}"), "2026-01-05T08:00") for number in range(40)]
    winner = max(rivals, key=lambda event: event.event_id[:8].hex())
    assert any(event.event_id[0] >= 0x80 for event in rivals)
    assert any(event.event_id[0] < 0x80 for event in rivals)
    assert state_of(*rivals).field == winner.dossier_accepted.field_code


def test_the_acceptance_says_procedure_field_channel_and_units() -> None:
    state = state_of(ACCEPTED)
    assert (state.procedure, state.field, state.channel, state.receiving_unit) == ("P1", "F1", CHANNEL_POSTAL, "R1")
    assert (state.unit, state.accepted, state.received_at_ms) == ("U1", True, at("2026-01-05T08:00"))


def test_the_last_acceptance_is_taken_whole_with_what_it_leaves_empty() -> None:
    again = said(DossierAccepted(), "2026-01-06T08:00", unit="U2")
    state = state_of(ACCEPTED, again)
    assert (state.procedure, state.field, state.channel, state.receiving_unit, state.unit) == ("", "", 0, "", "U2")


def test_accepted_or_declined_is_whichever_came_last() -> None:
    declined = said(DossierDeclined(), "2026-01-06T08:00", unit="U3")
    back = said(DossierAccepted(), "2026-01-07T08:00")
    state = state_of(ACCEPTED, declined)
    assert (state.accepted, state.declined, state.declined_at_ms) == (False, True, at("2026-01-06T08:00"))
    assert state.declined_unit == "U3"
    assert state_of(ACCEPTED, declined, back).accepted


def test_the_field_of_a_declined_dossier_is_from_its_submission() -> None:
    declined = said(DossierDeclined(), "2026-01-06T08:00")
    submitted = said(DossierSubmitted(field_code="F9", filed_by_official=True), "2026-01-04T08:00")
    assert state_of(declined).declined_field == ""
    state = state_of(declined, submitted)
    assert (state.declined_field, state.filed_by_official) == ("F9", True)
    assert state.submitted_at_ms == at("2026-01-04T08:00")


def test_a_transfer_moves_the_dossier_until_it_is_accepted_anew() -> None:
    transferred = said(DossierTransferred(to_unit_code="U2"), "2026-01-06T08:00")
    assert state_of(ACCEPTED, transferred).unit == "U2"
    assert state_of(ACCEPTED, transferred, said(DossierAccepted(), "2026-01-07T08:00", unit="U3")).unit == "U3"


def test_the_last_of_the_four_ends_is_the_end() -> None:
    returned = said(DossierReturned(), "2026-01-06T08:00")
    resolved = said(DossierResolved(outcome=OUTCOME_REFUSED), "2026-01-07T08:00")
    withdrawn = said(DossierWithdrawn(), "2026-01-08T08:00")
    stopped = said(DossierStopped(), "2026-01-09T08:00")
    assert state_of(ACCEPTED).end is None
    assert state_of(ACCEPTED, returned).end == "returned"
    state = state_of(ACCEPTED, returned, resolved)
    assert (state.end, state.outcome, state.ended_at_ms) == ("resolved", OUTCOME_REFUSED, at("2026-01-07T08:00"))
    assert state_of(ACCEPTED, returned, resolved, withdrawn).end == "withdrawn"
    assert state_of(ACCEPTED, returned, resolved, withdrawn, stopped).end == "stopped"


def test_an_end_before_the_receipt_counts_on_the_receipt() -> None:
    state = state_of(ACCEPTED, said(DossierResolved(), "2026-01-04T08:00"))
    assert (state.ended_at_ms, state.counted_end_ms) == (at("2026-01-04T08:00"), at("2026-01-05T08:00"))
    assert state.ended_before_receipt
    at_once = state_of(ACCEPTED, said(DossierResolved(), "2026-01-05T08:00"))
    assert (at_once.counted_end_ms, at_once.ended_before_receipt) == (at("2026-01-05T08:00"), False)


def test_only_facts_with_a_due_time_give_one() -> None:
    supplied = said(SupplementProvided(), "2026-01-06T08:00")
    reappointed = said(DossierReappointed(due_at_ms=7), "2026-01-07T08:00")
    (given_due,) = state_of(ACCEPTED, supplied, reappointed).given_dues
    assert (given_due.due_at_ms, given_due.with_acceptance) == (7, False)


def test_an_electronic_result_is_yes_no_or_not_said() -> None:
    resolved = said(DossierResolved(outcome=OUTCOME_APPROVED, electronic_result=False), "2026-01-06T08:00")
    silent = said(DossierResolved(outcome=OUTCOME_APPROVED), "2026-01-07T08:00")
    assert state_of(ACCEPTED).electronic_result is None
    assert state_of(ACCEPTED, resolved).electronic_result is False
    assert state_of(ACCEPTED, resolved, silent).electronic_result is None


def test_digitised_is_yes_no_or_not_said() -> None:
    yes = said(DigitisationRecorded(digitised=True), "2026-01-06T08:00")
    no = said(DigitisationRecorded(digitised=False), "2026-01-07T08:00")
    assert state_of(ACCEPTED).digitised is None
    assert state_of(ACCEPTED, yes).digitised is True
    assert state_of(ACCEPTED, yes, no).digitised is False


def test_one_obligation_and_one_online_payment_are_enough() -> None:
    online = said(PaymentMade(online=True), "2026-01-06T08:00")
    counter = said(PaymentMade(), "2026-01-07T08:00")
    obligation = said(FinancialObligationArose(), "2026-01-05T09:00")
    state = state_of(ACCEPTED, online, counter, obligation)
    assert (state.obligation_arose, state.paid_online) == (True, True)
    state = state_of(ACCEPTED, counter)
    assert (state.obligation_arose, state.paid_online) == (False, False)
    assert not state_of(ACCEPTED, online, said(Retraction(), "2026-01-08T08:00", replaces=online)).paid_online


def test_supplement_requests_are_counted_by_identity() -> None:
    first = said(SupplementRequested(ordinal=1), "2026-01-06T08:00")
    second = said(SupplementRequested(ordinal=2), "2026-01-06T08:00")
    assert state_of(ACCEPTED, first, first, second).supplement_requests == 2


def test_delivery_ends_nothing() -> None:
    state = state_of(ACCEPTED, said(ResultDelivered(), "2026-01-06T08:00"))
    assert (state.delivered_at_ms, state.end) == (at("2026-01-06T08:00"), None)


def test_an_online_submission_is_not_yet_a_receipt() -> None:
    state = state_of(said(DossierSubmitted(channel=CHANNEL_ONLINE_FULL), "2026-01-04T08:00"))
    assert (state.accepted, state.declined, state.received_at_ms) == (False, False, None)


@UNHURRIED
@given(st.data())
def test_order_repetition_and_cuts_change_nothing(data: st.DataObject) -> None:
    known = data.draw(dossier_facts())
    batches = data.draw(permuted_and_cut(known))
    as_of_ms = data.draw(st.sampled_from([FOREVER, *(one.recorded_at_ms for one in known)]))
    assert fold([one for batch in batches for one in batch], as_of_ms=as_of_ms) == fold(known, as_of_ms=as_of_ms)
