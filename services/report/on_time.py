"""The five definitions of the on-time rate (tỷ lệ giải quyết đúng hạn), D1…D5, each with its source.

Every definition is two sets of parts of the total row: what its numerator counts and what its denominator counts. The
rates and the bridges between them (``bridge``) are both read off these sets, so one cannot disagree with the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from cchc.index.points import points_text, round_half_up


@dataclass(frozen=True, slots=True)
class Rate:
    """Two integers: ``n`` of ``d`` (tử số, mẫu số). They add up across units; percentages do not."""

    n: int
    d: int

    @property
    def pct(self) -> str | None:
        """Per cent with two decimals and a decimal point, rounded once, half up; None when ``d`` is 0."""
        return percent(self.n, self.d) if self.d else None

    @property
    def rounded_to_full(self) -> bool:
        """Whether it prints as 100.00 although not all are counted (làm tròn thành 100 %)."""
        return self.n < self.d and self.pct == "100.00"

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.n + other.n, self.d + other.d)


def percent(n: int, d: int) -> str:
    """``n`` (0 or more) of ``d`` (1 or more) in per cent: two decimals, a decimal point, rounded once, half up."""
    return points_text(round_half_up(Fraction(10_000 * n, d), 2))


@dataclass(frozen=True, slots=True)
class OnTimeDefinition:
    """One definition of the on-time rate.

    Args:
        code: ``D1`` … ``D5``.
        vi: what it divides by what, in Vietnamese.
        en: the same in English.
        source: the decree, circular or practice that it comes from.
        numerator: names in ``PARTS``; empty for D5, which is counted by due day and not by column.
        denominator: the same.
    """

    code: str
    vi: str
    en: str
    source: str
    numerator: frozenset[str]
    denominator: frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the total row into which every dossier of the period falls exactly once."""

    vi: str
    en: str


UNEXPLAINED = "unexplained"
"""What the balance (3) = (7) + (11) + outside leaves over; 0 wherever it holds."""

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "resolved_early": Part("đã giải quyết trước hạn", "resolved early"),
        "resolved_on_time": Part("đã giải quyết đúng hạn", "resolved on time"),
        "resolved_late": Part("đã giải quyết quá hạn", "resolved late"),
        "resolved_no_due": Part("đã giải quyết, không có hạn trả", "resolved, without a due date"),
        "pending_in_time": Part("đang giải quyết, trong hạn", "pending, in time"),
        "pending_overdue": Part("đang giải quyết, quá hạn", "pending, overdue"),
        "pending_no_due": Part("đang giải quyết, không có hạn trả", "pending, without a due date"),
        "returned": Part("trả lại hồ sơ", "returned"),
        "withdrawn": Part("người nộp rút hồ sơ", "withdrawn"),
        "stopped": Part("dừng xử lý", "stopped"),
        UNEXPLAINED: Part("chênh lệch chưa giải thích được của biểu", "what the form leaves unexplained"),
    }
)
"""The parts, in the order of the form's columns."""

DUE_PARTS = ("resolved_early", "resolved_on_time", "resolved_late", "pending_in_time", "pending_overdue")
LEFT_PARTS = ("returned", "withdrawn", "stopped")
"""Parts of which some dossiers may fall due in the period: with a due time, or gone after it."""

_IN_TIME = frozenset({"resolved_early", "resolved_on_time"})
_LATE = frozenset({"resolved_late", "pending_overdue"})
_EVERYTHING = frozenset(PARTS)
_WITH_DUE = _IN_TIME | _LATE | {"pending_in_time"}

DEFINITIONS: Mapping[str, OnTimeDefinition] = MappingProxyType(
    {
        definition.code: definition
        for definition in (
            OnTimeDefinition(
                "D1",
                "(trước hạn + đúng hạn) / đã giải quyết (không kể hồ sơ không có hạn trả)",
                "(early + on time) / resolved, without those that have no due date",
                "Biểu số II.06a, Thông tư 01/2020/TT-VPCP: cột (8) + (9) trên cột (7)",
                _IN_TIME,
                _IN_TIME | {"resolved_late"},
            ),
            OnTimeDefinition(
                "D2",
                "(trước hạn + đúng hạn) / tổng số tiếp nhận (trong kỳ và từ kỳ trước)",
                "(early + on time) / all received, those carried over included",
                "Nghị định 61/2018/NĐ-CP, Điều 30",
                _IN_TIME,
                _EVERYTHING,
            ),
            OnTimeDefinition(
                "D3",
                "(trước hạn + đúng hạn + đang giải quyết trong hạn) / (đã giải quyết + đang giải quyết), "
                "không kể hồ sơ không có hạn trả",
                "(early + on time + pending in time) / (resolved + pending), without those that have no due date",
                "Quyết định 766/QĐ-TTg ngày 23/6/2022, chỉ số 2.1 (tiến độ giải quyết)",
                _IN_TIME | {"pending_in_time"},
                _WITH_DUE,
            ),
            OnTimeDefinition(
                "D4",
                "(tổng số tiếp nhận - giải quyết quá hạn - đang giải quyết quá hạn) / tổng số tiếp nhận",
                "(all received - resolved late - pending overdue) / all received",
                "Cách tính của hệ thống một cửa tỉnh Gia Lai",
                _EVERYTHING - _LATE,
                _EVERYTHING,
            ),
            OnTimeDefinition(
                "D5",
                "giải quyết không quá hạn / hồ sơ có hạn trả trong kỳ "
                "(không kể hồ sơ trả lại, rút, dừng trước ngày hẹn trả)",
                "resolved by the due day / dossiers falling due in the period, without those that were returned, "
                "withdrawn or stopped before it",
                "Cách tính của báo cáo tỉnh Vĩnh Phúc (hồ sơ đến hạn trong kỳ)",
                frozenset(),
                frozenset(),
            ),
        )
    }
)
"""The definitions by code, in order."""


def rate(code: str, parts: Mapping[str, int], falls_due: Rate) -> Rate:
    """The rate of one definition.

    Args:
        code: ``D1`` … ``D5``.
        parts: how many dossiers are in each of ``PARTS``.
        falls_due: what D5 counts.
    """
    if code == "D5":
        return falls_due
    definition = DEFINITIONS[code]
    return Rate(
        sum(parts[name] for name in definition.numerator),
        sum(parts[name] for name in definition.denominator),
    )
