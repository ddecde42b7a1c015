"""Receipts laid out at once are those that are laid out one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cchc.api.intake.service.v1.intake_service_pb2 import RecordFactsResponse
from cchc.log.port import Position, Receipt
from cchc.recording.recorder import Outcome, Recorded
from cchc.recording.refusal import missing
from cchc.rpc.recording_servicer import answer_with, receipts_of

_RECEIPTS = [Receipt(Position("log", 3), 1_790_000_000_000), Receipt(Position("", 0), 0)]
_IDENTITIES = st.binary(min_size=16, max_size=16)
_OUTCOMES = st.one_of(
    st.builds(Recorded, _IDENTITIES, st.sampled_from(_RECEIPTS)), st.sampled_from([missing("subject"), missing("x")])
)


@given(st.one_of(st.lists(_OUTCOMES), st.lists(st.builds(Recorded, _IDENTITIES, st.just(_RECEIPTS[0])))))
def test_receipts_laid_out_at_once_are_those_laid_out_one_by_one(outcomes: list[Outcome]) -> None:
    answer = RecordFactsResponse()
    answer_with(answer, outcomes)

    assert answer == RecordFactsResponse(receipts=receipts_of(outcomes))
