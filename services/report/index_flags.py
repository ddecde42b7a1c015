"""What an index must say about itself: every doubt that the reader should have, with figures (cảnh báo).

``set_not_in_force``       the criteria set is not in force throughout the period
``calendar_not_of_set``    the period is not one of the set's calendar
``window_neither``         the window is neither statutory nor calendar
``period_not_over``        known only up to a time before the period's end
``quarantine``             facts that could not be read are not counted
``unit_not_in_force``      dossiers of units that are not in force on the period's last day: in no unit's figures
``unconfirmed_reference``  units or procedures that were registered without a decision
``authority_by_field``     which department handles which procedure is inferred
``partly_scored``          criteria that nobody could be scored on
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cchc.api.reference.v1.reference_pb2 import UnitType
from cchc.index.criteria_set import CriteriaSet
from cchc.index.points import points_text
from cchc.index.scoring import Scored, UnitScore
from services.report.flag import Flag, of_the_period, of_the_quarantine, of_the_reference, span
from services.report.index_procedures import PROCEDURE_RATIOS
from services.report.question import Question
from services.report.vietnamese import day, whole


def index_flags(
    criteria_set: CriteriaSet, question: Question, scores: Sequence[UnitScore], astray: int, quarantined: int
) -> tuple[Flag, ...]:
    """All flags of an index, in the order of this module's list; none where there is nothing to say.

    Args:
        criteria_set: by which it was scored.
        question: what was asked.
        scores: of every unit that was scored.
        astray: dossiers of units that are not in force.
        quarantined: entries of the quarantine as of the question's time.
    """
    return (
        *_of_the_set(criteria_set, question),
        *of_the_period(question.period, question.as_of_ms),
        *of_the_quarantine(quarantined),
        *_of_the_units(question, astray),
        *_of_the_authority(criteria_set, question),
        *_of_the_scores(scores),
    )


def _of_the_set(criteria_set: CriteriaSet, question: Question) -> Iterator[Flag]:
    period = question.period
    if not (criteria_set.in_force(period.first) and criteria_set.in_force(period.last)):
        until = f" đến {day(criteria_set.valid_to)}" if criteria_set.valid_to else ""
        yield Flag(
            "set_not_in_force",
            f"Bộ tiêu chí {criteria_set.decision} có hiệu lực từ {day(criteria_set.valid_from)}{until}, "
            f"không bao trùm kỳ {span(period)}.",
        )
    if period.calendar != criteria_set.calendar:
        yield Flag(
            "calendar_not_of_set",
            f"Kỳ {span(period)} không tính theo lịch của bộ tiêu chí ({criteria_set.calendar}).",
        )


def _of_the_units(question: Question, astray: int) -> Iterator[Flag]:
    if astray:
        yield Flag(
            "unit_not_in_force",
            f"{whole(astray)} hồ sơ trong kỳ của đơn vị không có hiệu lực vào ngày cuối kỳ: không có trong số liệu của "
            "đơn vị nào.",
        )
    yield from of_the_reference(
        [unit.code for unit in question.units.valid_on(question.day) if unit.unconfirmed],
        sum(one.unconfirmed for one in question.procedures.valid_on(question.day)),
    )


def _of_the_authority(criteria_set: CriteriaSet, question: Question) -> Iterator[Flag]:
    departments = any(unit.type == UnitType.UNIT_TYPE_DEPARTMENT for unit in question.units.valid_on(question.day))
    if departments and PROCEDURE_RATIOS.keys() & criteria_set.indicators():
        yield Flag(
            "authority_by_field",
            "Thủ tục thuộc thẩm quyền của từng sở, ban, ngành được xác định theo các lĩnh vực mà đơn vị đã từng có "
            "hồ sơ.",
        )


def _of_the_scores(scores: Sequence[UnitScore]) -> Iterator[Flag]:
    """What nobody could be scored on: the index is then a part of itself, and says which."""
    by_id: dict[str, list[Scored]] = {}
    for score in scores:
        for leaf in score.leaves:
            by_id.setdefault(leaf.id, []).append(leaf)
    nobody = [
        leaves[0]
        for leaves in by_id.values()
        if leaves[0].max_hundredths and all(leaf.state == "not_scored" for leaf in leaves)
    ]
    if nobody:
        codes = ", ".join(dict.fromkeys(leaf.code for leaf in nobody))
        points = points_text(sum(leaf.max_hundredths for leaf in nobody)).replace(".", ",")
        yield Flag(
            "partly_scored",
            f"{whole(len(nobody))} tiêu chí ({codes}; {points} điểm) chưa chấm được cho đơn vị nào, "
            "không tính vào điểm và điểm tối đa.",
        )
