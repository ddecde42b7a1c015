from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.api.legal_review.v1.legal_review_pb2 import DocumentEffect, ReviewOutcome
from services.report.legal.documents import EFFECTS
from services.report.legal.outcomes import (
    CLASS_NAMES,
    CLASSES,
    EFFECT_OF,
    OUTCOME_NAMES,
    UNSAID,
    class_of,
    contradicts_itself,
    effect_of,
)
from tests.docs.documents import text_of
from tests.reference import legal_review

OUTCOMES = [number for number in ReviewOutcome.values() if number]


def test_each_outcome_is_in_one_class_and_has_a_name() -> None:
    assert sorted(number for taken in CLASSES.values() for number in taken) == OUTCOMES
    assert OUTCOME_NAMES.keys() == set(OUTCOMES)
    assert CLASS_NAMES.keys() == {*CLASSES, UNSAID}
    assert EFFECTS.keys() == {number for number in DocumentEffect.values() if number}


@given(st.lists(st.integers(0, 15)))
def test_a_document_is_in_one_class_whatever_the_order_of_its_outcomes(outcomes: list[int]) -> None:
    assert class_of(outcomes) == class_of(sorted(outcomes)) == legal_review.class_of(outcomes)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["PARTLY_EXPIRED", "AMEND"], "partly_expired"),
        (["UNCHANGED", "REPLACE"], "amend_or_replace"),
        (["ABOLISH", "AMEND"], "abolish"),
        (["WHOLLY_EXPIRED", "UNCHANGED"], "wholly_expired"),
        ([], UNSAID),
    ],
)
def test_what_is_so_by_law_comes_before_what_is_recommended(outcomes: list[str], expected: str) -> None:
    assert class_of([ReviewOutcome.Value(f"REVIEW_OUTCOME_{name}") for name in outcomes]) == expected


def test_the_document_that_defines_the_roll_up_has_the_same_order() -> None:
    table = re.findall(r"^\| \d+ \| `(\w+)` \|", text_of("docs/legal-review-semantics.md"), re.MULTILINE)
    assert table == [*CLASSES, UNSAID]


def test_the_two_vocabularies_map_to_one_another() -> None:
    assert effect_of([ReviewOutcome.Value("REVIEW_OUTCOME_ABOLISH")]) == DocumentEffect.Value(
        "DOCUMENT_EFFECT_IN_FORCE"
    )
    assert effect_of([ReviewOutcome.Value("REVIEW_OUTCOME_ISSUE_NEW")]) is None
    assert set(OUTCOMES) - EFFECT_OF.keys() == {ReviewOutcome.Value("REVIEW_OUTCOME_ISSUE_NEW")}
    assert contradicts_itself([1, 7])
    assert not contradicts_itself([1, 1])
