"""What was said in a register, fact by fact, as it was known at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from google.protobuf.json_format import MessageToDict

from cchc.calendar.vietnam_time import clock_at, epoch_day_at
from cchc.register.live import SaidFact, live_facts
from cchc.register.types import ASSESSMENT, LEGAL_REVIEW
from cchc.register.whole import text_of
from cchc.store.port import Store
from services.report.flag import of_the_quarantine
from services.report.scope import Scope
from services.report.tabled import Column, Tabled, TabledAnswer

REGISTERS: Mapping[str, Sequence[str]] = MappingProxyType({"assessment": ASSESSMENT, "legal-review": LEGAL_REVIEW})
"""Name of a register → the facts (fields of ``Event.fact``) that lie in it."""

_COLUMNS = (
    Column("fact", "Loại dữ kiện", "text"),
    Column("subject", "Đối tượng", "text"),
    Column("unit", "Đơn vị", "text"),
    Column("occurred_at", "Thời điểm", "text"),
    Column("recorded_at", "Ghi nhận lúc", "text"),
    Column("source", "Nguồn", "text"),
    Column("said", "Nội dung", "text"),
)


def listed_facts(
    store: Store,
    register: str,
    as_of_ms: int,
    *,
    unit: str | None = None,
    names: Sequence[str] = (),
    quarantined: int = 0,
) -> TabledAnswer:
    """The live facts of a register, by type and subject.

    Args:
        store: in the database that the aggregator fills.
        register: a key of ``REGISTERS``.
        as_of_ms: as they were known then, milliseconds UTC.
        unit: code of a unit: its facts and those of all below it; None = all.
        names: only facts of these types; none = all of the register.
        quarantined: entries of the quarantine, which are not listed.

    Raises:
        Refused: ``report.unknown_unit``. Others as ``Store.query``.
    """
    scope = Scope.load(store, as_of_ms, epoch_day_at(as_of_ms), unit)
    chosen = None if unit is None else set(scope.units())
    facts = [
        one for one in live_facts(store, names or REGISTERS[register], as_of_ms) if chosen is None or one.unit in chosen
    ]
    rows = [
        {
            "fact": one.name,
            "subject": one.subject,
            "unit": one.unit,
            "occurred_at": _instant(one.occurred_at_ms),
            "recorded_at": _instant(one.recorded_at_ms),
            "source": one.source,
            "said": text_of(one.fact),
        }
        for one in facts
    ]
    return TabledAnswer(
        register,
        "DỮ KIỆN ĐÃ GHI NHẬN",
        (scope.line, f"Sổ: {register}; {len(rows)} dữ kiện"),
        as_of_ms,
        [Tabled("facts", "Dữ kiện", _COLUMNS, rows)],
        {"unit": unit, "facts": [_told(one) for one in facts]},
        flags=tuple(of_the_quarantine(quarantined)),
    )


def _told(one: SaidFact) -> dict[str, object]:
    return {
        "fact": one.name,
        "subject": one.subject,
        "unit": one.unit,
        "occurred_at": _instant(one.occurred_at_ms),
        "recorded_at": _instant(one.recorded_at_ms),
        "source": one.source,
        "said": MessageToDict(one.fact, preserving_proto_field_name=True),
    }


def _instant(at_ms: int) -> str:
    return clock_at(at_ms).isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")
