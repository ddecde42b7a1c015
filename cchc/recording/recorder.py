"""The one way of facts into the log: checked, given their identity, appended, each with what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple, TypeAlias, overload

from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event
from cchc.clock import Clock
from cchc.log.batch import SCHEMA_VERSION, identities_of
from cchc.log.event_columns import EventColumns
from cchc.log.port import Log, Receipt
from cchc.log.transposed import transposed
from cchc.recording.checks import Asked, is_defined
from cchc.recording.contract import Context
from cchc.recording.gathering import Gathering
from cchc.recording.known import Reference
from cchc.recording.many import refusals_of
from cchc.recording.refusal import Refusal, newer_contract, wrong_identity
from cchc.reference.defining import DEFINING
from cchc.rights import Caller

_MAYBE_NEWS = frozenset(
    {
        *("fact.unknown_unit", "fact.unknown_procedure", "fact.unit_not_in_force", "fact.procedure_not_in_force"),
        "fact.no_right",
    }
)
"""Refusals that a definition which was just recorded would take away."""


class Recorded(NamedTuple):
    """A fact that is durable: its identity, and the receipt of its batch."""

    event_id: bytes
    receipt: Receipt


Outcome: TypeAlias = Recorded | Refusal


class Outcomes(Sequence[Outcome]):
    """What became of the facts of a request, in order.

    Args:
        identities: of all of them.
        refused: those that were not taken, by their place.
        receipt: of the batch that has the others; None where there are no others.
        apart: receipts of those that lie in another batch, by their place.
    """

    def __init__(
        self,
        identities: Sequence[bytes],
        refused: Mapping[int, Refusal],
        receipt: Receipt | None,
        apart: Mapping[int, Receipt] | None = None,
    ) -> None:
        self.identities = identities
        self.refused = refused
        self.receipt = receipt
        self.apart = apart or {}

    def __len__(self) -> int:
        return len(self.identities)

    @overload
    def __getitem__(self, row: int) -> Outcome: ...

    @overload
    def __getitem__(self, row: slice) -> list[Outcome]: ...

    def __getitem__(self, row: int | slice) -> Outcome | list[Outcome]:
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        place = range(len(self))[row]
        refusal = self.refused.get(place)
        if refusal is not None:
            return refusal
        receipt = self.apart.get(place, self.receipt)
        assert receipt is not None  # noqa: S101 — whatever is not refused has one
        return Recorded(self.identities[place], receipt)


@dataclass(frozen=True, slots=True)
class Sent:
    """Facts as they were sent.

    Args:
        facts: of the carrier, in its order.
        carrier: the message that holds the facts, or the fact itself.
        written: the bytes that the carrier was read from; empty where they are not at hand.
    """

    facts: Sequence[Event]
    carrier: Message
    written: bytes = b""


@dataclass(frozen=True, slots=True)
class _Read:
    """Facts as they are recorded.

    Args:
        columns: they.
        contents: of which each identity is made.
        given: identities that the sender said, by row.
        refused: what cannot be read, by row.
    """

    columns: EventColumns
    contents: Sequence[bytes]
    given: Mapping[int, bytes]
    refused: Mapping[int, Refusal]


TRANSPOSED_FROM = 32
"""From so many facts on it pays to read them by column."""


class Recorder:
    """Records facts of one context. Calls from several threads are safe, and share disk writes.

    Args:
        context: what is taken.
        log: where it goes.
        reference: what units and procedures there are.
        clock: says what time it is now.
        definitions: where facts go that define what others refer to; None = where the others go.
    """

    def __init__(
        self, context: Context, log: Log, reference: Reference, clock: Clock, definitions: Log | None = None
    ) -> None:
        self.context = context
        self._reference = reference
        self._clock = clock
        self._gathering = Gathering(log)
        self._definitions = None if definitions is None else Gathering(definitions)

    def record(self, sent: Sent, caller: Caller, still_wanted: Callable[[], None]) -> Outcomes:
        """What became of each fact, in order. All that is ``Recorded`` is durable.

        Args:
            sent: its facts may be given their identities in place, and be cleared of what this program does not know.
            caller: who sends.
            still_wanted: called before the append; what it raises goes to the caller, and nothing was recorded.

        Raises:
            Unavailable, Corrupt: from the log. What was appended, if anything, is unknown: send again.
        """
        read = _read(sent)
        refused = {**read.refused, **self._refusals(read.columns, caller)}
        identities = identities_of(read.contents)
        for row, said in read.given.items():
            if said != identities[row]:
                refused.setdefault(row, wrong_identity())
        if len(refused) == len(identities):
            return Outcomes(identities, refused, None)
        still_wanted()
        apart: dict[int, Receipt] = {}
        if self._definitions is not None and (rows := sorted(self._defining(read.columns).difference(refused))):
            receipt = self._append(self._definitions, read, identities, rows)
            apart = dict.fromkeys(rows, receipt)
        if not refused and not apart:
            return Outcomes(identities, {}, self._gathering.append(read.columns, identities, read.contents))
        rows = [row for row in range(len(identities)) if row not in refused and row not in apart]
        last = self._append(self._gathering, read, identities, rows) if rows else None
        return Outcomes(identities, refused, last, apart)

    def _append(self, gathering: Gathering, read: _Read, identities: Sequence[bytes], rows: Sequence[int]) -> Receipt:
        columns = EventColumns([read.columns.events[row] for row in rows])
        return gathering.append(columns, [identities[row] for row in rows], [read.contents[row] for row in rows])

    def _defining(self, columns: EventColumns) -> set[int]:
        """The rows that define something, or take back what does."""
        types, known = columns.types(), self._reference.known
        found = {row for name in DEFINING.intersection(types) for row in types[name].rows}
        retracting = types["retraction"].rows if "retraction" in types else ()
        return found.union(row for row in retracting if is_defined(columns.events[row], known))

    def _refusals(self, facts: EventColumns, caller: Caller) -> dict[int, Refusal]:
        asked = Asked(caller, self._reference.known, self._clock.now_ms())
        refused = refusals_of(facts, self.context, asked)
        if any(refusal.code in _MAYBE_NEWS for refusal in refused.values()):
            known = self._reference.refresh()
            if known is not asked.known:
                refused = refusals_of(facts, self.context, Asked(caller, known, asked.now_ms))
        return refused


def _read(sent: Sent) -> _Read:
    if len(sent.facts) >= TRANSPOSED_FROM and sent.written:
        found = transposed(sent.carrier, sent.written)
        if found is not None:
            return _Read(found.columns, found.contents, {}, {})
    facts = list(sent.facts)
    given = _taken_off(facts)
    written = sent.carrier.SerializeToString(deterministic=True)
    contents = [written] if isinstance(sent.carrier, Event) else _cut(written, len(facts))
    refused = _newer(facts, contents, sent.carrier, len(written))
    return _Read(EventColumns(facts), contents, given, refused)


def _taken_off(facts: Sequence[Event]) -> dict[int, bytes]:
    """What the sender said of identities, by row; the events are then as their identity is made of."""
    said = {row: identity for row, identity in enumerate(map(attrgetter("event_id"), facts)) if identity}
    for row in said:
        facts[row].ClearField("event_id")
    for fact, version in zip(facts, map(attrgetter("schema_version"), facts), strict=True):
        if 0 < version <= SCHEMA_VERSION:
            fact.ClearField("schema_version")
    return said


def _cut(written: bytes, count: int) -> list[bytes]:
    """Each of so many facts as protobuf wrote it, out of a message that begins with the list of them.

    Before each stand the field's number, one byte, and its size, seven bits a byte, the last byte below 128. To have
    them written one by one would be the same bytes for three times the time.
    """
    contents = []
    at = 0
    for _ in range(count):
        at += 1
        size = written[at]
        if size > 127:
            size, shift = size & 127, 7
            at += 1
            while written[at] > 127:
                size |= (written[at] & 127) << shift
                shift += 7
                at += 1
            size |= written[at] << shift
        start = at + 1
        at = start + size
        contents.append(written[start:at])
    return contents


def _newer(facts: Sequence[Event], contents: Sequence[bytes], carrier: Message, size: int) -> dict[int, Refusal]:
    """Facts that say what this program cannot read: they would be other facts once it can."""
    carrier.DiscardUnknownFields()
    if carrier.ByteSize() == size and not any(map(attrgetter("schema_version"), facts)):
        return {}
    return {
        row: newer_contract()
        for row, (fact, content) in enumerate(zip(facts, contents, strict=True))
        if fact.schema_version or fact.ByteSize() != len(content)
    }
