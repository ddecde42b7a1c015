"""Points (điểm) as integer hundredths, and the one rounding that a figure gets.

A point is never a binary float: ``0.16`` is the integer 16. Ratios stay exact (``fractions.Fraction``) until
``round_half_up`` turns them into hundredths, once.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from cchc.toml_mistakes import Misread, Mistake

_POINTS = re.compile(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,2})?")
_PERCENT = re.compile(r"((?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,4})?) ?%")


class Points(int):
    """Points in integer hundredths: ``Points(250)`` is 2.50 points. Arithmetic on it gives plain ``int`` hundredths."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Points({int(self)})"

    @classmethod
    def parse(cls, written: int | str) -> Points:
        """Read whole points (``20``) or a text with a decimal point (``"0.5"``), exactly.

        Raises:
            ValueError: not a plain decimal number of at most two decimals, 0 or more.
        """
        if not _POINTS.fullmatch(str(written)):
            raise Misread(
                f'điểm từ 0 trở lên, dùng dấu chấm thập phân, tối đa hai chữ số sau dấu chấm; không phải "{written}"',
                f'points are 0 or more, with a decimal point and at most two decimals, not "{written}"',
            )
        return cls(Decimal(written).scaleb(2))


def parse_percent(written: object) -> Fraction:
    """Read a text such as ``"80%"`` as an exact fraction (4/5).

    Raises:
        ValueError: not a text of that form.
    """
    match = _PERCENT.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise Misread(
            f'tỷ lệ ghi trong ngoặc kép như "80%", không phải {written!r}',
            f'a share is a text such as "80%", not {written!r}',
        )
    return Fraction(Decimal(match[1])) / 100


def share_mistake(what_vi: str, what_en: str) -> Mistake:
    """What is wrong with a share that is none between nothing and the whole."""
    return Mistake(f"{what_vi} phải trên 0% và không quá 100%", f"{what_en} must lie above 0% and at most at 100%")


def round_half_up(hundredths: Fraction, decimals: int) -> int:
    """Round exact hundredths of a point to ``decimals`` (0, 1 or 2) decimals of a point, halves up; give hundredths.

    Done in integers: a ``Decimal`` division would round once to its context and then again to the step.

    Args:
        hundredths: 0 or more, exact.
        decimals: decimals of a point that are kept; the answer is a multiple of ``10 ** (2 - decimals)``.
    """
    step = int(10 ** (2 - decimals))
    steps = hundredths / step
    rounded: int = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator)
    return rounded * step


def points_text(hundredths: int) -> str:
    """Points with two decimals and a decimal point, as the JSON contract has them: 16 → ``"0.16"``."""
    return f"{Decimal(hundredths).scaleb(-2):.2f}"


def whole_text(number: int) -> str:
    """A whole number as a Vietnamese text: 1162 → ``"1.162"``."""
    return f"{number:,}".replace(",", ".")


def percent_text(share: Fraction) -> str:
    """An exact share as a Vietnamese text: 4/5 → ``"80 %"``, 1/8 → ``"12,5 %"``."""
    percent = share * 100
    if percent.denominator == 1:
        return f"{percent.numerator} %"
    shown = Decimal(round_half_up(percent * 100, 2)).scaleb(-2).normalize()
    return f"{shown:f} %".replace(".", ",")
