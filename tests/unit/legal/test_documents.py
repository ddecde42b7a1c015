from __future__ import annotations

import itertools

import pytest

from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.register.live import SaidFact
from services.report.legal.documents import IN_FORCE, NOT_YET, documents_of
from services.report.legal.plans import Gate, Pages, Plan, gate_of

DAY_MS = 86_400_000


def said(fact: object, name: str, number: int, occurred_day: int = 100) -> SaidFact:
    """A live fact of document VB."""
    return SaidFact(name, "VB", "U", "s", occurred_day * DAY_MS, occurred_day * DAY_MS, bytes([number]) * 16, fact)


REGISTERED = said(legal.DocumentRegistered(number="1", issued_day=90, in_force_from_day=100), "document_registered", 1)
SUSPENDED = said(
    legal.DocumentEffectChanged(
        effect=legal.DOCUMENT_EFFECT_WHOLLY_SUSPENDED, from_day=200, until_day=250, by_document_number="2"
    ),
    "document_effect_changed",
    2,
)
PARTLY = said(
    legal.DocumentEffectChanged(effect=legal.DOCUMENT_EFFECT_PARTLY_EXPIRED, from_day=150),
    "document_effect_changed",
    3,
)
EXPIRED = said(
    legal.DocumentEffectChanged(effect=legal.DOCUMENT_EFFECT_WHOLLY_EXPIRED), "document_effect_changed", 4, 300
)


@pytest.mark.parametrize("order", list(itertools.permutations((REGISTERED, SUSPENDED, PARTLY, EXPIRED))))
def test_a_document_has_the_effect_that_began_last(order: tuple[SaidFact, ...]) -> None:
    document = documents_of(order)["VB"]
    effects = {day: document.effect_on(day).effect for day in (99, 100, 149, 150, 199, 200, 249, 250, 299, 300, 9_000)}
    partly, whole = legal.DOCUMENT_EFFECT_PARTLY_EXPIRED, legal.DOCUMENT_EFFECT_WHOLLY_SUSPENDED
    expired = legal.DOCUMENT_EFFECT_WHOLLY_EXPIRED
    assert effects == {
        99: NOT_YET,
        100: IN_FORCE,
        149: IN_FORCE,
        150: partly,
        199: partly,
        200: whole,
        249: whole,
        250: partly,
        299: partly,
        300: expired,
        9_000: expired,
    }


def test_of_two_changes_from_one_day_the_last_said_counts() -> None:
    mended = said(
        legal.DocumentEffectChanged(effect=legal.DOCUMENT_EFFECT_IN_FORCE, from_day=150), "document_effect_changed", 9
    )
    assert documents_of([REGISTERED, mended, PARTLY])["VB"].effect_on(160).effect == IN_FORCE


def test_what_nobody_registered_is_no_document() -> None:
    assert documents_of([PARTLY]) == {}


@pytest.mark.parametrize(
    ("pages", "gate"),
    [
        ((), Gate.FOUND),
        ((Pages("ab", 0, 0, 1),), Gate.FOUND),
        ((Pages("ab", 0, 0, 0),), Gate.FOUND),
        ((Pages("ab", 0, 0, 6),), Gate.INSIDE_BUNDLE),
        ((Pages("ab", 7, 9, 6),), Gate.FOUND),
        ((Pages("ab", 0, 0, 6), Pages("cd", 0, 0, 1)), Gate.FOUND),
    ],
)
def test_a_plan_is_found_by_a_file_of_its_own_or_by_its_pages(pages: tuple[Pages, ...], gate: Gate) -> None:
    plan = Plan("P", "U", 2024, "03/KH-UBND", 100, pages)
    assert plan.gate is gate
    assert gate_of([plan]) is gate
    assert gate_of([]) is Gate.NOT_FOUND
