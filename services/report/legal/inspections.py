"""Inspections of documents (tự kiểm tra, kiểm tra theo thẩm quyền): one by one, and as an office printed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cchc.register.live import SaidFact, last_of


@dataclass(frozen=True, slots=True)
class Inspection:
    """A document that a unit inspected. ``unlawful`` is None where nobody said; ``handled_day`` 0 = not said."""

    document: str
    unit: str
    kind: int
    inspected_at_ms: int
    unlawful: bool | None
    unlawful_in: int
    handled: bool
    handled_day: int


@dataclass(frozen=True, slots=True)
class PrintedInspections:
    """Figures of an office for a window of days (since 1970-01-01, both inclusive), as it printed them."""

    code: str
    unit: str
    first_day: int
    last_day: int
    inspected: int
    unlawful: int
    unlawful_in_content_or_authority: int
    handled: int

    def what_does_not_fit(self) -> Iterator[str]:
        """Each part that is larger than its whole, in Vietnamese."""
        if self.unlawful > self.inspected:
            yield f"có dấu hiệu trái pháp luật {self.unlawful} > đã kiểm tra {self.inspected}"
        if self.unlawful_in_content_or_authority > self.unlawful:
            yield f"sai nội dung, thẩm quyền {self.unlawful_in_content_or_authority} > có dấu hiệu {self.unlawful}"
        if self.handled > self.unlawful:
            yield f"đã xử lý {self.handled} > có dấu hiệu {self.unlawful}"


def inspections_of(facts: Iterable[SaidFact], start_ms: int, end_ms: int) -> list[Inspection]:
    """Of each unit, document and kind the last inspection from ``start_ms`` on and before ``end_ms``."""
    within = (one for one in facts if one.name == "document_inspected" and start_ms <= one.occurred_at_ms < end_ms)
    last = last_of(within, lambda one: (one.unit, one.subject, one.fact.kind))
    return [
        Inspection(
            document,
            unit,
            kind,
            one.occurred_at_ms,
            one.fact.unlawful if one.fact.HasField("unlawful") else None,
            one.fact.unlawful_in,
            one.fact.handled,
            one.fact.handled_day,
        )
        for (unit, document, kind), one in sorted(last.items())
    ]


def printed_inspections(facts: Iterable[SaidFact], first_day: int, last_day: int) -> list[PrintedInspections]:
    """The reports whose window ends within these days, by code."""
    last = last_of((one for one in facts if one.name == "inspections_counted"), lambda one: one.subject)
    return [
        PrintedInspections(
            code,
            one.unit,
            one.fact.first_day,
            one.fact.last_day,
            one.fact.inspected,
            one.fact.unlawful,
            one.fact.unlawful_in_content_or_authority,
            one.fact.handled,
        )
        for code, one in sorted(last.items())
        if first_day <= one.fact.last_day <= last_day
    ]
