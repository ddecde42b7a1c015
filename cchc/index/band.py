"""Bands (mức điểm): points for a unit that passes all of some conditions on its indicators."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from cchc.index.count import Count
from cchc.index.points import Points, share_mistake
from cchc.toml_mistakes import Mistake


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One test of one indicator: its ratio (``at_least``), or its numerator alone (``n_at_least``, ``n_at_most``).

    ``name`` is what Vietnamese reasons call the indicator; in one of a rule's conditions on it is enough.
    """

    indicator: str
    name: str = ""
    at_least: Fraction | None = None
    n_at_least: int | None = None
    n_at_most: int | None = None

    def problems(self) -> Iterator[Mistake]:
        """What is wrong with the condition as it is written."""
        if [self.at_least, self.n_at_least, self.n_at_most].count(None) != 2:
            yield Mistake(
                f"điều kiện về {self.indicator} phải có đúng một trong at_least, n_at_least, n_at_most",
                f"condition on {self.indicator} must have one of at_least, n_at_least, n_at_most",
            )
        if self.at_least is not None and not 0 < self.at_least <= 1:
            yield share_mistake(f"at_least của {self.indicator}", f"at_least of {self.indicator}")
        if any(bound is not None and bound < 0 for bound in (self.n_at_least, self.n_at_most)):
            yield Mistake(
                f"giới hạn của {self.indicator} không được âm", f"bounds of {self.indicator} must not be negative"
            )

    def holds(self, count: Count) -> bool:
        """Whether the count passes, compared exactly; ``d`` must not be 0 for ``at_least``."""
        return (
            (self.at_least is None or count.ratio() >= self.at_least)
            and (self.n_at_least is None or count.n >= self.n_at_least)
            and (self.n_at_most is None or count.n <= self.n_at_most)
        )


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points for a unit that passes all conditions; for the named unit types only, where some are named."""

    points: Points
    all: tuple[Condition, ...]
    unit_types: tuple[str, ...] = ()


def harder(earlier: Band, later: Band) -> Iterator[str]:
    """Indicators of which a band of fewer points asks more than the earlier one."""
    if later.points == earlier.points:
        return
    asked = {condition.indicator: condition.at_least for condition in earlier.all if condition.at_least is not None}
    for condition in later.all:
        before = asked.get(condition.indicator)
        if before is not None and condition.at_least is not None and condition.at_least > before:
            yield condition.indicator
