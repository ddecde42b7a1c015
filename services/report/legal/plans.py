"""The gate (điều kiện): a yearly plan is there, or it is not, and then nothing under it scores.

A plan counts when it can be found. In a file that holds several documents it is found by its pages only: a commune lost
its points because its plan lay in a bundle of plans and nobody said where.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cchc.calendar.vietnam_time import epoch_day_at
from cchc.register.live import SaidFact, last_of


class Gate(enum.StrEnum):
    """What became of looking for a plan."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    INSIDE_BUNDLE = "inside_bundle"


@dataclass(frozen=True, slots=True)
class Pages:
    """Where something stands in a file: SHA-256 in hexadecimal, pages from 1, 0 = not said."""

    file: str
    first_page: int
    last_page: int
    documents_in_file: int

    @property
    def shows(self) -> bool:
        """Whether a reader finds it: it is alone in its file, or its pages are said."""
        return bool(self.file) and (self.documents_in_file <= 1 or self.first_page > 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """A yearly plan of a unit, with the files that are said to show it; ``issued_day`` since 1970-01-01."""

    code: str
    unit: str
    year: int
    number: str
    issued_day: int
    evidence: tuple[Pages, ...]
    activities: int = 0

    @property
    def gate(self) -> Gate:
        """Found where some file shows it, and where no file is named at all: then its register is the evidence."""
        if not self.evidence or any(pages.shows for pages in self.evidence):
            return Gate.FOUND
        return Gate.INSIDE_BUNDLE


def plans_of(facts: Iterable[SaidFact], issued: str) -> list[Plan]:
    """Every plan that facts of the type ``issued`` say, by code, with the evidence that is attached to it."""
    listed = list(facts)
    last = last_of((one for one in listed if one.name == issued), lambda one: one.subject)
    attached: dict[str, list[Pages]] = {}
    for one in sorted((one for one in listed if one.name == "evidence_attached"), key=lambda one: one.precedence):
        attached.setdefault(one.fact.shows_code, []).append(_pages(one.fact.file))
    return [_plan(one, attached.get(code, ())) for code, one in sorted(last.items())]


def gate_of(plans: Sequence[Plan]) -> Gate:
    """The gate of a unit and year: found where any of its plans is, and where there is none not found."""
    gates = {plan.gate for plan in plans}
    return next((gate for gate in (Gate.FOUND, Gate.INSIDE_BUNDLE) if gate in gates), Gate.NOT_FOUND)


def _plan(one: SaidFact, attached: Iterable[Pages]) -> Plan:
    fact = one.fact
    said = [_pages(fact.file)] if fact.HasField("file") else []
    return Plan(
        one.subject,
        one.unit,
        fact.year,
        fact.number,
        fact.issued_day or epoch_day_at(one.occurred_at_ms),
        tuple(pages for pages in (*said, *attached) if pages.file),
        fact.activities_planned if one.name == "enforcement_plan_issued" else 0,
    )


def _pages(file: Any) -> Pages:
    return Pages(file.file_sha256.hex(), file.first_page, file.last_page, file.documents_in_file)
