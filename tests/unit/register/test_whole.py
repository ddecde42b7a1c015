from __future__ import annotations

import pytest

from cchc.api.assessment.v1.assessment_pb2 import RemediationPlanIssued, RemediationTarget
from cchc.api.legal_review.v1.legal_review_pb2 import DocumentRegistered, DocumentReviewed
from cchc.log.batch import FACT_TYPES
from cchc.register.whole import fact_of, first_day, last_day, text_of
from tests.unit.log.register_facts import REGISTER_FACTS


@pytest.mark.parametrize("name", REGISTER_FACTS)
def test_a_fact_comes_back_whole(name: str) -> None:
    assert fact_of(FACT_TYPES[name], text_of(REGISTER_FACTS[name])) == REGISTER_FACTS[name]


def test_a_word_that_this_program_does_not_know_comes_back_as_its_number() -> None:
    fact = DocumentReviewed.FromString(b"\x12\x02\x07\x63")
    assert list(fact.outcomes) == [7, 99]
    assert fact_of(FACT_TYPES["document_reviewed"], text_of(fact)) == fact


def test_a_field_that_this_program_does_not_know_is_left_out() -> None:
    assert fact_of(FACT_TYPES["document_registered"], '{"number": "1", "colour": "red"}') == DocumentRegistered(
        number="1"
    )


def test_the_days_of_a_fact_are_those_of_its_parts_too() -> None:
    fact = RemediationPlanIssued(issued_day=-5, targets=[RemediationTarget(due_day=7), RemediationTarget(due_day=3)])
    assert (first_day(fact), last_day(fact)) == (-5, 7)
    assert (first_day(DocumentReviewed()), last_day(DocumentReviewed())) == (0, 0)
