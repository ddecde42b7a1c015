"""Form II.03 (biểu II.03: công bố, công khai thủ tục hành chính) of a period, by unit.

A published procedure is to be in the national database within 5 working days of the decision (province; Nghị định
63/2010/NĐ-CP, Article 24, as amended). What an office printed stands beside, and a flag says where it does not add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.calendar.periods import Period
from cchc.calendar.vietnam_time import date_of, epoch_day, epoch_day_at
from cchc.calendar.working_days import WorkingCalendar
from cchc.dossier.calendar_rows import decisions_said
from cchc.errors import Refused
from cchc.register.live import SaidFact, last_of, live_facts
from cchc.store.port import Store
from services.report.flag import Flag, about, of_the_period, of_the_quarantine
from services.report.legal.procedures import PUBLISHED, Publication, publications_of
from services.report.legal.review_counts import Asked
from services.report.scope import Scope
from services.report.tabled import iso_day
from services.report.vietnamese import whole

FORM = "II.03"
PUBLIC_WITHIN = 5
"""Working days after the decision (Nghị định 63/2010/NĐ-CP, Article 24)."""

_CHANGES: Mapping[int, str] = MappingProxyType(
    {
        legal.PROCEDURE_CHANGE_NEW: "new",
        legal.PROCEDURE_CHANGE_AMENDED: "amended",
        legal.PROCEDURE_CHANGE_ABOLISHED: "abolished",
    }
)
COUNTS = (
    *("published_total", "new", "amended", "abolished", "change_unsaid"),
    *("public_in_time", "public_late", "public_waiting", "public_overdue", "public_unjudged"),
)
"""Every count of a unit: publications by what they do, and the same publications by when they became public."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Figures of an office for a window of days (since 1970-01-01, both inclusive), as it printed them."""

    code: str
    unit: str
    first_day: int
    last_day: int
    published: int
    newly_issued: int
    amended: int
    abolished: int

    @property
    def off_by(self) -> int:
        """The printed total less its parts."""
        return self.published - self.newly_issued - self.amended - self.abolished


@dataclass(frozen=True, slots=True)
class Row:
    """What one unit published; ``unit`` None in the total."""

    unit: str | None
    name: str
    counts: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The row for JSON."""
        return {"unit": self.unit, "name": self.name, **self.counts}


@dataclass(frozen=True, slots=True)
class FormII03:
    """The form of a unit with all below it, or of all."""

    scope: Scope
    period: Period
    as_of_ms: int
    rows: tuple[Row, ...]
    total: Row
    printed: tuple[Printed, ...]
    flags: tuple[Flag, ...]

    def as_json(self) -> dict[str, Any]:
        """The form for JSON, but for what all answers have."""
        return {
            "unit": self.scope.unit,
            "period": self.period.as_json(),
            "rows": [row.as_json() for row in self.rows],
            "total": self.total.as_json(),
            "printed": [
                {
                    "code": one.code,
                    "unit": one.unit,
                    "from": iso_day(one.first_day),
                    "to": iso_day(one.last_day),
                    "published": one.published,
                    "new": one.newly_issued,
                    "amended": one.amended,
                    "abolished": one.abolished,
                    "off_by": one.off_by,
                }
                for one in self.printed
            ],
        }


def form_ii03(store: Store, asked: Asked, unit: str | None = None, quarantined: int = 0) -> FormII03:
    """The form from the store. Refused ``report.unknown_unit``."""
    scope = Scope.load(store, asked.as_of_ms, asked.day, unit)
    known_on = date_of(epoch_day_at(asked.as_of_ms))
    calendar = WorkingCalendar.official(known_on, decisions_said(store, asked.as_of_ms))
    return published(live_facts(store, PUBLISHED, asked.as_of_ms), calendar, asked, scope, quarantined)


def published(
    facts: Iterable[SaidFact], calendar: WorkingCalendar, asked: Asked, scope: Scope, quarantined: int = 0
) -> FormII03:
    """The form from live facts about publications: pure."""
    said = list(facts)
    found = [one for one in publications_of(said) if asked.first_day <= one.decided_day <= asked.day]
    counts: dict[str, Counter[str]] = {}
    for one in found:
        change = _CHANGES.get(one.change, "change_unsaid")
        counts.setdefault(one.unit, Counter()).update(("published_total", change, _public(one, calendar, asked.day)))
    units = scope.units({*counts, *(one.unit for one in said)})
    rows = tuple(_row(unit, scope.name_of(unit), counts.get(unit, {})) for unit in units if unit in counts)
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.counts)
    printed = tuple(one for one in _printed(said, asked) if one.unit in set(units))
    flags = (
        *of_the_period(asked.period, asked.as_of_ms),
        *of_the_quarantine(quarantined),
        *_flags([one for one in found if one.unit in set(units)], printed, calendar, asked.day),
    )
    return FormII03(scope, asked.period, asked.as_of_ms, rows, _row(None, "", total), printed, flags)


def public_by(one: Publication, calendar: WorkingCalendar) -> int | None:
    """The last day on which it is to become public, since 1970-01-01; None where the calendar does not reach."""
    try:
        return epoch_day(calendar.add_working_days(one.decided_day, PUBLIC_WITHIN))
    except Refused:
        return None


def _public(one: Publication, calendar: WorkingCalendar, day: int) -> str:
    by = public_by(one, calendar)
    if by is None:
        return "public_unjudged"
    if 0 < one.public_day <= day:
        return "public_in_time" if one.public_day <= by else "public_late"
    return "public_overdue" if day > by else "public_waiting"


def _row(unit: str | None, name: str, counts: Mapping[str, int]) -> Row:
    return Row(unit, name, {it: counts.get(it, 0) for it in COUNTS})


def _printed(facts: Iterable[SaidFact], asked: Asked) -> Iterator[Printed]:
    last = last_of((one for one in facts if one.name == "procedure_publications_counted"), lambda one: one.subject)
    for code, one in sorted(last.items()):
        fact = one.fact
        if asked.first_day <= (fact.last_day or epoch_day_at(one.occurred_at_ms)) <= asked.day:
            yield Printed(
                code,
                one.unit,
                fact.first_day,
                fact.last_day,
                fact.published,
                fact.newly_issued,
                fact.amended,
                fact.abolished,
            )


def _flags(
    found: Iterable[Publication], printed: Iterable[Printed], calendar: WorkingCalendar, day: int
) -> Iterator[Flag]:
    publications = list(found)
    waiting = [one.procedure for one in publications if _public(one, calendar, day) == "public_overdue"]
    incomplete = [one.procedure for one in publications if one.complete is False]
    late = f"thủ tục quá {PUBLIC_WITHIN} ngày làm việc chưa được công khai"
    yield from about("not_public", late, waiting)
    beyond = (one.procedure for one in publications if public_by(one, calendar) is None)
    yield from about("beyond_calendar", "thủ tục công bố ngoài phạm vi lịch, chưa xét thời hạn công khai", beyond)
    yield from about("incomplete", "thủ tục công khai chưa đầy đủ", incomplete)
    for one in printed:
        if one.off_by:
            parts = one.newly_issued + one.amended + one.abolished
            yield Flag(
                "printed_not_adding_up",
                f"{one.code}: tổng đã in {whole(one.published)}, các phần cộng lại {whole(parts)}, "
                f"chênh {whole(abs(one.off_by))}.",
            )
