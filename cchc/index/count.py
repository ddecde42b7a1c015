"""What an indicator says about one unit and one period: a count, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from cchc.errors import Refused


@dataclass(frozen=True, slots=True)
class Count:
    """An indicator before division: numerator ``n`` (tử số) and denominator ``d`` (mẫu số), both whole, 0 or more.

    ``n`` may exceed ``d`` where a source says so: it is scored
    at the maximum and said in the reason, never repaired here.

    Raises:
        Refused: ``index.negative_count``.
    """

    n: int
    d: int

    def __post_init__(self) -> None:
        if self.n < 0 or self.d < 0:
            raise Refused(
                "index.negative_count",
                vi=f"Số đếm không được âm: {self.n}/{self.d}.",
                en=f"A count cannot be negative: {self.n}/{self.d}.",
                next_vi="Kiểm tra truy vấn đã tạo ra chỉ tiêu này.",
                next_en="Check the query that made this indicator.",
            )

    def ratio(self) -> Fraction:
        """``n / d``, exact; ``d`` must not be 0."""
        return Fraction(self.n, self.d)


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no fact to count from: the criterion is not scored (chưa chấm điểm), which is not zero."""

    reason: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The criterion is not this unit's duty (không áp dụng, không được giao); it leaves numerator and maximum."""

    reason: str
    reason_en: str


Indicators: TypeAlias = Mapping[str, Count | Missing | NotApplicable]
"""One unit's indicators by name. A name that is not there counts as missing."""
