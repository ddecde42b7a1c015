"""The systematisation of documents (hệ thống hóa văn bản): four lists at a cut-off, and whether they were published.

Of a run of years the cut-off is 31/12 of the last one; the decision that publishes the lists is due by 31/01 of the
year after it. A document belongs to it that was issued by the cut-off and had not wholly expired before the first year.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.calendar.vietnam_time import date_of, epoch_day, epoch_day_at, start_of_day_ms
from cchc.register.live import SaidFact, last_of
from cchc.store.port import Store
from services.report import failures
from services.report.flag import Flag, about, of_the_quarantine
from services.report.legal.documents import EFFECTS, PARTLY, WHOLLY, Document, EffectChange
from services.report.legal.outcomes import OUTCOME_NAMES, RECOMMENDATIONS
from services.report.legal.register import LegalRegister
from services.report.scope import Scope
from services.report.tabled import iso_day
from services.report.vietnamese import day, whole

FORM = "systematisation"

LISTS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "all": (legal.LIST_KIND_SYSTEMATISED_ALL, "Danh mục 1: toàn bộ văn bản thuộc đối tượng hệ thống hóa"),
        "wholly_expired": (
            legal.LIST_KIND_SYSTEMATISED_WHOLLY_EXPIRED,
            "Danh mục 2: văn bản hết hiệu lực, ngưng hiệu lực toàn bộ",
        ),
        "partly_expired": (
            legal.LIST_KIND_SYSTEMATISED_PARTLY_EXPIRED,
            "Danh mục 3: văn bản hết hiệu lực, ngưng hiệu lực một phần",
        ),
        "to_be_changed": (
            legal.LIST_KIND_SYSTEMATISED_TO_BE_CHANGED,
            "Danh mục 4: văn bản cần đình chỉ, ngưng, sửa đổi, bổ sung, thay thế, bãi bỏ, ban hành mới",
        ),
    }
)
"""Name → the number of its kind in the contract, and its title."""


@dataclass(frozen=True, slots=True)
class Years:
    """Years that a systematisation covers, both inclusive."""

    first: int
    last: int

    @classmethod
    def between(cls, first: int, last: int) -> Years:
        """Years of the last century or of this one. Refused ``form.years_unreadable`` for others, or none."""
        if not 1900 <= first <= last < 2100:
            raise failures.years_unreadable(f"{first}-{last}")
        return cls(first, last)

    @property
    def id(self) -> str:
        """``2019-2023``."""
        return f"{self.first}-{self.last}"

    @property
    def end_ms(self) -> int:
        """The first millisecond after the cut-off, UTC."""
        return start_of_day_ms(epoch_day(self.cut_off) + 1)

    @property
    def cut_off(self) -> date:
        """31/12 of the last year."""
        return date(self.last, 12, 31)

    @property
    def publish_by(self) -> date:
        """31/01 of the year after: the last day for a province's decision."""
        return date(self.last + 1, 1, 31)


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in a list, its effect at the cut-off, and what is recommended of it."""

    document: Document
    effect: EffectChange
    recommended: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """The entry for JSON; dates are ISO 8601, null where nobody said."""
        document = self.document
        return {
            "code": document.code,
            "number": document.number,
            "issued": iso_day(document.issued_day),
            "in_force_from": iso_day(document.in_force_from_day),
            "title": document.title,
            "unit": document.issuer_unit,
            "field": document.field,
            "effect": EFFECTS.get(self.effect.effect, "chưa xác định"),
            "since": iso_day(self.effect.from_day),
            "by": self.effect.by_number,
            "provisions": self.effect.provisions,
            "recommended": [OUTCOME_NAMES.get(one, str(one)) for one in self.recommended],
        }


@dataclass(frozen=True, slots=True)
class Publication:
    """The decision that published a list; ``documents`` is how many it prints, None where nobody said."""

    unit: str
    decision: str
    published_day: int
    documents: int | None

    def as_json(self, publish_by: date) -> dict[str, Any]:
        """The publication for JSON, and whether it came in time."""
        return {
            "unit": self.unit,
            "decision": self.decision,
            "published": iso_day(self.published_day),
            "in_time": self.published_day <= epoch_day(publish_by),
            "documents": self.documents,
        }


@dataclass(frozen=True, slots=True)
class DocumentList:
    """One of the four lists, and by which decisions it was published."""

    name: str
    title: str
    entries: tuple[Entry, ...]
    publications: tuple[Publication, ...]


@dataclass(frozen=True, slots=True)
class Systematisation:
    """The four lists of a unit with all below it, or of all, at the cut-off."""

    scope: Scope
    years: Years
    as_of_ms: int
    lists: tuple[DocumentList, ...]
    flags: tuple[Flag, ...]

    def as_json(self) -> dict[str, Any]:
        """The answer for JSON, but for what all answers have."""
        publish_by = self.years.publish_by
        return {
            "unit": self.scope.unit,
            "years": {"first": self.years.first, "last": self.years.last},
            "cut_off": self.years.cut_off.isoformat(),
            "publish_by": publish_by.isoformat(),
            "lists": [
                {
                    "name": one.name,
                    "title": one.title,
                    "count": len(one.entries),
                    "publications": [publication.as_json(publish_by) for publication in one.publications],
                    "documents": [entry.as_json() for entry in one.entries],
                }
                for one in self.lists
            ],
        }


def systematisation(
    store: Store, years: Years, as_of_ms: int, unit: str | None = None, quarantined: int = 0
) -> Systematisation:
    """The lists from the store. Arguments and errors as ``form_review.legal_review_form``."""
    on = min(epoch_day(years.cut_off), epoch_day_at(as_of_ms))
    scope = Scope.load(store, as_of_ms, on, unit)
    return systematised(LegalRegister.load(store, as_of_ms), years, as_of_ms, scope, quarantined)


def systematised(
    register: LegalRegister, years: Years, as_of_ms: int, scope: Scope, quarantined: int = 0
) -> Systematisation:
    """The lists from a register: pure."""
    documents = _subject_to(register, years, scope)
    recommended = _recommended(register, years)
    entries = [Entry(one, one.effect_on(epoch_day(years.cut_off)), recommended.get(one.code, ())) for one in documents]
    chosen = {
        "all": entries,
        "wholly_expired": [one for one in entries if one.effect.effect in WHOLLY],
        "partly_expired": [one for one in entries if one.effect.effect in PARTLY],
        "to_be_changed": [one for one in entries if one.recommended and one.effect.effect not in WHOLLY],
    }
    published = _publications(register.facts, years, scope)
    lists = tuple(
        DocumentList(name, title, tuple(chosen[name]), published.get(kind, ())) for name, (kind, title) in LISTS.items()
    )
    flags = (*of_the_quarantine(quarantined), *_flags(lists, years, as_of_ms))
    return Systematisation(scope, years, as_of_ms, lists, flags)


def _subject_to(register: LegalRegister, years: Years, scope: Scope) -> list[Document]:
    cut_off, begin = epoch_day(years.cut_off), epoch_day(date(years.first, 1, 1))
    units = set(scope.units({one.issuer_unit for one in register.documents.values()}))
    return [
        one
        for one in register.documents.values()
        if one.issuer_unit in units
        and one.first_day <= cut_off
        and not (one.first_day < begin and one.effect_on(begin - 1).effect == _EXPIRED)
    ]


_EXPIRED = legal.DOCUMENT_EFFECT_WHOLLY_EXPIRED


def _recommended(register: LegalRegister, years: Years) -> dict[str, tuple[int, ...]]:
    """Document → what is recommended of it at the cut-off: by its last review, and by recommendations still open."""
    end_ms = years.end_ms
    found: dict[str, set[int]] = {}
    for review in register.reviews:
        if review.reviewed_at_ms < end_ms:
            handled = _handled(register, review.document, end_ms)
            found[review.document] = {kind for kind in review.outcomes if kind in RECOMMENDATIONS} - handled
    for one in register.recommendations:
        if one.document and one.kind and one.open_at(end_ms):
            found.setdefault(one.document, set()).add(one.kind)
    return {document: tuple(sorted(kinds)) for document, kinds in found.items() if kinds}


def _handled(register: LegalRegister, document: str, end_ms: int) -> set[int]:
    """Kinds of recommendations on a document that had all been handled before ``end_ms``."""
    of_it = [one for one in register.recommendations if one.document == document and one.made_at_ms is not None]
    still_open = {one.kind for one in of_it if one.open_at(end_ms)}
    return {one.kind for one in of_it if one.handled_at_ms is not None and one.handled_at_ms < end_ms} - still_open


def _publications(facts: Iterable[SaidFact], years: Years, scope: Scope) -> dict[int, tuple[Publication, ...]]:
    said = [
        one
        for one in facts
        if one.name == "list_published" and (one.fact.first_year, one.fact.last_year) == (years.first, years.last)
    ]
    units = set(scope.units({one.unit for one in said}))
    last = last_of((one for one in said if one.unit in units), lambda one: (one.fact.kind, one.unit, one.subject))
    found: dict[int, list[Publication]] = {}
    for (kind, unit, _), one in sorted(last.items()):
        published = one.fact.decided_day or epoch_day_at(one.occurred_at_ms)
        documents = one.fact.documents if one.fact.HasField("documents") else None
        found.setdefault(kind, []).append(Publication(unit, one.fact.decision_number, published, documents))
    return {kind: tuple(publications) for kind, publications in found.items()}


def _flags(lists: Iterable[DocumentList], years: Years, as_of_ms: int) -> Iterable[Flag]:
    due = day(years.publish_by)
    if as_of_ms < years.end_ms:
        yield Flag("cut_off_not_reached", f"Chưa đến mốc {day(years.cut_off)}: danh mục còn có thể thay đổi.")
    over = as_of_ms >= start_of_day_ms(epoch_day(years.publish_by) + 1)
    for one in lists:
        if not one.publications and over:
            yield Flag("list_not_published", f"{one.title}: chưa được công bố, hạn {due}.")
        for publication in one.publications:
            if publication.published_day > epoch_day(years.publish_by):
                on = day(date_of(publication.published_day))
                yield Flag("list_published_late", f"{one.title}: {publication.decision} công bố {on}, hạn {due}.")
        printed = [publication.documents for publication in one.publications if publication.documents is not None]
        if printed and sum(printed) != len(one.entries):
            yield Flag(
                "list_count_differs",
                f"{one.title}: quyết định in {whole(sum(printed))} văn bản, danh mục có {whole(len(one.entries))}.",
            )
    undated = (entry.document.code for one in lists for entry in one.entries if not entry.document.first_day)
    yield from about("document_undated", "văn bản không có ngày ban hành, được xếp vào mọi kỳ", undated)
