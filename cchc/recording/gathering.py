"""Small requests share a batch: what waits at once is laid out as one, and one append makes it durable."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from cchc.api.log.v1.event_pb2 import Event
from cchc.log.batch import encode, encode_columns
from cchc.log.event_columns import EventColumns
from cchc.log.port import Log, Receipt
from cchc.log.sqlite.group_commit import GroupCommit

OWN_BATCH_EVENTS = 100
"""A request of so many facts is a batch of its own: the log shares the disk write, and threads lay out side by side."""

_GROUP_BYTES = 1024 * 1024
_KEYS = 64
"""Order means nothing and a batch is of many subjects, so batches go to the partitions in turn (docs/adr/0012)."""


class Gathering:
    """Appends events to a log, many callers' small lots in one batch.

    Args:
        log: is appended to.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._number = itertools.count()
        self._small = GroupCommit[Sequence[Event]](self._append_together, _nothing, max_group_bytes=_GROUP_BYTES)

    def append(self, events: EventColumns, identities: Sequence[bytes], contents: Sequence[bytes]) -> Receipt:
        """Make the events durable and say where they lie. Errors as ``Log.append``.

        Args:
            events: at least one.
            identities: of the events, in their order; few events are given theirs in place.
            contents: what each of them says.
        """
        if len(identities) >= OWN_BATCH_EVENTS:
            return self._log.append([encode_columns(events, b"".join(identities))], key=self._key())[0]
        for event, identity in zip(events.events, identities, strict=True):
            event.event_id = identity
        return self._small.append([events.events], sum(map(len, contents)))[0]

    def _append_together(self, lots: Sequence[Sequence[Event]]) -> list[Receipt]:
        payload = encode(itertools.chain.from_iterable(lots))
        (receipt,) = self._log.append([payload], key=self._key())
        return [receipt] * len(lots)

    def _key(self) -> str:
        return str(next(self._number) % _KEYS)


def _nothing() -> None:
    """There is no upkeep: the log does its own."""
