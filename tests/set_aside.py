"""The bytes of what a store set aside."""

from __future__ import annotations

from cchc.log.port import Position
from cchc.store.port import Store


def contents(store: Store) -> dict[tuple[Position, int], bytes]:
    """Of all that was ever set aside, by its place: the batch and the row, -1 for a whole batch."""
    rows = store.query(
        "SELECT log_partition, log_offset, log_row, any(event_hex) FROM quarantine "
        "GROUP BY log_partition, log_offset, log_row"
    ).rows
    return {(Position(partition, offset), row): bytes.fromhex(content) for partition, offset, row, content in rows}
