"""Receipts laid out at once are those that are laid out one by one."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from cchc.api.intake.service.v1.intake_service_pb2 import RecordFactsResponse
from cchc.log.port import Position, Receipt
from cchc.recording.recorder import Outcomes
from cchc.recording.refusal import Refusal, missing
from cchc.rpc.recording_servicer import answer_of, receipts_of

_RECEIPTS = st.sampled_from([Receipt(Position("log", 3), 1_790_000_000_000), Receipt(Position("", 0), 0)])
_REFUSED = st.dictionaries(st.integers(0, 5), st.sampled_from([missing("subject"), missing("x")]))


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=6), st.one_of(st.just({}), _REFUSED), _RECEIPTS)
def test_receipts_laid_out_at_once_are_those_laid_out_one_by_one(
    identities: list[bytes], refused: Mapping[int, Refusal], receipt: Receipt
) -> None:
    refused = {row: refusal for row, refusal in refused.items() if row < len(identities)}
    outcomes = Outcomes(identities, refused, None if len(refused) == len(identities) else receipt)

    answer = answer_of(RecordFactsResponse, outcomes)

    written = answer if isinstance(answer, bytes) else answer.SerializeToString()
    assert RecordFactsResponse.FromString(written) == RecordFactsResponse(receipts=receipts_of(outcomes))
