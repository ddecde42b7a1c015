"""What the legal-review report must say about itself: every doubt, with the documents that it is about.

``plan_inside_bundle``         a plan lies in a file of several documents and nobody says on which pages
``document_not_registered``    listed, reviewed or inspected, but nobody registered it
``outcome_unsaid``             reviewed without an outcome: counted by itself, in no class
``outcome_contradictory``      left unchanged, and something else found at the same time
``effect_differs``             a review says expired or suspended, and the register something else on that day
``recommendation_missing``     a review recommends something, and no recommendation was entered
``recommendation_unknown``     handled, but nobody entered that it was made: in no count
``reviewed_by_several``        reviewed by several units: in the total once for each
``printed_not_adding_up``      figures of an office in which a part is larger than its whole
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from cchc.api.legal_review.v1.legal_review_pb2 import DOCUMENT_EFFECT_IN_FORCE
from cchc.calendar.vietnam_time import epoch_day_at
from services.report.flag import Flag, about, of_the_period, of_the_quarantine
from services.report.legal.documents import EFFECTS
from services.report.legal.inspections import printed_inspections
from services.report.legal.outcomes import RECOMMENDATIONS, UNSAID, contradicts_itself, effect_of
from services.report.legal.plans import Gate
from services.report.legal.register import LegalRegister
from services.report.legal.review_counts import Asked, inspected_in, listed_in, plans_in, reviewed_in
from services.report.legal.reviews import Review

_IN_FORCE = DOCUMENT_EFFECT_IN_FORCE


def flags_of(register: LegalRegister, asked: Asked, units: Collection[str], quarantined: int) -> Iterator[Flag]:
    """All flags of the report of these units, in the order of this module's list."""
    yield from of_the_period(asked.period, asked.as_of_ms)
    yield from of_the_quarantine(quarantined)
    yield from _of_plans(register, asked, units)
    reviews = [one for one in reviewed_in(register, asked) if one.unit in units]
    yield from _of_registration(register, asked, units, reviews)
    yield from _of_outcomes(register, reviews)
    yield from _of_recommendations(register, asked, units, reviews)
    several = Counter(one.document for one in reviews)
    yield from about(
        "reviewed_by_several",
        "văn bản do nhiều đơn vị cùng rà soát, trong dòng tổng được tính theo từng đơn vị",
        (code for code, count in several.items() if count > 1),
    )
    yield from _of_printed(register, asked, units)


def _of_plans(register: LegalRegister, asked: Asked, units: Collection[str]) -> Iterator[Flag]:
    plans = (*plans_in(register.review_plans, asked), *plans_in(register.enforcement_plans, asked))
    yield from about(
        "plan_inside_bundle",
        "kế hoạch nằm trong tệp có nhiều văn bản mà không ghi trang, nên coi như không tìm thấy",
        (plan.number or plan.code for plan in plans if plan.unit in units and plan.gate is Gate.INSIDE_BUNDLE),
    )


def _of_registration(
    register: LegalRegister, asked: Asked, units: Collection[str], reviews: Iterable[Review]
) -> Iterator[Flag]:
    named = {one.document for one in reviews}
    named |= {one.document for one in listed_in(register, asked) if one.unit in units}
    named |= {one.document for one in inspected_in(register, asked) if one.unit in units}
    yield from about(
        "document_not_registered", "văn bản chưa có trong danh mục văn bản", named - register.documents.keys()
    )


def _of_outcomes(register: LegalRegister, reviews: Iterable[Review]) -> Iterator[Flag]:
    found = list(reviews)
    yield from about(
        "outcome_unsaid",
        "văn bản đã rà soát nhưng chưa ghi kết quả",
        (one.document for one in found if one.class_name == UNSAID),
    )
    yield from about(
        "outcome_contradictory",
        "văn bản vừa giữ nguyên vừa có kết quả khác",
        (one.document for one in found if contradicts_itself(one.outcomes)),
    )
    yield from about(
        "effect_differs",
        "văn bản có kết quả rà soát khác với tình trạng hiệu lực trong danh mục vào ngày rà soát",
        (told for one in found if (told := _difference(register, one))),
    )


def _difference(register: LegalRegister, review: Review) -> str:
    """The document and its effect in the register, where a review says another one that is so by law."""
    document = register.documents.get(review.document)
    said = effect_of(review.outcomes)
    if document is None or said is None or said == _IN_FORCE:
        return ""
    known = document.effect_on(epoch_day_at(review.reviewed_at_ms)).effect
    return "" if known == said else f"{review.document}: {EFFECTS.get(known, 'không rõ')}"


def _of_recommendations(
    register: LegalRegister, asked: Asked, units: Collection[str], reviews: Iterable[Review]
) -> Iterator[Flag]:
    entered = {one.document for one in register.recommendations if one.made_at_ms is not None}
    yield from about(
        "recommendation_missing",
        "văn bản có kết quả rà soát là kiến nghị nhưng chưa lập kiến nghị",
        (one.document for one in reviews if RECOMMENDATIONS.intersection(one.outcomes) and one.document not in entered),
    )
    both = (*register.recommendations, *register.enforcement_recommendations)
    yield from about(
        "recommendation_unknown",
        "kiến nghị được báo là đã xử lý nhưng chưa được lập, nên chưa được tính",
        (one.code for one in both if one.made_at_ms is None and one.unit in units and asked.has(one.handled_at_ms)),
    )


def _of_printed(register: LegalRegister, asked: Asked, units: Collection[str]) -> Iterator[Flag]:
    for one in printed_inspections(register.facts, asked.first_day, asked.day):
        for broken in one.what_does_not_fit() if one.unit in units else ():
            yield Flag("printed_not_adding_up", f"Số liệu kiểm tra văn bản {one.code}: {broken}.")
