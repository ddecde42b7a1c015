"""What an index must say about itself: every doubt that the reader should have, with figures (cảnh báo).

``set_not_in_force``       the criteria set is not in force throughout the period
``calendar_not_of_set``    the period is not one of the set's calendar
``window_neither``         the window is neither statutory nor calendar
``period_not_over``        known only up to a time before the period's end
``quarantine``             facts that could not be read are not counted
``replaced_by_another_source``  facts that another source corrected or retracted than the one that said them
``unit_not_in_force``      dossiers of units that are not in force on the period's last day: in no unit's figures
``unconfirmed_reference``  units or procedures that were registered without a decision
``authority_by_field``     which department handles which procedure is inferred
``unit_without_type``      units that are not ranked because nobody said what they are
``partly_scored``          criteria that nobody could be scored on
``maxima_differ``          peers are ranked by points although they could not attain the same
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cchc.api.reference.v1.reference_pb2 import UnitType
from cchc.index.criteria_set import CriteriaSet
from cchc.index.points import points_text
from cchc.index.scoring import Scored, UnitScore
from services.report.flag import Flag, listed, of_the_period, of_the_quarantine, of_the_reference, span
from services.report.index_procedures import PROCEDURE_RATIOS
from services.report.peers import peer_group
from services.report.question import Question
from services.report.replaced import Replaced, of_the_replaced
from services.report.vietnamese import day, whole


def index_flags(
    criteria_set: CriteriaSet, question: Question, astray: int, quarantined: int, replaced: Iterable[Replaced]
) -> tuple[Flag, ...]:
    """What is to be known of an index whatever the scores, in the order of this module's list.

    Args:
        criteria_set: by which it was scored.
        question: what was asked.
        astray: dossiers of units that are not in force.
        quarantined: entries of the quarantine as of the question's time.
        replaced: what another source replaced than the one that had said it.
    """
    return (
        *_of_the_set(criteria_set, question),
        *of_the_period(question.period, question.as_of_ms),
        *of_the_quarantine(quarantined),
        *of_the_replaced(replaced),
        *_of_the_units(question, astray),
        *_of_the_authority(criteria_set, question),
        *_of_the_unranked(question),
    )


def flags_of_scores(
    criteria_set: CriteriaSet, scores: Sequence[UnitScore], peers: Mapping[str, Sequence[UnitScore]]
) -> tuple[Flag, ...]:
    """What is to be known of the scores, in the order of this module's list.

    Args:
        criteria_set: by which it was scored.
        scores: of every unit that was scored.
        peers: of them, those of each peer group that is listed, by its name.
    """
    return (*_of_the_criteria(scores), *_of_the_maxima(criteria_set, peers))


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


def _of_the_unranked(question: Question) -> Iterator[Flag]:
    codes = [
        unit.code
        for unit in question.units.valid_on(question.day)
        if peer_group(unit) is None and unit.type != UnitType.UNIT_TYPE_PROVINCE
    ]
    if codes:
        yield Flag(
            "unit_without_type",
            f"{whole(len(codes))} đơn vị ({listed(codes)}) chưa được khai báo loại và nhóm xếp hạng: "
            "không được xếp hạng.",
        )


def _of_the_criteria(scores: Sequence[UnitScore]) -> Iterator[Flag]:
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


def _of_the_maxima(criteria_set: CriteriaSet, peers: Mapping[str, Sequence[UnitScore]]) -> Iterator[Flag]:
    """Nothing where the set ranks by share: there the maximum is in what is compared."""
    if criteria_set.rank_by != "points":
        return
    for group, scores in peers.items():
        maxima = {score.max_hundredths for score in scores} - {0}
        if len(maxima) > 1:
            lowest, highest = (points_text(bound).replace(".", ",") for bound in (min(maxima), max(maxima)))
            apart = points_text(max(maxima) - min(maxima)).replace(".", ",")
            yield Flag(
                "maxima_differ",
                f"Nhóm '{group}' xếp hạng theo điểm, nhưng điểm tối đa của các đơn vị không bằng nhau: "
                f"từ {lowest} đến {highest}, chênh {apart} điểm.",
            )
