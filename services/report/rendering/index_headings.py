"""How the index is headed, and the figures of a unit and a criterion that every format shows."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType

from cchc.index.points import points_text, round_half_up
from cchc.index.scoring import Scored
from services.report.index_answer import IndexAnswer, UnitIndex
from services.report.vietnamese import day, instant

STATES = MappingProxyType(
    {
        "scored": "đã chấm",
        "not_scored": "chưa chấm điểm",
        "not_applicable": "không áp dụng",
        "no_occurrence": "không phát sinh",
    }
)
"""What an officer reads for a criterion's state."""

UNRANKED = "Không xếp hạng"
"""The peer group of a unit that is not ranked."""

RANKING = ("Mã", "Đơn vị", "Điểm", "Tối đa", "Đạt (%)")
CRITERIA = ("Mã", "Tiêu chí", "Tối đa", "Điểm", "Mất", "Tử số", "Mẫu số", "Trạng thái", "Lý do")


def span_line(answer: IndexAnswer) -> str:
    """Which days it is for, and up to when the log is known."""
    period = answer.period
    named = f"Kỳ {period.id} " if period.id else "Kỳ "
    return f"{named}từ {day(period.first)} đến {day(period.last)}; số liệu đến {instant(answer.as_of)}"


def percent(unit: UnitIndex) -> str | None:
    """Points of the attainable maximum in per cent, two decimals, rounded once, half up; None where none is scored."""
    points, maximum = unit.score.points_hundredths, unit.score.max_hundredths
    return points_text(round_half_up(Fraction(10_000 * points, maximum), 2)) if maximum else None


def lost(leaf: Scored) -> int | None:
    """Hundredths of a point that a criterion in the total did not get; None for one that is in no total."""
    return None if leaf.points_hundredths is None else leaf.max_hundredths - leaf.points_hundredths
