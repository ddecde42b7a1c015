"""How counts become points: one class for each archetype of rule (quy tắc chấm điểm).

Every rule is pure: it takes counts and the criterion's maximum and gives exact hundredths of a point, unrounded. The
tag of each class is the ``kind`` that a criteria set writes; ``RULES`` is the whole table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

import msgspec

from cchc.errors import Refused
from cchc.index.band import Band, harder
from cchc.index.count import Count
from cchc.index.points import Points, percent_text, share_mistake, whole_text
from cchc.toml_mistakes import Mistake


@dataclass(frozen=True, slots=True)
class Earned:
    """Points earned, exact, in hundredths, 0 to the maximum; ``n`` and ``d`` of the ratio behind them."""

    hundredths: Fraction
    n: int | None
    d: int | None
    reason: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class NoOccurrence:
    """A denominator is 0 (không phát sinh): the criterion's zero policy decides."""

    n: int | None
    d: int | None


@dataclass(frozen=True, slots=True)
class Unscorable:
    """The rule gives no points here, and says why."""

    reason: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule needs beside the counts: the criterion's maximum, and the unit's type where the bands ask for it."""

    maximum: Points
    unit_type: str | None = None


Outcome: TypeAlias = Earned | NoOccurrence | Unscorable
Counts: TypeAlias = Mapping[str, Count]


class _Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    """What all rules share: how they are written."""


class Proportional(_Rule, frozen=True, tag="proportional"):
    """max × n/d; with a floor (ngưỡng sàn), nothing below it. A ratio that equals the floor has passed it (R2, R3)."""

    indicator: str
    floor: Fraction | None = None

    def indicators(self) -> tuple[str, ...]:
        """The indicator's name."""
        return (self.indicator,)

    def problems(self, maximum: Points) -> Iterator[Mistake]:
        """What is wrong with the rule as it is written."""
        yield from _maximum_problems(maximum)
        if self.floor is not None and not 0 < self.floor <= 1:
            yield share_mistake("floor", "floor")

    def earn(self, counts: Counts, terms: Terms) -> Outcome:
        """Points for the counts."""
        count = counts[self.indicator]
        if count.d == 0:
            return NoOccurrence(count.n, count.d)
        if self.floor is not None and count.ratio() < self.floor:
            return Earned(
                Fraction(0),
                count.n,
                count.d,
                f"Tỷ lệ {_vi(count)} thấp hơn ngưỡng {percent_text(self.floor)}: 0 điểm.",
                f"The ratio {count.n}/{count.d} is below the floor of {percent_text(self.floor)}: 0 points.",
            )
        return _capped(terms.maximum * count.ratio(), terms, count)


class _Aimed(_Rule, frozen=True):
    """A rule that gives full points from a target (chỉ tiêu) on; the criterion does not occur without a denominator."""

    indicator: str
    target: Fraction

    def indicators(self) -> tuple[str, ...]:
        """The indicator's name."""
        return (self.indicator,)

    def problems(self, maximum: Points) -> Iterator[Mistake]:
        """What is wrong with the rule as it is written."""
        yield from _maximum_problems(maximum)
        yield from _target_problems(self.target)


class Target(_Aimed, frozen=True, tag="target"):
    """min(max, max × ratio / target): full points from the target (chỉ tiêu) on (R5)."""

    def earn(self, counts: Counts, terms: Terms) -> Outcome:
        """Points for the counts."""
        count = counts[self.indicator]
        if count.d == 0:
            return NoOccurrence(count.n, count.d)
        return _capped(terms.maximum * count.ratio() / self.target, terms, count)


class Shortfall(_Aimed, frozen=True, tag="shortfall"):
    """As ``Target``, on the ratio that is left: 100 % − n/d, where n counts what went wrong (QĐ 766, 5.4)."""

    def earn(self, counts: Counts, terms: Terms) -> Outcome:
        """Points for the counts. More wrong than counted (a dossier both late and complained about) leaves 0."""
        count = counts[self.indicator]
        if count.d == 0:
            return NoOccurrence(count.n, count.d)
        left = max(Fraction(0), 1 - count.ratio())
        return Earned(
            min(Fraction(terms.maximum), terms.maximum * left / self.target),
            count.n,
            count.d,
            f"Tử số đếm những gì không đạt: còn lại {percent_text(left)}, chỉ tiêu {percent_text(self.target)}.",
            f"The numerator counts what went wrong: {_en(left)} are left, the target is {_en(self.target)}.",
        )


class PointsEach(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whole points for each of the things that an indicator's ``n`` counts."""

    indicator: str
    points: int


class MeanOfPoints(_Rule, frozen=True, tag="mean_of_points"):
    """Σ points of the dossiers / their number (TT 01/2018 Art. 13): each ``n`` weighs its points over one ``d``."""

    each: tuple[PointsEach, ...]

    def indicators(self) -> tuple[str, ...]:
        """The indicators' names."""
        return tuple(part.indicator for part in self.each)

    def problems(self, maximum: Points) -> Iterator[Mistake]:
        """What is wrong with the rule as it is written."""
        if not self.each:
            yield Mistake("each phải nêu ít nhất một chỉ tiêu", "each must name at least one indicator")
        if len(set(self.indicators())) != len(self.each):
            yield Mistake("một chỉ tiêu được nêu hai lần", "an indicator is named twice")
        for part in self.each:
            if not 0 < part.points * 100 <= maximum:
                yield Mistake(
                    f"điểm của {part.indicator} phải trên 0 và không quá điểm tối đa",
                    f"points of {part.indicator} must lie above 0 and at most at the maximum",
                )

    def earn(self, counts: Counts, terms: Terms) -> Outcome:
        """Points for the counts; ``n`` is Σ points, ``d`` the number of dossiers.

        Raises:
            Refused: ``index.denominators_differ``.
        """
        denominators = {counts[name].d for name in self.indicators()}
        if len(denominators) > 1:
            raise _denominators_differ(self.indicators())
        n, d = sum(part.points * counts[part.indicator].n for part in self.each), denominators.pop()
        if d == 0:
            return NoOccurrence(n, d)
        return _capped(Fraction(100 * n, d), terms, Count(sum(counts[name].n for name in self.indicators()), d), n)


class Bands(_Rule, frozen=True, tag="bands"):
    """The points of the first band whose conditions all hold (AND); 0 when none does (R4, R13)."""

    bands: tuple[Band, ...]

    def indicators(self) -> tuple[str, ...]:
        """The indicators' names, in the order in which they are written."""
        return tuple(dict.fromkeys(condition.indicator for band in self.bands for condition in band.all))

    def problems(self, maximum: Points) -> Iterator[Mistake]:
        """What is wrong with the rule as it is written."""
        if not self.bands or not all(band.all for band in self.bands):
            yield Mistake(
                "phải có các mức điểm (bands), mỗi mức có điều kiện",
                "there must be bands, and each must have a condition",
            )
        for band in self.bands:
            if not 0 < band.points <= maximum:
                yield Mistake(
                    "điểm của một mức phải trên 0 và không quá điểm tối đa",
                    "points of a band must lie above 0 and at most at the maximum",
                )
            for condition in band.all:
                yield from condition.problems()
        for earlier, later in pairwise(self.bands):
            if later.points > earlier.points:
                yield Mistake(
                    "các mức phải xếp theo điểm, cao nhất trước",
                    "bands must stand in the order of their points, highest first",
                )
        yield from self._threshold_problems()

    def _threshold_problems(self) -> Iterator[Mistake]:
        """A later band of fewer points that asks for more of an indicator could never be read as the law means it."""
        for unit_type in {unit_type for band in self.bands for unit_type in band.unit_types} or {""}:
            bands = self._for(unit_type)
            for place, earlier in enumerate(bands):
                for later in bands[place + 1 :]:
                    for name in harder(earlier, later):
                        yield Mistake(
                            f"ngưỡng của {name} không được tăng khi xuống mức ít điểm hơn",
                            f"thresholds of {name} must not rise from a band to one of fewer points",
                        )

    def _for(self, unit_type: str | None) -> tuple[Band, ...]:
        return tuple(band for band in self.bands if not band.unit_types or unit_type in band.unit_types)

    def earn(self, counts: Counts, terms: Terms) -> Outcome:
        """Points for the counts.

        ``n`` and ``d`` are those of the leading ratio, the same one for every unit: the first indicator that a band
        tests as a ratio, in the order in which the bands are written. The reason tells the counts of the others.
        """
        types = {name for band in self.bands for name in band.unit_types}
        if types and terms.unit_type not in types:
            named = ", ".join(sorted(types))
            return Unscorable(
                f"Mức điểm tùy theo loại đơn vị ({named}); đơn vị này: {terms.unit_type or 'chưa rõ'}.",
                f"The bands depend on the unit's type ({named}); this unit: {terms.unit_type or 'unknown'}.",
            )
        bands = self._for(terms.unit_type)
        leading = self._leading()
        n, d = (counts[leading].n, counts[leading].d) if leading else (None, None)
        if any(c.at_least is not None and counts[c.indicator].d == 0 for band in bands for c in band.all):
            return NoOccurrence(n, d)
        for band in bands:
            if all(condition.holds(counts[condition.indicator]) for condition in band.all):
                return Earned(Fraction(band.points), n, d, *self._others(counts))
        vi, en = self._others(counts)
        return Earned(
            Fraction(0),
            n,
            d,
            f"Không đạt mức điểm nào: 0 điểm. {vi}".rstrip(),
            f"No band is reached: 0 points. {en}".rstrip(),
        )

    def _leading(self) -> str | None:
        """The indicator whose ratio stands for the criterion; None where several are only counted."""
        names = self.indicators()
        ratios = [each.indicator for band in self.bands for each in band.all if each.at_least is not None]
        return next(iter(ratios), names[0] if len(names) == 1 else None)

    def _others(self, counts: Counts) -> tuple[str, str]:
        """The counts of the indicators that do not lead, in Vietnamese and English; empty where there are none."""
        others = [name for name in self.indicators() if name != self._leading()]
        named = {it.indicator: it.name for band in self.bands for it in band.all if it.name}
        vi = ", ".join(f"{named.get(name, name)} {_vi(counts[name])}" for name in others)
        en = ", ".join(f"{name} {counts[name].n}/{counts[name].d}" for name in others)
        return (f"Xét cùng: {vi}.", f"Also tested: {en}.") if others else ("", "")


class Unscored(_Rule, frozen=True, tag="unscored"):
    """Shown, or printed without a formula: no points, and the reason (NULL ≠ 0)."""

    reason: str
    reason_en: str

    def indicators(self) -> tuple[str, ...]:
        """None."""
        return ()

    def problems(self, maximum: Points) -> Iterator[Mistake]:  # noqa: ARG002 — every rule is linted alike
        """What is wrong with the rule as it is written."""
        if not (self.reason and self.reason_en):
            yield Mistake(
                "reason và reason_en phải nói vì sao không có điểm",
                "reason and reason_en must say why there is no score",
            )

    def earn(self, counts: Counts, terms: Terms) -> Outcome:  # noqa: ARG002 — every rule is called alike
        """The reason."""
        return Unscorable(self.reason, self.reason_en)


Rule: TypeAlias = Proportional | Target | Shortfall | MeanOfPoints | Bands | Unscored

RULES: Mapping[str, type[Rule]] = {
    "proportional": Proportional,
    "target": Target,
    "shortfall": Shortfall,
    "mean_of_points": MeanOfPoints,
    "bands": Bands,
    "unscored": Unscored,
}
"""Every ``kind`` that a criteria set may write."""


def _capped(earned: Fraction, terms: Terms, count: Count, n: int | None = None) -> Earned:
    """At most the maximum; says so when the numerator exceeds its denominator, which no share can."""
    reason, reason_en = "", ""
    if count.n > count.d:
        n_vi, d_vi = whole_text(count.n), whole_text(count.d)
        reason = f"Tử số {n_vi} lớn hơn mẫu số {d_vi}: cần kiểm tra số liệu; điểm giữ ở mức tối đa."
        reason_en = f"The numerator {count.n} exceeds the denominator {count.d}: check the data; capped at the maximum."
    return Earned(min(Fraction(terms.maximum), earned), count.n if n is None else n, count.d, reason, reason_en)


def _vi(count: Count) -> str:
    return f"{whole_text(count.n)}/{whole_text(count.d)}"


def _en(share: Fraction) -> str:
    return percent_text(share).replace(",", ".")


def _maximum_problems(maximum: Points) -> Iterator[Mistake]:
    if maximum <= 0:
        yield Mistake("max phải trên 0 khi quy tắc cho điểm", "max must be above 0 for a rule that gives points")


def _target_problems(target: Fraction) -> Iterator[Mistake]:
    if not 0 < target <= 1:
        yield share_mistake("target", "target")


def _denominators_differ(names: tuple[str, ...]) -> Refused:
    listed = ", ".join(names)
    return Refused(
        "index.denominators_differ",
        vi=f"Các chỉ tiêu {listed} phải có chung một mẫu số.",
        en=f"The indicators {listed} must share one denominator.",
        next_vi="Kiểm tra truy vấn đã tạo ra các chỉ tiêu này.",
        next_en="Check the query that made these indicators.",
    )
