"""When a fact was first known, and whether reports count it: asked by its identity."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeAlias

from cchc.errors import Unavailable
from cchc.log.batch import IDENTITY_BYTES, UndecodableBatchError, decoded
from cchc.log.port import Log, Position, Prefix, Record
from cchc.store.live import asked_of_live
from cchc.store.port import Parameter, Store


@dataclass(frozen=True, slots=True)
class Found:
    """Where a fact was first recorded, and when (milliseconds UTC).

    ``is_visible``: whether the store has read it; None where that is not known.
    """

    position: Position
    recorded_at_ms: int
    is_visible: bool | None

    @property
    def place(self) -> tuple[int, str, int]:
        """The smallest is where the fact was recorded first."""
        return self.recorded_at_ms, self.position.partition, self.position.offset


Wanted: TypeAlias = Callable[[], None]
"""Does nothing while somebody waits for the answer, and raises otherwise; asked now and then on the way."""

_LOOKED_AT = 64
_TURN_S = 0.1


def _always() -> None:
    """For who waits to the end."""


class FactFinder(Protocol):
    """Finds facts."""

    def find(self, event_id: bytes, subject: str, wanted: Wanted = _always) -> Found | None:
        """The first recording of a fact; None when the log has none.

        Args:
            event_id: the fact's identity, 16 bytes.
            subject: of whom it is, or empty: naming it is quicker where there is a store.
            wanted: what it raises ends the search.
        """
        ...


class LogFinder:
    """Finds facts in the log. Cost: the log is read; 16 bytes are looked for, and little is decoded.

    Searches take turns: they would hold up one another and whoever records, for each keeps a processor busy.

    Args:
        log: where they lie.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._turn = threading.Lock()

    def find(self, event_id: bytes, subject: str, wanted: Wanted = _always) -> Found | None:  # noqa: ARG002 — the identity is enough here
        """See ``FactFinder.find``; whether it is visible is not known: nothing is known of a store."""
        return self.find_after(Prefix, event_id, wanted)

    def find_after(self, after: Callable[[], Prefix], event_id: bytes, wanted: Wanted = _always) -> Found | None:
        """The same in what lies behind a prefix, which is asked for when the search has its turn.

        The same fact may lie in several partitions, and partitions are read one beside the other: all of them are
        looked at, and the earliest time counts.
        """
        with self._its_turn(wanted):
            first: Found | None = None
            for number, record in enumerate(self._log.records(after())):
                if number % _LOOKED_AT == 0:
                    wanted()
                if event_id in record.payload and _holds(record, event_id):
                    here = Found(record.position, record.recorded_at_ms, is_visible=None)
                    first = here if first is None else min(first, here, key=lambda found: found.place)
            return first

    @contextmanager
    def _its_turn(self, wanted: Wanted) -> Iterator[None]:
        wanted()
        while not self._turn.acquire(timeout=_TURN_S):
            wanted()
        try:
            yield
        finally:
            self._turn.release()


class StoreFinder:
    """Finds facts in the store, those that it set aside among them, and what it has not read yet in the log.

    While the store is away the whole log is looked through, and whether a fact is visible is not known.

    Args:
        store: says the live generation of the store.
        log: where they lie.
    """

    def __init__(self, store: Callable[[], Store], log: Log) -> None:
        self._store = store
        self._log = log
        self._in_log = LogFinder(log)

    def find(self, event_id: bytes, subject: str, wanted: Wanted = _always) -> Found | None:
        """See ``FactFinder.find``."""
        try:
            return asked_of_live(self._store, lambda store: self._found(store, event_id, subject, wanted))
        except Unavailable:
            return self._in_log.find(event_id, subject, wanted)

    def _found(self, store: Store, event_id: bytes, subject: str, wanted: Wanted) -> Found | None:
        # The log first: what the store reads meanwhile is then found in one of the two.
        beyond = self._in_log.find_after(partial(_taken_in, store), event_id, wanted)
        wanted()
        read = self._placed(store, event_id, subject) or self._defined(store, event_id, subject, wanted)
        if read is None or beyond is None:
            return read if beyond is None else replace(beyond, is_visible=False)
        # One partition may be ahead of another: what the store has read need not be the first recording.
        return replace(min(read, beyond, key=lambda found: found.place), is_visible=True)

    def _placed(self, store: Store, event_id: bytes, subject: str) -> Found | None:
        """A fact in a table that says where it lies."""
        by_identity = _BY_IDENTITY + (_OF_WHOM if subject else "")
        found: list[tuple[int, str, int]] = []
        for table, condition in (*((table, by_identity) for table in _FACTS), ("quarantine", _SET_ASIDE)):
            sql = (
                "SELECT recorded_at, log_partition, log_offset "  # noqa: S608 — names are constants; values are bound
                f"FROM {table} WHERE {condition} ORDER BY recorded_at, log_partition, log_offset LIMIT 1"
            )
            rows = store.query(sql, _asked(event_id, subject)).rows
            found += [(int(at), str(name), int(offset)) for at, name, offset in rows]
        if not found:
            return None
        recorded_at_ms, partition, offset = min(found)
        return Found(Position(partition, offset), recorded_at_ms, is_visible=True)

    def _defined(self, store: Store, event_id: bytes, subject: str, wanted: Wanted) -> Found | None:
        """A definition of a unit, a procedure or a day: its table says since when, the log of then says where."""
        by_identity = _BY_IDENTITY + (_OF_WHOM if subject else "")
        for table in _DEFINITIONS:
            sql = f"SELECT recorded_at FROM {table} WHERE {by_identity} ORDER BY recorded_at LIMIT 1"  # noqa: S608 — as above
            for (recorded_at_ms,) in store.query(sql, _asked(event_id, subject)).rows:
                before = partial(self._log.prefix_at, int(recorded_at_ms) - 1)
                found = self._in_log.find_after(before, event_id, wanted)
                return None if found is None else replace(found, is_visible=True)
        return None


_FACTS = ("fact", "register_fact")
_DEFINITIONS = ("unit_fact", "procedure_fact", "calendar_day_fact")
_BY_IDENTITY = "id_hi = {high:UInt64} AND id_lo = {low:UInt64}"
_OF_WHOM = " AND subject = {subject:String}"
_SET_ASIDE = "position(event_hex, {hex:String}) > 0"


def _taken_in(store: Store) -> Prefix:
    """How far the store has read."""
    rows = store.query("SELECT log_partition, max(next_offset) FROM taken_in GROUP BY log_partition").rows
    return Prefix({partition: int(end) for partition, end in rows})


def _asked(event_id: bytes, subject: str) -> dict[str, Parameter]:
    high, low = (int.from_bytes(part, "big") for part in (event_id[:8], event_id[8:]))
    return {"high": high, "low": low, "subject": subject, "hex": event_id.hex()}


def _holds(record: Record, event_id: bytes) -> bool:
    try:
        identities = decoded(record).event_ids
    except UndecodableBatchError:
        return False
    return any(
        identities[start : start + IDENTITY_BYTES] == event_id for start in range(0, len(identities), IDENTITY_BYTES)
    )
