"""Form II.06a (biểu II.06a: tình hình, kết quả giải quyết TTHC) from counts: pure, no store and no clock.

Law: Thông tư 01/2020/TT-VPCP. Rows are fields (lĩnh vực), sorted by code; the columns and what they count are
docs/dossier-semantics.md, "A dossier in a period".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cchc.calendar.periods import Period
from cchc.calendar.vietnam_time import clock_at
from services.report.flag import Flag
from services.report.on_time import DEFINITIONS, PARTS, UNEXPLAINED, Rate, rate

FORM = "II.06a"

_COUNTED = (
    *("received_online", "received_direct", "carried_over"),
    *("resolved_early", "resolved_on_time", "resolved_late", "resolved_no_due"),
    *("pending_in_time", "pending_overdue", "pending_no_due"),
    *("returned", "withdrawn", "stopped", "declined"),
)
"""Counts that make a row; a field without any of them has none."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Dossiers that left the period without a result: no column of the form has them (dòng đối chiếu)."""

    returned: int
    withdrawn: int
    stopped: int

    @property
    def total(self) -> int:
        """All three."""
        return self.returned + self.withdrawn + self.stopped


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the form: whole numbers of dossiers. ``field`` is None in the total, ``""`` where nobody said it.

    Totals are figures of their own and need not agree with their parts, as in rows that an office published:
    ``identities`` says where they do not.
    """

    field: str | None
    received_total: int
    received_online: int
    received_direct: int
    carried_over: int
    resolved_total: int
    resolved_early: int
    resolved_on_time: int
    resolved_late: int
    resolved_no_due: int
    pending_total: int
    pending_in_time: int
    pending_overdue: int
    pending_no_due: int
    outside: Outside
    declined: int

    @classmethod
    def of_counts(cls, field: str | None, counts: Mapping[str, int]) -> Row:
        """The row of counts named as in ``form_query.COUNTS``; totals are the sums of their parts."""
        received = {name: counts[name] for name in ("received_online", "received_direct", "carried_over")}
        resolved = {name: counts[f"resolved_{name}"] for name in ("early", "on_time", "late", "no_due")}
        pending = {name: counts[f"pending_{name}"] for name in ("in_time", "overdue", "no_due")}
        return cls(
            field,
            received_total=sum(received.values()),
            **received,
            resolved_total=sum(resolved.values()),
            **{f"resolved_{name}": count for name, count in resolved.items()},
            pending_total=sum(pending.values()),
            **{f"pending_{name}": count for name, count in pending.items()},
            outside=Outside(counts["returned"], counts["withdrawn"], counts["stopped"]),
            declined=counts["declined"],
        )

    def figures(self) -> dict[str, int]:
        """Every figure by column name in the form's order, ``returned``, ``withdrawn`` and ``stopped`` among them."""
        flat = self.as_json()
        outside, declined = flat.pop("outside"), flat.pop("declined")
        del flat["field"]
        return {**flat, **outside, "declined": declined}

    def parts(self) -> dict[str, int]:
        """How many dossiers are in each of ``on_time.PARTS``."""
        figures = self.figures()
        unexplained = self.received_total - self.resolved_total - self.pending_total - self.outside.total
        return {name: unexplained if name == UNEXPLAINED else figures[name] for name in PARTS}

    def as_json(self) -> dict[str, Any]:
        """ROW of the design."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Caveats:
    """How many of the dossiers counted were reported in a way that the reader should know of.

    Args:
        due_derived: the due time is from the procedure's limit, not from the source.
        late_keyed: resolved in the period and first recorded more than a day after (cập nhật muộn).
        ended_before_received: ended before the receipt, as reported.
    """

    due_derived: int = 0
    late_keyed: int = 0
    ended_before_received: int = 0


@dataclass(frozen=True, slots=True)
class FormII06a:
    """The form of one unit with all below it, or of all units.

    Args:
        unit: code of the unit; None = all.
        unit_name: its name on the period's last day; empty for all.
        period: what it is for.
        as_of_ms: up to when the log is known, milliseconds UTC.
        rows: by field code.
        total: Σ of the rows, ``field`` None.
        falls_due: D5: resolved by their due day, of the dossiers that fall due in the period.
        caveats: see there.
        flags: in the order of ``flags.flags_of``.
        falls_due_of: how many dossiers of each of ``on_time.DUE_PARTS`` and ``LEFT_PARTS`` D5 counts; None where that
            was not asked, or nobody knows, as of a form that an office published.
    """

    unit: str | None
    unit_name: str
    period: Period
    as_of_ms: int
    rows: tuple[Row, ...]
    total: Row
    falls_due: Rate
    caveats: Caveats
    flags: tuple[Flag, ...] = ()
    falls_due_of: Mapping[str, int] | None = None

    @property
    def on_time(self) -> dict[str, Rate]:
        """D1…D5 of the total row."""
        parts = self.total.parts()
        return {code: rate(code, parts, self.falls_due) for code in DEFINITIONS}

    @property
    def as_of(self) -> datetime:
        """``as_of_ms`` by a Vietnamese clock."""
        return clock_at(self.as_of_ms)

    def as_json(self) -> dict[str, Any]:
        """The form of the design, ready for JSON, with the keys in its order."""
        return {
            "form": FORM,
            "unit": self.unit,
            "period": self.period.as_json(),
            "as_of": self.as_of.isoformat(timespec="milliseconds" if self.as_of_ms % 1000 else "seconds"),
            "rows": [row.as_json() for row in self.rows],
            "total": self.total.as_json(),
            "on_time": {code: {"n": it.n, "d": it.d, "pct": it.pct} for code, it in self.on_time.items()},
            "flags": [asdict(flag) for flag in self.flags],
        }


def form_of_counts(
    counts: Iterable[Mapping[str, Any]],
    period: Period,
    as_of_ms: int,
    unit: str | None = None,
    unit_name: str = "",
) -> FormII06a:
    """The form, not yet flagged.

    Args:
        counts: one mapping per unit and field with ``unit``, ``field`` and every count of ``form_query.COUNTS``, all of
            them of this unit or of those below it.
        period: what the counts are for.
        as_of_ms: as it was known then, milliseconds UTC.
        unit: code of the unit; None = all.
        unit_name: its name.
    """
    by_field: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for line in counts:
        figures = {name: int(count) for name, count in line.items() if name not in {"unit", "field"}}
        total.update(figures)
        by_field.setdefault(str(line["field"]), Counter()).update(figures)
    return FormII06a(
        unit,
        unit_name,
        period,
        as_of_ms,
        rows=tuple(Row.of_counts(field, by_field[field]) for field in sorted(by_field) if stands(by_field[field])),
        total=Row.of_counts(None, total),
        falls_due=Rate(total["falls_due_met"], total["falls_due"]),
        caveats=Caveats(total["due_derived"], total["late_keyed"], total["ended_before_received"]),
    )


def stands(counts: Mapping[str, Any]) -> bool:
    """Whether any dossier of the counts stands in the form: counted, or declined in the period."""
    return any(counts[name] for name in _COUNTED)
