"""What a review found, in two vocabularies, and the exclusive roll-up (phân loại loại trừ) of several findings to one.

A document may be partly expired and recommended for amendment at once. In a total it stands once: under the first class
of ``CLASSES`` that any of its outcomes belongs to. What is so by law comes before what is recommended, the whole before
the part, the stronger recommendation before the weaker. Recommendations are counted by themselves too, so that nothing
is hidden by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from cchc.api.legal_review.v1 import legal_review_pb2 as legal

UNSAID = "unsaid"
"""Class of a review that names no outcome, or only ones that this program does not know."""

CLASSES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "wholly_expired": (legal.REVIEW_OUTCOME_WHOLLY_EXPIRED,),
        "wholly_suspended": (legal.REVIEW_OUTCOME_WHOLLY_SUSPENDED,),
        "partly_expired": (legal.REVIEW_OUTCOME_PARTLY_EXPIRED,),
        "partly_suspended": (legal.REVIEW_OUTCOME_PARTLY_SUSPENDED,),
        "abolish": (legal.REVIEW_OUTCOME_ABOLISH,),
        "suspend": (legal.REVIEW_OUTCOME_SUSPEND,),
        "amend_or_replace": (legal.REVIEW_OUTCOME_REPLACE, legal.REVIEW_OUTCOME_AMEND),
        "issue_new": (legal.REVIEW_OUTCOME_ISSUE_NEW,),
        "not_yet_in_force": (legal.REVIEW_OUTCOME_NOT_YET_IN_FORCE,),
        "unchanged": (legal.REVIEW_OUTCOME_UNCHANGED,),
    }
)
"""Class → its outcomes, in the order in which they take a document."""

CLASS_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "wholly_expired": "Hết hiệu lực toàn bộ",
        "wholly_suspended": "Ngưng hiệu lực toàn bộ",
        "partly_expired": "Hết hiệu lực một phần",
        "partly_suspended": "Ngưng hiệu lực một phần",
        "abolish": "Kiến nghị bãi bỏ",
        "suspend": "Kiến nghị ngưng, đình chỉ",
        "amend_or_replace": "Kiến nghị sửa đổi, bổ sung, thay thế",
        "issue_new": "Kiến nghị ban hành mới",
        "not_yet_in_force": "Chưa có hiệu lực",
        "unchanged": "Còn hiệu lực, giữ nguyên",
        UNSAID: "Chưa ghi kết quả",
    }
)
"""What an officer reads for a class."""

EFFECT_OF: Mapping[int, legal.DocumentEffect.ValueType] = MappingProxyType(
    {
        legal.REVIEW_OUTCOME_UNCHANGED: legal.DOCUMENT_EFFECT_IN_FORCE,
        legal.REVIEW_OUTCOME_WHOLLY_EXPIRED: legal.DOCUMENT_EFFECT_WHOLLY_EXPIRED,
        legal.REVIEW_OUTCOME_PARTLY_EXPIRED: legal.DOCUMENT_EFFECT_PARTLY_EXPIRED,
        legal.REVIEW_OUTCOME_WHOLLY_SUSPENDED: legal.DOCUMENT_EFFECT_WHOLLY_SUSPENDED,
        legal.REVIEW_OUTCOME_PARTLY_SUSPENDED: legal.DOCUMENT_EFFECT_PARTLY_SUSPENDED,
        legal.REVIEW_OUTCOME_NOT_YET_IN_FORCE: legal.DOCUMENT_EFFECT_NOT_YET_IN_FORCE,
        # Until what is recommended is done, it is in force.
        legal.REVIEW_OUTCOME_AMEND: legal.DOCUMENT_EFFECT_IN_FORCE,
        legal.REVIEW_OUTCOME_REPLACE: legal.DOCUMENT_EFFECT_IN_FORCE,
        legal.REVIEW_OUTCOME_ABOLISH: legal.DOCUMENT_EFFECT_IN_FORCE,
        legal.REVIEW_OUTCOME_SUSPEND: legal.DOCUMENT_EFFECT_IN_FORCE,
    }
)
"""Review outcome → the effect that the national database shows for it. A new document to be issued has none yet."""

RECOMMENDATIONS = frozenset(
    {
        legal.REVIEW_OUTCOME_AMEND,
        legal.REVIEW_OUTCOME_REPLACE,
        legal.REVIEW_OUTCOME_ABOLISH,
        legal.REVIEW_OUTCOME_SUSPEND,
        legal.REVIEW_OUTCOME_ISSUE_NEW,
    }
)
"""Outcomes that somebody has to act on: list 4 of a systematisation."""

OUTCOME_NAMES: Mapping[int, str] = MappingProxyType(
    {
        **{outcomes[0]: CLASS_NAMES[name].lower() for name, outcomes in CLASSES.items() if len(outcomes) == 1},
        legal.REVIEW_OUTCOME_AMEND: "kiến nghị sửa đổi, bổ sung",
        legal.REVIEW_OUTCOME_REPLACE: "kiến nghị thay thế",
    }
)
"""What an officer reads for an outcome."""


def class_of(outcomes: Collection[int]) -> str:
    """The one class of a document with these outcomes; ``unsaid`` where none of them is in any."""
    return next((name for name, taken in CLASSES.items() if not set(taken).isdisjoint(outcomes)), UNSAID)


def effect_of(outcomes: Collection[int]) -> int | None:
    """The effect in the national database's words; of several, that of the class. None where it has none."""
    found = class_of(outcomes)
    return next((EFFECT_OF[one] for one in CLASSES.get(found, ()) if one in outcomes and one in EFFECT_OF), None)


def contradicts_itself(outcomes: Collection[int]) -> bool:
    """Whether it was left unchanged and something else was found at the same time."""
    return legal.REVIEW_OUTCOME_UNCHANGED in outcomes and len(set(outcomes)) > 1
