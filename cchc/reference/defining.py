"""Which facts define what others refer to: units, procedures, calendar days (danh mục dùng chung)."""

from __future__ import annotations

from collections.abc import Iterator

from cchc.api.log.v1.event_pb2 import Event
from cchc.api.reference.v1 import reference_pb2
from cchc.log.batch import UndecodableBatchError, decoded, encode, events
from cchc.log.port import Log, Prefix, Record

DEFINING: frozenset[str] = frozenset(
    field.name
    for field in Event.DESCRIPTOR.oneofs_by_name["fact"].fields
    if field.message_type is not None and field.message_type.file.name == reference_pb2.DESCRIPTOR.name
)
"""Field names in ``Event.fact`` of definitions."""

_RETRACTION = "retraction"
_BATCH_EVENTS = 1_000


def carry_definitions(log: Log, reference: Log) -> int:
    """Say the definitions of a log again in the log that is for definitions; returns how many.

    It is done once: an empty batch at the end says that it was. Facts that are said twice count once, so an attempt
    that was cut short is made again, and two processes may make it at the same time.

    Args:
        log: where definitions were said before they had a log of their own. It is read once, from its beginning.
        reference: theirs.

    Raises:
        Refused, Unavailable, Corrupt: as ``Log.read`` and ``Log.append``.
    """
    if any(_is_mark(record) for record in reference.records(Prefix())):
        return 0
    found = list(_definitions_in(log))
    batches = [found[start : start + _BATCH_EVENTS] for start in range(0, len(found), _BATCH_EVENTS)]
    reference.append([encode(batch) for batch in (*batches, [])], key="definitions")
    return len(found)


def _definitions_in(log: Log) -> Iterator[Event]:
    """Definitions, and what takes back facts of something that is defined."""
    defined: set[str] = set()
    taken_back: list[Event] = []
    for record in log.records(Prefix()):
        for event in _read(record):
            name = event.WhichOneof("fact")
            if name in DEFINING:
                defined.add(event.subject)
                yield event
            elif name == _RETRACTION:
                taken_back.append(event)
    # A retraction may lie before what it takes back.
    yield from (event for event in taken_back if event.subject in defined)


def _read(record: Record) -> Iterator[Event]:
    """The events of a batch that may define something; none of one that cannot be read, as nobody can."""
    try:
        batch = decoded(record)
        if not _NUMBERS.isdisjoint(batch.fact_type):
            yield from list(events(batch))
    except UndecodableBatchError:
        return


_NUMBERS = frozenset(Event.DESCRIPTOR.fields_by_name[name].number for name in (*DEFINING, _RETRACTION))


def _is_mark(record: Record) -> bool:
    try:
        return not decoded(record).fact_type
    except UndecodableBatchError:
        return False
