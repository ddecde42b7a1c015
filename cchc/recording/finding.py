"""When a fact was first known, and whether reports count it: asked by its identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cchc.log.batch import IDENTITY_BYTES, UndecodableBatchError, decode
from cchc.log.port import Log, Position, Prefix, Record
from cchc.store.port import Parameter, Store


@dataclass(frozen=True, slots=True)
class Found:
    """Where a fact was first recorded, and when (milliseconds UTC). ``is_visible``: the store has read it."""

    position: Position
    recorded_at_ms: int
    is_visible: bool


class FactFinder(Protocol):
    """Finds facts."""

    def find(self, event_id: bytes, subject: str) -> Found | None:
        """The first recording of a fact; None when the log has none.

        Args:
            event_id: the fact's identity, 16 bytes.
            subject: of whom it is, or empty: naming it is quicker.
        """
        ...


class LogFinder:
    """Finds facts in the log. Cost: what was recorded since ``after`` is read; 16 bytes are looked for, little decoded.

    Args:
        log: where they lie.
        after: says from where on to look; all of it by default.
    """

    def __init__(self, log: Log, after: Callable[[], Prefix] = Prefix) -> None:
        self._log = log
        self._after = after

    def find(self, event_id: bytes, subject: str) -> Found | None:  # noqa: ARG002 — the identity is enough here
        """See ``FactFinder.find``. Never visible: nothing is known of a store."""
        for record in self._log.records(self._after()):
            if event_id in record.payload and _holds(record, event_id):
                return Found(record.position, record.recorded_at_ms, is_visible=False)
        return None


class StoreFinder:
    """Finds facts in the store, and what it has not read yet in the log.

    Args:
        store: says the live generation of the store.
        log: where they lie.
        position: how far the store has read.
    """

    def __init__(self, store: Callable[[], Store], log: Log, position: Callable[[], Prefix]) -> None:
        self._store = store
        self._beyond = LogFinder(log, position)

    def find(self, event_id: bytes, subject: str) -> Found | None:
        """See ``FactFinder.find``. Definitions of units, procedures and days are found while they are not yet read."""
        # The log first: what the store reads meanwhile is then found in one of the two.
        beyond = self._beyond.find(event_id, subject)
        high, low = (int.from_bytes(part, "big") for part in (event_id[:8], event_id[8:]))
        of_whom = "subject = {subject:String} AND " if subject else ""
        found: list[tuple[int, str, int]] = []
        for table in ("fact", "register_fact"):
            sql = (
                "SELECT recorded_at, log_partition, log_offset "  # noqa: S608 — names are constants; values are bound
                f"FROM {table} WHERE {of_whom}id_hi = {{high:UInt64}} AND id_lo = {{low:UInt64}} "
                "ORDER BY recorded_at, log_partition, log_offset LIMIT 1"
            )
            asked: dict[str, Parameter] = {"high": high, "low": low, "subject": subject}
            found += [(int(at), str(name), int(offset)) for at, name, offset in self._store().query(sql, asked).rows]
        if not found:
            return beyond
        recorded_at_ms, partition, offset = min(found)
        return Found(Position(partition, offset), recorded_at_ms, is_visible=True)


def _holds(record: Record, event_id: bytes) -> bool:
    try:
        identities = decode(record.payload).event_ids
    except UndecodableBatchError:
        return False
    return any(
        identities[start : start + IDENTITY_BYTES] == event_id for start in range(0, len(identities), IDENTITY_BYTES)
    )
