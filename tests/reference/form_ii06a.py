"""Form II.06a (tình hình, kết quả giải quyết TTHC) from the states of dossiers, one dossier at a time.

The JSON of the design: ``rows`` by field, ``total``, ``on_time`` D1…D5. Law: TT 01/2020/TT-VPCP, form 06.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from cchc.api.intake.v1.intake_pb2 import CHANNEL_ONLINE_FULL, CHANNEL_ONLINE_PARTIAL
from cchc.api.reference.v1.reference_pb2 import ProcedureDefined
from tests.reference.dossier_fold import DossierState, Known, day_of, fold, start_of_day
from tests.reference.judgement import DeriveDue, Due, due_in_force, judge_pending, judge_resolved, official_due

COLUMNS = (
    "received_total",
    "received_online",
    "received_direct",
    "carried_over",
    "resolved_total",
    "resolved_early",
    "resolved_on_time",
    "resolved_late",
    "resolved_no_due",
    "pending_total",
    "pending_in_time",
    "pending_overdue",
    "pending_no_due",
)
OUTSIDE = ("returned", "withdrawn", "stopped")


@dataclass(frozen=True, slots=True)
class Window:
    """A period (kỳ báo cáo) as judged at ``as_of``: both days inclusive, of Asia/Ho_Chi_Minh."""

    first: date
    last: date
    as_of_ms: int

    @property
    def start_ms(self) -> int:
        """First millisecond of the first day."""
        return start_of_day(self.first)

    @property
    def end_ms(self) -> int:
        """First millisecond after the last day."""
        return start_of_day(self.last + timedelta(days=1))

    @property
    def judged_at_ms(self) -> int:
        """The moment at which what is pending is judged."""
        return min(self.end_ms, self.as_of_ms)

    @property
    def given_until_ms(self) -> int:
        """The last moment at which a new due time still counts."""
        return min(self.end_ms - 1, self.as_of_ms)

    def holds(self, ms: int) -> bool:
        """Whether an instant lies in the period."""
        return self.start_ms <= ms < self.end_ms


def form_of_facts(
    known: Iterable[Known],
    *,
    first: date,
    last: date,
    as_of_ms: int,
    units: Set[str] | None = None,
    procedures: Sequence[ProcedureDefined] = (),
    derive: DeriveDue = official_due,
) -> dict[str, Any]:
    """The form from the facts that were recorded at or before ``as_of_ms``. See ``form_of_states``."""
    states = fold(known, as_of_ms=as_of_ms).values()
    return form_of_states(
        states, first=first, last=last, as_of_ms=as_of_ms, units=units, procedures=procedures, derive=derive
    )


def form_of_states(
    states: Iterable[DossierState],
    *,
    first: date,
    last: date,
    as_of_ms: int,
    units: Set[str] | None = None,
    procedures: Sequence[ProcedureDefined] = (),
    derive: DeriveDue = official_due,
) -> dict[str, Any]:
    """The form with the keys ``rows``, ``total`` and ``on_time`` only.

    Args:
        states: dossiers as they are known at ``as_of_ms``.
        first: first day of the period.
        last: last day of the period, inclusive.
        as_of_ms: up to when the log is known.
        units: codes of the units that it is for; ``None`` = all.
        procedures: definitions with their validity, for derived due times and for the basis that is not said.
        derive: how a limit becomes a due time.

    Returns:
        Rows sorted by field code; a field has a row when one of its figures is not 0. A dossier whose field nobody said
        stands in the row ``""``.
    """
    window = Window(first, last, as_of_ms)
    tallies: dict[str, dict[str, int]] = {}
    falling_due = on_time_of_them = 0
    for state in states:
        _tally_declined(state, window, units, tallies)
        if not _is_counted(state, window, units):
            continue
        due = due_in_force(
            state, judged_at_ms=window.given_until_ms, as_of_ms=as_of_ms, procedures=procedures, derive=derive
        )
        for column in _columns_of(state, due, window):
            _add(tallies, state.field, column)
        if _falls_due(state, due, window):
            falling_due += 1
            on_time_of_them += _resolved_in_time(state, due)
    total = _sum(tallies.values())
    return {
        "rows": [{"field": field, **_row(tallies[field])} for field in sorted(tallies)],
        "total": {"field": None, **_row(total)},
        "on_time": _on_time(_row(total), on_time_of_them, falling_due),
    }


def flags_of_states(
    states: Iterable[DossierState],
    *,
    first: date,
    last: date,
    as_of_ms: int,
    units: Set[str] | None = None,
    procedures: Sequence[ProcedureDefined] = (),
    derive: DeriveDue = official_due,
) -> dict[str, int]:
    """The page's flags: how many dossiers are so. Arguments as ``form_of_states``."""
    window = Window(first, last, as_of_ms)
    counts = {"due_derived": 0, "ended_before_received": 0, "late_keyed": 0}
    for state in states:
        if not _is_counted(state, window, units):
            continue
        due = due_in_force(
            state, judged_at_ms=window.given_until_ms, as_of_ms=as_of_ms, procedures=procedures, derive=derive
        )
        columns = _columns_of(state, due, window)
        counts["due_derived"] += bool(columns) and due is not None and due.derived
        counts["ended_before_received"] += bool(columns) and state.ended_before_receipt
        counts["late_keyed"] += "resolved_total" in columns and _keyed_late(state)
    return counts


def percent(n: int, d: int) -> str | None:
    """``n`` of ``d`` in percent with two decimals, half up; ``None`` when ``d`` is 0."""
    if d == 0:
        return None
    with localcontext(prec=60):
        return str((Decimal(100 * n) / Decimal(d)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def on_time_entry(n: int, d: int) -> dict[str, Any]:
    """One of D1…D5 as the form prints it."""
    return {"n": n, "d": d, "pct": percent(n, d)}


def _tally_declined(
    state: DossierState, window: Window, units: Set[str] | None, tallies: dict[str, dict[str, int]]
) -> None:
    if not state.declined or state.declined_at_ms is None or not window.holds(state.declined_at_ms):
        return
    if units is None or state.declined_unit in units:
        _add(tallies, state.declined_field, "declined")


def _is_counted(state: DossierState, window: Window, units: Set[str] | None) -> bool:
    if not state.accepted or state.received_at_ms is None:
        return False
    return state.received_at_ms < window.end_ms and (units is None or state.unit in units)


def _columns_of(state: DossierState, due: Due | None, window: Window) -> list[str]:
    """Every column that the dossier adds one to: none when it ended before the period."""
    received, ended = state.received_at_ms, state.counted_end_ms
    if received is None or (ended is not None and ended < window.start_ms):
        return []
    columns = ["received_total", _source(received, state.channel, window)]
    if ended is None or ended >= window.end_ms:
        return [*columns, "pending_total", f"pending_{judge_pending(window.judged_at_ms, due)}"]
    if state.end != "resolved":
        return [*columns, f"outside_{state.end}"]
    if state.ended_at_ms is None:
        raise ValueError(f"{state.subject} is resolved, and nobody said when")
    return [*columns, "resolved_total", f"resolved_{judge_resolved(state.ended_at_ms, due)}"]


def _source(received: int, channel: int, window: Window) -> str:
    if received < window.start_ms:
        return "carried_over"
    return "received_online" if channel in {CHANNEL_ONLINE_FULL, CHANNEL_ONLINE_PARTIAL} else "received_direct"


def _falls_due(state: DossierState, due: Due | None, window: Window) -> bool:
    """D5's denominator: due in the period, and not left without a result on a day before the due day."""
    if due is None or not window.first <= due.day <= window.last:
        return False
    left_without_result = state.end in OUTSIDE
    return not (left_without_result and state.ended_at_ms is not None and day_of(state.ended_at_ms) < due.day)


def _resolved_in_time(state: DossierState, due: Due | None) -> bool:
    if state.end != "resolved" or state.ended_at_ms is None:
        return False
    return judge_resolved(state.ended_at_ms, due) in {"early", "on_time"}


def _keyed_late(state: DossierState) -> bool:
    if state.ended_at_ms is None or state.end_known_at_ms is None:
        return False
    return timedelta(milliseconds=state.end_known_at_ms - state.ended_at_ms) > timedelta(hours=24)


def _add(tallies: dict[str, dict[str, int]], field: str, column: str) -> None:
    tally = tallies.setdefault(field, {})
    tally[column] = tally.get(column, 0) + 1


def _sum(tallies: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for tally in tallies:
        for column, count in tally.items():
            total[column] = total.get(column, 0) + count
    return total


def _row(tally: dict[str, int]) -> dict[str, Any]:
    return {
        **{column: tally.get(column, 0) for column in COLUMNS},
        "outside": {way: tally.get(f"outside_{way}", 0) for way in OUTSIDE},
        "declined": tally.get("declined", 0),
    }


def _on_time(total: dict[str, Any], d5_n: int, d5_d: int) -> dict[str, Any]:
    """The five definitions of the on-time rate (tỷ lệ đúng hạn) from the total row; D5 is counted apart."""
    in_time = total["resolved_early"] + total["resolved_on_time"]
    received = total["received_total"]
    with_due = total["resolved_total"] + total["pending_total"] - total["resolved_no_due"] - total["pending_no_due"]
    return {
        "D1": on_time_entry(in_time, total["resolved_total"] - total["resolved_no_due"]),
        "D2": on_time_entry(in_time, received),
        "D3": on_time_entry(in_time + total["pending_in_time"], with_due),
        "D4": on_time_entry(received - total["resolved_late"] - total["pending_overdue"], received),
        "D5": on_time_entry(d5_n, d5_d),
    }
