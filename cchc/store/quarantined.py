"""What stands in the quarantine of a generation: the aggregator puts it there, every answer counts it."""

from __future__ import annotations

from cchc.store.port import Store

# Only the entries of the last attempt at a batch still stand; a crash may have written an entry twice.
_STANDING = """
FROM quarantine
WHERE (log_partition, log_offset, attempt) IN (
    SELECT log_partition, log_offset, max(attempt) FROM (
        SELECT log_partition, log_offset, attempt FROM redrive
        UNION ALL
        SELECT log_partition, log_offset, toUInt32(0) AS attempt FROM quarantine
    ) GROUP BY log_partition, log_offset
) AND recorded_at <= {as_of:Int64}
GROUP BY log_partition, log_offset, log_row
"""

STANDING = f"""
SELECT log_partition, log_offset, log_row, any(reason), any(detail), any(intDiv(length(event_hex), 2)) {_STANDING}
ORDER BY log_partition, log_offset, log_row
"""
"""Rows and whole batches (row -1) that stand in quarantine, of the facts recorded up to ``as_of`` (ms UTC).

Where each lies, why it stands there, and how many bytes are kept of it: the bytes themselves may be many.
"""


def standing_count(store: Store, as_of_ms: int) -> int:
    """How many rows and whole batches stand in the quarantine of a generation. Errors as ``Store.query``."""
    sql = f"SELECT count() FROM (SELECT log_partition, log_offset, log_row {_STANDING})"  # noqa: S608 — as above
    return int(store.query(sql, {"as_of": as_of_ms}).scalar())
