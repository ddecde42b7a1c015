"""What the facts of a log say at all."""

from __future__ import annotations

from collections.abc import Sequence

from cchc.dossier.deadline import day_of
from cchc.dossier.fold import ACCEPTED
from cchc.store.port import Store


def some_due_time_unsaid(store: Store, as_of_ms: int) -> bool:
    """Whether some acceptance known at ``as_of_ms`` (milliseconds UTC) gives no due time. One scan of two columns."""
    sql = f"SELECT count() FROM fact WHERE fact_type = {ACCEPTED} AND due_at = 0 AND recorded_at <= {{as_of:Int64}}"
    return int(store.query(sql, {"as_of": as_of_ms}).scalar()) > 0


def days_of_receipt(store: Store, procedures: Sequence[str], as_of_ms: int) -> dict[str, tuple[int, int]]:
    """Per procedure, the first and the last day (since 1970-01-01) on which a dossier of it was received.

    Only of the named procedures, and of acceptances known at ``as_of_ms`` (milliseconds UTC). One scan.
    """
    if not procedures:
        return {}
    sql = f"""
        SELECT procedure, {day_of("min(occurred_at)")}, {day_of("max(occurred_at)")} FROM fact
        WHERE fact_type = {ACCEPTED} AND recorded_at <= {{as_of:Int64}}
          AND procedure IN (SELECT arrayJoin({{procedures:Array(String)}}))
        GROUP BY procedure"""
    rows = store.query(sql, {"as_of": as_of_ms, "procedures": list(procedures)}).rows
    return {code: (int(first), int(last)) for code, first, last in rows}
