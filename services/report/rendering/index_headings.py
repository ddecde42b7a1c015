"""How the index is headed, and the figures of a unit and a criterion that every format shows."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType

from cchc.index.points import points_text, round_half_up
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
CLASS = "Xếp loại"
NO_CLASS = "chưa xếp loại"
DEDUCTIONS = ("Mã", "Tiêu chí", "Tối đa", "Điểm", "Mất", "Lý do")
GROUPS = ("Mã", "Nhóm", "Tối đa", "Điểm", "Mất")
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


def has_classes(answer: IndexAnswer) -> bool:
    """Whether the set has classes (xếp loại): then every unit has one, or the reason why not."""
    return any(unit.score.score_class or unit.score.class_reason for unit in answer.units)


def class_name(unit: UnitIndex) -> str | None:
    """The class of a unit (xuất sắc, tốt, …); None where it has none."""
    return unit.score.score_class.name if unit.score.score_class else None
