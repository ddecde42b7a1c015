"""What was said in a register, fact by fact, as it was known at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from google.protobuf.json_format import MessageToDict

from cchc.calendar.vietnam_time import clock_at, epoch_day_at
from cchc.log.batch import FACT_FIELDS, FACT_TYPES
from cchc.log.times import EVER_MS
from cchc.register.live import Place, SaidFact, live_facts
from cchc.register.types import ASSESSMENT, LEGAL_REVIEW
from cchc.register.whole import text_of
from cchc.store.port import Store
from services.report.failures import page_unreadable, unknown_fact, unknown_register
from services.report.flag import of_the_quarantine
from services.report.paging import Key, Page
from services.report.scope import Scope
from services.report.tabled import Column, Tabled, TabledAnswer

REGISTERS: Mapping[str, Sequence[str]] = MappingProxyType({"assessment": ASSESSMENT, "legal-review": LEGAL_REVIEW})
"""Name of a register → the facts (fields of ``Event.fact``) that lie in it."""

_IDENTITY = re.compile(r"[0-9a-f]{32}")
_COLUMNS = (
    Column("fact", "Loại dữ kiện", "text"),
    Column("subject", "Đối tượng", "text"),
    Column("unit", "Đơn vị", "text"),
    Column("occurred_at", "Thời điểm", "text"),
    Column("recorded_at", "Ghi nhận lúc", "text"),
    Column("source", "Nguồn", "text"),
    Column("said", "Nội dung", "text"),
)


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """Live facts of a register by type and subject, as they were known at ``as_of_ms`` (milliseconds UTC)."""

    register: str
    scope: Scope
    as_of_ms: int
    facts: Sequence[SaidFact]

    @classmethod
    def load(
        cls,
        store: Store,
        register: str,
        as_of_ms: int,
        *,
        unit: str | None = None,
        names: Sequence[str] = (),
        page: Page | None = None,
    ) -> tuple[RegisterFacts, Key | None]:
        """The facts from the store, and where the next page begins; None where there is none.

        Args:
            store: in the database that the aggregator fills.
            register: a key of ``REGISTERS``.
            as_of_ms: as they were known then, milliseconds UTC.
            unit: code of a unit: its facts and those of all below it; None = all.
            names: only facts of these types; none = all of the register.
            page: only these; None = all.

        Raises:
            Refused: ``report.unknown_unit``, ``report.page_unreadable``. Others as ``Store.query``.
        """
        scope = Scope.load(store, as_of_ms, epoch_day_at(as_of_ms), unit)
        units = None if unit is None else scope.units()
        types = names or REGISTERS[register]
        if page is None:
            return cls(register, scope, as_of_ms, live_facts(store, types, as_of_ms, units=units)), None
        after = _place(page.after) if page.after else None
        # One more than the page has: so that the last page is known for it.
        found = live_facts(store, types, as_of_ms, units=units, after=after, most=page.size + 1)
        facts = found[: page.size]
        return cls(register, scope, as_of_ms, facts), (_key(facts[-1]) if len(found) > page.size else None)

    def answer(self, quarantined: int = 0) -> TabledAnswer:
        """The facts told; ``quarantined``: entries of the quarantine, which are not listed."""
        rows = [{**_told(one), "said": text_of(one.fact)} for one in self.facts]
        return TabledAnswer(
            self.register,
            "DỮ KIỆN ĐÃ GHI NHẬN",
            (self.scope.line, f"Sổ: {self.register}; {len(rows)} dữ kiện"),
            self.as_of_ms,
            [Tabled("facts", "Dữ kiện", _COLUMNS, rows)],
            {"unit": self.scope.unit, "facts": [{**_told(one), "said": _fields(one)} for one in self.facts]},
            flags=tuple(of_the_quarantine(quarantined)),
        )


def names_of_facts(register: str, names: Sequence[str]) -> tuple[str, ...]:
    """The types of facts as asked for; none = all.

    Raises:
        Refused: ``list.unknown_register``; ``list.unknown_fact`` for a type that does not lie in the register.
    """
    known = REGISTERS.get(register)
    if known is None:
        raise unknown_register(register, REGISTERS)
    for name in names:
        if name not in known:
            raise unknown_fact(register, name, known)
    return tuple(dict.fromkeys(names))


def _key(one: SaidFact) -> Key:
    return FACT_TYPES[one.name], one.subject, one.occurred_at_ms, one.event_id.hex()


def _place(key: Key) -> Place:
    """The place that ``_key`` names. Refused ``report.page_unreadable`` where it names none."""
    match key:
        case (int(fact_type), str(subject), int(at_ms), str(identity)) if fact_type in FACT_FIELDS:
            if _IDENTITY.fullmatch(identity) and abs(at_ms) < EVER_MS:
                return Place(fact_type, subject, at_ms, bytes.fromhex(identity))
    raise page_unreadable()


def _told(one: SaidFact) -> dict[str, str]:
    return {
        "fact": one.name,
        "subject": one.subject,
        "unit": one.unit,
        "occurred_at": _instant(one.occurred_at_ms),
        "recorded_at": _instant(one.recorded_at_ms),
        "source": one.source,
    }


def _fields(one: SaidFact) -> Mapping[str, object]:
    fields: Mapping[str, object] = MessageToDict(one.fact, preserving_proto_field_name=True)
    return fields


def _instant(at_ms: int) -> str:
    return clock_at(at_ms).isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")
