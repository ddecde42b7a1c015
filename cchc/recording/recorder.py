"""The one way of facts into the log: checked, given their identity, appended, each with what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event
from cchc.clock import Clock
from cchc.log.batch import SCHEMA_VERSION, identity_of
from cchc.log.port import Log, Receipt
from cchc.recording.checks import Asked
from cchc.recording.contract import Context
from cchc.recording.gathering import Gathering
from cchc.recording.known import Reference
from cchc.recording.many import refusals_of
from cchc.recording.refusal import Refusal, newer_contract, wrong_identity
from cchc.rights import Caller

_MAYBE_NEWS = frozenset(
    {
        *("fact.unknown_unit", "fact.unknown_procedure", "fact.unit_not_in_force", "fact.procedure_not_in_force"),
        "fact.no_right",
    }
)
"""Refusals that a definition which was just recorded would take away."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact that is durable: its identity, and the receipt of its batch."""

    event_id: bytes
    receipt: Receipt


Outcome: TypeAlias = Recorded | Refusal


class Recorder:
    """Records facts of one context. Calls from several threads are safe, and share disk writes.

    Args:
        context: what is taken.
        log: where it goes.
        reference: what units and procedures there are.
        clock: says what time it is now.
    """

    def __init__(self, context: Context, log: Log, reference: Reference, clock: Clock) -> None:
        self.context = context
        self._reference = reference
        self._clock = clock
        self._gathering = Gathering(log)

    def record(
        self, facts: Sequence[Event], carrier: Message, caller: Caller, still_wanted: Callable[[], None]
    ) -> list[Outcome]:
        """What became of each fact, in order. All that is ``Recorded`` is durable.

        Args:
            facts: are given their identities in place.
            carrier: the message that holds the facts, or the fact itself; cleared of what this program does not know.
            caller: who sends.
            still_wanted: called before the append; what it raises goes to the caller, and nothing was recorded.

        Raises:
            Unavailable, Corrupt: from the log. What was appended, if anything, is unknown: send again.
        """
        given = [_taken_off(fact) for fact in facts]
        contents = [fact.SerializeToString(deterministic=True) for fact in facts]
        refused = _newer(facts, contents, carrier)
        refused |= self._refusals(facts, caller)
        identities = list(map(identity_of, contents))
        for row, said in enumerate(given):
            if said and said != identities[row]:
                refused.setdefault(row, wrong_identity())
        good = [row for row in range(len(facts)) if row not in refused] if refused else range(len(facts))
        if not good:
            return [refused[row] for row in range(len(facts))]
        still_wanted()
        for row in good:
            facts[row].event_id = identities[row]
        receipt = self._gathering.append([facts[row] for row in good], sum(len(contents[row]) for row in good))
        return [refused.get(row) or Recorded(identity, receipt) for row, identity in enumerate(identities)]

    def _refusals(self, facts: Sequence[Event], caller: Caller) -> dict[int, Refusal]:
        asked = Asked(caller, self._reference.known, self._clock.now_ms())
        refused = refusals_of(facts, self.context, asked)
        if any(refusal.code in _MAYBE_NEWS for refusal in refused.values()):
            known = self._reference.refresh()
            if known is not asked.known:
                refused = refusals_of(facts, self.context, Asked(caller, known, asked.now_ms))
        return refused


def _taken_off(fact: Event) -> bytes:
    """What the sender said of the identity; the event is then as its identity is made of."""
    said: bytes = fact.event_id
    if said:
        fact.ClearField("event_id")
    if 0 < fact.schema_version <= SCHEMA_VERSION:
        fact.ClearField("schema_version")
    return said


def _newer(facts: Sequence[Event], contents: Sequence[bytes], carrier: Message) -> dict[int, Refusal]:
    """Facts that say what this program cannot read: they would be other facts once it can."""
    before = carrier.ByteSize()
    carrier.DiscardUnknownFields()
    if carrier.ByteSize() == before and not any(fact.schema_version for fact in facts):
        return {}
    return {
        row: newer_contract()
        for row, (fact, content) in enumerate(zip(facts, contents, strict=True))
        if fact.schema_version or fact.ByteSize() != len(content)
    }
