"""A legal document (văn bản quy phạm pháp luật) and its effect (tình trạng hiệu lực) through time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.calendar.vietnam_time import epoch_day_at
from cchc.register.live import SaidFact, last_of

Effect: TypeAlias = legal.DocumentEffect.ValueType

IN_FORCE = legal.DOCUMENT_EFFECT_IN_FORCE
NOT_YET = legal.DOCUMENT_EFFECT_NOT_YET_IN_FORCE
WHOLLY = frozenset({legal.DOCUMENT_EFFECT_WHOLLY_EXPIRED, legal.DOCUMENT_EFFECT_WHOLLY_SUSPENDED})
"""Nothing of it is in force: list 2 of a systematisation."""
PARTLY = frozenset({legal.DOCUMENT_EFFECT_PARTLY_EXPIRED, legal.DOCUMENT_EFFECT_PARTLY_SUSPENDED})
"""A part of it is not: list 3."""

EFFECTS: Mapping[int, str] = MappingProxyType(
    {
        IN_FORCE: "còn hiệu lực",
        legal.DOCUMENT_EFFECT_WHOLLY_EXPIRED: "hết hiệu lực toàn bộ",
        legal.DOCUMENT_EFFECT_PARTLY_EXPIRED: "hết hiệu lực một phần",
        legal.DOCUMENT_EFFECT_WHOLLY_SUSPENDED: "ngưng hiệu lực toàn bộ",
        legal.DOCUMENT_EFFECT_PARTLY_SUSPENDED: "ngưng hiệu lực một phần",
        NOT_YET: "chưa có hiệu lực",
        legal.DOCUMENT_EFFECT_NO_LONGER_SUITABLE: "không còn phù hợp",
        legal.DOCUMENT_EFFECT_UNDETERMINED: "chưa xác định",
    }
)
"""What an officer reads for an effect, in the words of the national database of legal documents."""


@dataclass(frozen=True, slots=True)
class EffectChange:
    """An effect from a day on (days since 1970-01-01); ``until_day`` is the first without it, 0 = open."""

    effect: Effect
    from_day: int
    until_day: int = 0
    by_number: str = ""
    provisions: str = ""

    def holds_on(self, day: int) -> bool:
        """Whether the day lies within it."""
        return self.from_day <= day and (self.until_day == 0 or day < self.until_day)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as its register has it. Days are days since 1970-01-01 in Asia/Ho_Chi_Minh, 0 = not said."""

    code: str
    unit: str
    number: str
    type: int
    issuer_body: int
    issuer_level: int
    issuer_unit: str
    issued_day: int
    in_force_from_day: int
    title: str
    field: str
    changes: tuple[EffectChange, ...] = ()
    """By first day."""

    @property
    def first_day(self) -> int:
        """The day of its issue; where that is not said, the first of its effect."""
        return self.issued_day or self.in_force_from_day

    def effect_on(self, day: int) -> EffectChange:
        """The effect on a day: of the changes that hold on it the one that began last, else what its register says."""
        for change in reversed(self.changes):
            if change.holds_on(day):
                return change
        begins = self.in_force_from_day or self.issued_day
        return EffectChange(NOT_YET if begins > day else IN_FORCE, begins)


def documents_of(facts: Iterable[SaidFact]) -> dict[str, Document]:
    """Every registered document by code, from live facts in any order. Those that nobody registered are not there."""
    listed = list(facts)
    registered = last_of((one for one in listed if one.name == "document_registered"), lambda one: one.subject)
    changed = last_of((one for one in listed if one.name == "document_effect_changed"), _place_of_change)
    changes: dict[str, list[EffectChange]] = {}
    for code, since in sorted(changed):
        fact = changed[code, since].fact
        change = EffectChange(fact.effect, since, fact.until_day, fact.by_document_number, fact.provisions)
        changes.setdefault(code, []).append(change)
    return {code: _document(registered[code], changes.get(code, ())) for code in sorted(registered)}


def _place_of_change(one: SaidFact) -> tuple[str, int]:
    return one.subject, one.fact.from_day or epoch_day_at(one.occurred_at_ms)


def _document(one: SaidFact, changes: Iterable[EffectChange]) -> Document:
    fact = one.fact
    return Document(
        code=one.subject,
        unit=one.unit,
        number=fact.number,
        type=fact.type,
        issuer_body=fact.issuer_body,
        issuer_level=fact.issuer_level,
        issuer_unit=fact.issuer_unit_code or one.unit,
        issued_day=fact.issued_day,
        in_force_from_day=fact.in_force_from_day,
        title=fact.title,
        field=fact.field_code,
        changes=tuple(changes),
    )
