"""A printed list of deductions (điểm trừ) against a printed total: what adds up, and what the list leaves open.

Printed figures are never repaired: what cannot be read or does not add up is flagged, with by how much.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cchc.index.points import Points, points_text

_PRINTED = re.compile(r"((?:0|[1-9][0-9]{0,5})(?:[.,][0-9]{1,2})?) ?(?:đ|điểm)?")


@dataclass(frozen=True, slots=True)
class Printed:
    """A line as an office printed it: points are texts such as ``"0,84"``, ``"2 điểm"``; None = not printed."""

    code: str
    name: str
    max: str | None
    deducted: str | None


@dataclass(frozen=True, slots=True)
class Deduction:
    """A line as it was read, in hundredths; ``id`` tells lines of the same printed code apart (``6.2``, ``6.2#2``)."""

    id: str
    code: str
    name: str
    max_hundredths: int | None
    deducted_hundredths: int | None


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that does not add up or could not be read; ``code`` for machines, the texts for people."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Printed deductions against a printed total, in hundredths.

    Attributes:
        itemised_hundredths: sum of the deductions that could be read.
        lost_hundredths: full − total.
        residual_hundredths: lost − itemised: lost without a line that says so (negative: the list deducts too much).
    """

    lines: tuple[Deduction, ...]
    itemised_hundredths: int
    lost_hundredths: int
    residual_hundredths: int
    flags: tuple[Flag, ...]


def read_printed(text: str) -> int | None:
    """Hundredths of a point from print (decimal comma or point; ``đ``, ``điểm``); None when it cannot be trusted.

    ``"05đ"`` may be 5 or a lost comma of 0,5: it is not read.
    """
    match = _PRINTED.fullmatch(text.strip())
    return None if match is None else int(Points.parse(match[1].replace(",", ".")))


def reconcile(printed: Sequence[Printed], total_hundredths: int, full_hundredths: int = 10_000) -> Reconciliation:
    """Add up what was itemised and say what was not; the total is never inferred from the list."""
    lines = _lines(printed)
    itemised = sum(line.deducted_hundredths or 0 for line in lines)
    lost = full_hundredths - total_hundredths
    flags = [flag for line, said in zip(lines, printed, strict=True) for flag in _line_flags(line, said)]
    flags += _repeated_flags(lines)
    if lost != itemised:
        flags.append(
            Flag(
                "deductions.not_itemised",
                f"Chênh lệch không có trong danh mục điểm trừ: {points_text(lost - itemised).replace('.', ',')} điểm.",
                f"Not itemised: {points_text(lost - itemised)} points.",
            )
        )
    return Reconciliation(lines, itemised, lost, lost - itemised, tuple(flags))


def _lines(printed: Sequence[Printed]) -> tuple[Deduction, ...]:
    seen: Counter[str] = Counter()
    lines = []
    for said in printed:
        seen[said.code] += 1
        number = seen[said.code]
        own = said.code if number == 1 else f"{said.code}#{number}"
        lines.append(Deduction(own, said.code, said.name, _read(said.max), _read(said.deducted)))
    return tuple(lines)


def _read(text: str | None) -> int | None:
    return None if text is None else read_printed(text)


def _line_flags(line: Deduction, said: Printed) -> list[Flag]:
    flags = []
    for label, text, value in (
        ("max", said.max, line.max_hundredths),
        ("deducted", said.deducted, line.deducted_hundredths),
    ):
        if value is None and text is not None:
            flags.append(
                Flag(
                    f"deductions.{label}_unreadable",
                    f"{line.id}: không đọc được “{text}”.",
                    f'{line.id}: cannot read "{text}".',
                )
            )
    if said.deducted is None:
        flags.append(
            Flag(
                "deductions.deduction_not_printed",
                f"{line.id}: không in điểm trừ.",
                f"{line.id}: no deduction is printed.",
            )
        )
    if None not in (line.max_hundredths, line.deducted_hundredths) and (line.deducted_hundredths or 0) > (
        line.max_hundredths or 0
    ):
        flags.append(
            Flag(
                "deductions.over_max", f"{line.id}: trừ quá điểm tối đa.", f"{line.id}: deducts more than the maximum."
            )
        )
    return flags


def _repeated_flags(lines: Sequence[Deduction]) -> list[Flag]:
    counted = Counter(line.code for line in lines)
    return [
        Flag(
            "deductions.repeated_code", f"Mã {code} được in {times} lần.", f"The code {code} is printed {times} times."
        )
        for code, times in counted.items()
        if times > 1
    ]
