"""What the facts of a log say at all."""

from __future__ import annotations

from cchc.dossier.fold import ACCEPTED
from cchc.store.port import Store


def some_due_time_unsaid(store: Store, as_of_ms: int) -> bool:
    """Whether some acceptance known at ``as_of_ms`` (milliseconds UTC) gives no due time. One scan of two columns."""
    sql = f"SELECT count() FROM fact WHERE fact_type = {ACCEPTED} AND due_at = 0 AND recorded_at <= {{as_of:Int64}}"
    return int(store.query(sql, {"as_of": as_of_ms}).scalar()) > 0
