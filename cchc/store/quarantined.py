"""What stands in the quarantine of a generation: the aggregator puts it there, every answer counts it."""

from __future__ import annotations

from cchc.store.port import Store

# Only the entries of the last attempt at a batch still stand; a crash may have written an entry twice.
STANDING = """
SELECT log_partition, log_offset, log_row, any(reason) AS reason, any(detail) AS detail, any(event_hex) AS event_hex
FROM quarantine
WHERE (log_partition, log_offset, attempt) IN (
    SELECT log_partition, log_offset, max(attempt) FROM (
        SELECT log_partition, log_offset, attempt FROM redrive
        UNION ALL
        SELECT log_partition, log_offset, toUInt32(0) AS attempt FROM quarantine
    ) GROUP BY log_partition, log_offset
) AND recorded_at <= {as_of:Int64}
GROUP BY log_partition, log_offset, log_row
ORDER BY log_partition, log_offset, log_row
"""
"""Rows and whole batches (row -1) that stand in quarantine, of the facts recorded up to ``as_of`` (ms UTC)."""


def standing_count(store: Store, as_of_ms: int) -> int:
    """How many rows and whole batches stand in the quarantine of a generation. Errors as ``Store.query``."""
    return int(store.query(f"SELECT count() FROM ({STANDING})", {"as_of": as_of_ms}).scalar())  # noqa: S608 — a constant of this module
