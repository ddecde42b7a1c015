"""From counts to points: a criteria set applied to one unit in one period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from cchc.index.count import Count, Indicators, Missing, NotApplicable
from cchc.index.criteria_set import CriteriaSet, Leaf, Multiplier, ScoreClass, Source, ZeroPolicy
from cchc.index.points import points_text, round_half_up, whole_text
from cchc.index.rules import Earned, NoOccurrence, Terms

State = Literal["scored", "not_scored", "not_applicable", "no_occurrence"]
"""Four different things, none of which is the number 0: scored, not scored yet (chưa chấm điểm), not applicable
(không áp dụng), did not occur (không phát sinh)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One criterion's score for one unit.

    Attributes:
        points_hundredths: rounded points in hundredths; None when it is in no total.
        n: numerator of the ratio behind it (Σ points for a mean of points, the leading ratio for bands); None where
            there is none.
        d: its denominator.
        reason: why, in Vietnamese, where the points do not speak for themselves; else empty. ``reason_en`` in English.
        counts: the counts that were used, by indicator, in the set's order.
    """

    code: str
    id: str
    name: str
    max_hundredths: int
    points_hundredths: int | None
    state: State
    source: Source
    n: int | None
    d: int | None
    reason: str
    reason_en: str
    counts: tuple[tuple[str, Count], ...]

    @property
    def lost_hundredths(self) -> int | None:
        """What it did not get of its maximum (điểm trừ), in hundredths; None when it is in no total."""
        return None if self.points_hundredths is None else self.max_hundredths - self.points_hundredths


@dataclass(frozen=True, slots=True)
class GroupScore:
    """Sum over a group's criteria that are in the total."""

    code: str
    id: str
    name: str
    points_hundredths: int
    max_hundredths: int


@dataclass(frozen=True, slots=True)
class UnitScore:
    """One unit's score.

    Attributes:
        points_hundredths: sum of the rounded points.
        max_hundredths: attainable maximum: sum of the maxima of the criteria that have points, 0 included.
        score_class: the class, where the set has classes and enough could be attained; ``class_reason`` says why not.
    """

    set_name: str
    points_hundredths: int
    max_hundredths: int
    leaves: tuple[Scored, ...]
    groups: tuple[GroupScore, ...]
    score_class: ScoreClass | None
    class_reason: str
    class_reason_en: str


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A state, exact points in hundredths (None = in no total), and what stands behind them."""

    state: State
    hundredths: Fraction | None
    reason: str = ""
    reason_en: str = ""
    n: int | None = None
    d: int | None = None


def score_unit(criteria_set: CriteriaSet, counts: Indicators, *, unit_type: str | None = None) -> UnitScore:
    """Score one unit.

    Args:
        criteria_set: the set in force.
        counts: the unit's indicators by name; a name that is not there counts as missing.
        unit_type: ``province``, ``department``, ``district`` or ``commune``, for rules whose bands depend on it.

    Raises:
        Refused: ``index.denominators_differ``.
    """
    leaves = tuple(_score_leaf(leaf, counts, criteria_set.decimals_of(leaf), unit_type) for leaf in criteria_set.leaves)
    points, maximum = _sums(leaves)
    groups = []
    for group in criteria_set.groups:
        members = {leaf.id for leaf in criteria_set.leaves if leaf.group == group.id}
        groups.append(
            GroupScore(group.code, group.id, group.name, *_sums(leaf for leaf in leaves if leaf.id in members))
        )
    score_class, reason, reason_en = _classify(criteria_set, points, maximum)
    return UnitScore(criteria_set.name, points, maximum, leaves, tuple(groups), score_class, reason, reason_en)


def _sums(leaves: Iterable[Scored]) -> tuple[int, int]:
    counted = [(leaf.points_hundredths, leaf.max_hundredths) for leaf in leaves if leaf.points_hundredths is not None]
    return sum(points for points, _ in counted), sum(maximum for _, maximum in counted)


def _score_leaf(leaf: Leaf, counts: Indicators, decimals: int, unit_type: str | None) -> Scored:
    known = {name: value for name in leaf.indicators() if isinstance(value := counts.get(name), Count)}
    verdict = _judge(leaf, counts, known, unit_type)
    return Scored(
        code=leaf.code,
        id=leaf.id,
        name=leaf.name,
        max_hundredths=int(leaf.max),
        points_hundredths=None if verdict.hundredths is None else round_half_up(verdict.hundredths, decimals),
        state=verdict.state,
        source=leaf.source,
        n=verdict.n,
        d=verdict.d,
        reason=verdict.reason,
        reason_en=verdict.reason_en,
        counts=tuple(known.items()),
    )


def _judge(leaf: Leaf, counts: Indicators, known: Mapping[str, Count], unit_type: str | None) -> _Verdict:
    if absent := _absent(leaf, counts):
        return absent
    outcome = leaf.rule.earn(known, Terms(leaf.max, unit_type))
    if isinstance(outcome, NoOccurrence):
        return _by_policy(leaf, outcome)
    if not isinstance(outcome, Earned):
        return _Verdict("not_scored", None, outcome.reason, outcome.reason_en)
    if leaf.multiplier:
        return _multiplied(leaf.multiplier, outcome, known.get(leaf.multiplier.indicator))
    return _scored(outcome, outcome.hundredths)


def _absent(leaf: Leaf, counts: Indicators) -> _Verdict | None:
    """Why there is nothing to score from; what does not apply goes before what is missing."""
    values = {name: counts.get(name) for name in leaf.rule.indicators()}
    for value in values.values():
        if isinstance(value, NotApplicable):
            return _Verdict("not_applicable", None, value.reason, value.reason_en)
    for name, value in values.items():
        if isinstance(value, Missing):
            return _Verdict("not_scored", None, value.reason, value.reason_en)
        if value is None:
            return _Verdict("not_scored", None, f"Chưa có số liệu của chỉ tiêu “{name}”.", f'No figure for "{name}".')
    return None


_Policy: TypeAlias = tuple[State, Literal[0, 1] | None, str, str]

_POLICIES: Mapping[ZeroPolicy, _Policy] = {
    "zero": ("no_occurrence", 0, "tính 0 điểm", "counts as 0 points"),
    "full": ("no_occurrence", 1, "tính đủ điểm tối đa", "counts as full points"),
    "left_out": ("no_occurrence", None, "không tính vào tổng điểm", "left out of the total"),
    "not_scored": ("not_scored", None, "chưa chấm điểm", "not scored"),
    "not_applicable": ("not_applicable", None, "không áp dụng", "not applicable"),
}


def _by_policy(leaf: Leaf, outcome: NoOccurrence) -> _Verdict:
    state, share, vi, en = _POLICIES[leaf.zero_denominator or "not_scored"]
    odd = bool(outcome.n)
    return _Verdict(
        state,
        None if share is None else Fraction(share * leaf.max),
        f"Không phát sinh (mẫu số bằng 0): {vi}."
        + (f" Tử số là {whole_text(outcome.n or 0)}: cần kiểm tra số liệu." if odd else ""),
        f"Did not occur (the denominator is 0): {en}."
        + (f" The numerator is {outcome.n}: check the data." if odd else ""),
        outcome.n,
        outcome.d,
    )


def _multiplied(multiplier: Multiplier, outcome: Earned, rate: Count | None) -> _Verdict:
    """The points times a rate of at most 1; a rate without figures, or over nothing, is no rate."""
    if rate is not None and rate.d:
        return _scored(outcome, outcome.hundredths * min(Fraction(1), rate.ratio()))
    if multiplier.missing == "not_scored":
        return _Verdict("not_scored", None, multiplier.reason, multiplier.reason_en)
    return _scored(outcome, outcome.hundredths, multiplier.reason, multiplier.reason_en)


def _scored(outcome: Earned, hundredths: Fraction, *more: str) -> _Verdict:
    vi, en = more or ("", "")
    reason, reason_en = f"{outcome.reason} {vi}".strip(), f"{outcome.reason_en} {en}".strip()
    return _Verdict("scored", hundredths, reason, reason_en, outcome.n, outcome.d)


def _classify(criteria_set: CriteriaSet, points: int, maximum: int) -> tuple[ScoreClass | None, str, str]:
    classification = criteria_set.classification
    if classification is None:
        return None, "", ""
    if maximum < classification.minimum_max:
        attained, needed = points_text(maximum), points_text(classification.minimum_max)
        return (
            None,
            f"Chưa xếp loại: điểm tối đa có thể đạt là {_vi(attained)}, cần {_vi(needed)}.",
            f"Not classed: the attainable maximum is {attained}, {needed} is needed.",
        )
    return classification.of(points), "", ""


def _vi(points: str) -> str:
    return points.replace(".", ",")
