"""Days off that follow from the Labour Code alone (ngày nghỉ lễ, tết theo luật), without any year's decisions.

The days of Labour Code 2019 Art. 112 (and 115 of 2012 before it), with the lunar ones worked out and the days in lieu
of Art. 111(3), come from the package ``holidays``. Which five days Tết takes and on which side of 2/9 its second day
lies is decided each year by the Prime Minister (Art. 112(3)); until a decision is known, the package's estimate by
the usual pattern stands. Two things that the package mixes in are taken out here, since they rest on decisions that
become known on a day: swapped days (hoán đổi ngày làm việc), and 24/11. Both are in ``overrides.toml``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

FIRST_YEAR = 2010
LAST_YEAR = 2030

_DECIDED = ("Ngày nghỉ (thay cho ngày", "Ngày Văn hóa Việt Nam")


@functools.cache
def statutory_days_off() -> Mapping[date, str]:
    """Vietnamese name by day, for every statutory day off from ``FIRST_YEAR`` to ``LAST_YEAR``, weekends included."""
    import holidays  # noqa: PLC0415 — takes a second, and most commands need no calendar

    known = holidays.country_holidays("VN", years=range(FIRST_YEAR, LAST_YEAR + 1), language="vi")
    named = {day: _by_law(known[day]) for day in sorted(known) if FIRST_YEAR <= day.year <= LAST_YEAR}
    return MappingProxyType({day: name for day, name in named.items() if name})


def _by_law(names: str) -> str:
    """The names of a day without those that rest on a decision; the package joins several with a semicolon."""
    return "; ".join(name for name in names.split("; ") if not name.startswith(_DECIDED))
