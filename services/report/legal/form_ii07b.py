"""Form II.07b (biểu II.07b: số lượng thủ tục hành chính, một cửa, quy trình nội bộ) on a day, by field.

(3) = (4) + (5) + (6): procedures of the province, the districts, the communes. (7) = (8) + (9) + (10): of them, those
taken in at the one-stop. (11) = (12) + (13) + (14): of them, those with an internal process. A procedure of several
levels is counted at each; a department's is the province's. Districts are no more since 01/07/2025: their column
stays, at 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cchc.api.reference.v1 import reference_pb2 as reference
from cchc.calendar.vietnam_time import epoch_day_at
from cchc.procedures.register import Procedure, ProcedureRegister
from cchc.register.live import SaidFact, last_of, live_facts
from cchc.store.port import Store
from services.report.flag import Flag, about, of_the_period, of_the_quarantine
from services.report.legal.procedures import ARRANGED, Arrangement, arrangements_on
from services.report.legal.review_counts import Asked
from services.report.vietnamese import whole

FORM = "II.07b"

LEVELS: Mapping[int, str] = MappingProxyType(
    {
        reference.UNIT_TYPE_PROVINCE: "province",
        reference.UNIT_TYPE_DEPARTMENT: "province",
        reference.UNIT_TYPE_DISTRICT: "district",
        reference.UNIT_TYPE_COMMUNE: "commune",
    }
)
"""Unit type → the level of the form."""

LEVEL_NAMES: Mapping[str, str] = MappingProxyType({"province": "Tỉnh", "district": "Huyện", "commune": "Xã"})
GROUPS: Mapping[str, str] = MappingProxyType(
    {"procedures": "TTHC", "one_stop": "TTHC thực hiện qua một cửa", "internal": "Quy trình nội bộ"}
)
"""What is counted → its heading. Each is a total and one figure a level."""

FIGURES = tuple(f"{group}_{part}" for group in GROUPS for part in ("total", *LEVEL_NAMES))
"""Columns (3) to (14)."""


@dataclass(frozen=True, slots=True)
class Row:
    """Counts of a field, None in the total; totals are the sums of their levels."""

    field: str | None
    counts: Mapping[str, int]

    @classmethod
    def of(cls, field: str | None, parts: Mapping[str, int]) -> Row:
        """The row of counts by group and level."""
        totals = {f"{group}_total": sum(parts.get(f"{group}_{level}", 0) for level in LEVEL_NAMES) for group in GROUPS}
        return cls(field, {name: totals.get(name, parts.get(name, 0)) for name in FIGURES})

    def as_json(self) -> dict[str, Any]:
        """The row for JSON."""
        return {"field": self.field, **self.counts}


@dataclass(frozen=True, slots=True)
class FormII07b:
    """The form on the last day of a period, of the whole register."""

    asked: Asked
    rows: tuple[Row, ...]
    total: Row
    flags: tuple[Flag, ...]

    def as_json(self) -> dict[str, Any]:
        """The form for JSON, but for what all answers have."""
        period = self.asked.period
        return {
            "period": period.as_json(),
            "rows": [row.as_json() for row in self.rows],
            "total": self.total.as_json(),
        }


def form_ii07b(store: Store, asked: Asked, quarantined: int = 0) -> FormII07b:
    """The form from the store: of the procedures in force on the period's last day, or on that of ``as_of``."""
    register = ProcedureRegister.load(store, asked.as_of_ms)
    return counted(register.valid_on(asked.day), live_facts(store, ARRANGED, asked.as_of_ms), asked, quarantined)


def counted(
    procedures: Iterable[Procedure], facts: Iterable[SaidFact], asked: Asked, quarantined: int = 0
) -> FormII07b:
    """The form from procedures in force and the facts about how they are handled: pure."""
    known, said = list(procedures), list(facts)
    arranged = arrangements_on(said, asked.day)
    by_field: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for one in known:
        counts = Counter(_parts(one, arranged.get(one.code, Arrangement())))
        by_field.setdefault(one.field, Counter()).update(counts)
        total.update(counts)
    rows = tuple(Row.of(field, by_field[field]) for field in sorted(by_field))
    whole_row = Row.of(None, total)
    flags = (
        *of_the_period(asked.period, asked.as_of_ms),
        *of_the_quarantine(quarantined),
        *_flags(known, arranged),
        *_printed(said, rows, asked),
    )
    return FormII07b(asked, rows, whole_row, flags)


def _parts(one: Procedure, arrangement: Arrangement) -> Iterator[str]:
    for level in dict.fromkeys(LEVELS[level] for level in one.levels if level in LEVELS):
        yield f"procedures_{level}"
        if arrangement.one_stop:
            yield f"one_stop_{level}"
        if arrangement.internal_process:
            yield f"internal_{level}"


def _flags(known: Iterable[Procedure], arranged: Mapping[str, Arrangement]) -> Iterator[Flag]:
    listing = list(known)
    unsaid = (one.code for one in listing if not LEVELS.keys() & set(one.levels))
    yield from about("level_unsaid", "thủ tục không ghi cấp thực hiện, nên không có trong biểu", unsaid)
    several = (one.code for one in listing if len({LEVELS[it] for it in one.levels if it in LEVELS}) > 1)
    yield from about("several_levels", "thủ tục có nhiều cấp thực hiện, được tính ở mỗi cấp", several)
    unclear = (one.code for one in listing if arranged.get(one.code, Arrangement()).one_stop is None)
    yield from about("one_stop_unsaid", "thủ tục chưa rõ có qua một cửa hay không, được tính là không", unclear)
    outside = (one.code for one in listing if _is_outside(arranged.get(one.code, Arrangement())))
    text = "thủ tục có quy trình nội bộ nhưng không thực hiện qua một cửa, vẫn tính ở cột (11)"
    yield from about("internal_outside_one_stop", text, outside)


def _is_outside(arrangement: Arrangement) -> bool:
    return bool(arrangement.internal_process) and not arrangement.one_stop


def _printed(facts: Iterable[SaidFact], rows: Iterable[Row], asked: Asked) -> Iterator[Flag]:
    """Where counts that an office printed within the period differ from the register."""
    of_field = {row.field: row.counts for row in rows}
    printed = last_of((one for one in facts if one.name == "procedures_counted"), lambda one: one.subject)
    for code, one in sorted(printed.items()):
        said_on = one.fact.day or epoch_day_at(one.occurred_at_ms)
        level = LEVELS.get(one.fact.level)
        if level is None or not asked.first_day <= said_on <= asked.day:
            continue
        counts = of_field.get(one.fact.field_code, {})
        figures = {"procedures": one.fact.procedures, "one_stop": one.fact.one_stop}
        figures["internal"] = one.fact.internal_processes
        for group, figure in figures.items():
            known = counts.get(f"{group}_{level}", 0)
            if figure != known:
                yield Flag(
                    "printed_count_differs",
                    f"{code}: {GROUPS[group]} cấp {LEVEL_NAMES[level].lower()}, lĩnh vực {one.fact.field_code}: "
                    f"đơn vị in {whole(figure)}, danh mục có {whole(known)}, chênh {whole(abs(figure - known))}.",
                )
