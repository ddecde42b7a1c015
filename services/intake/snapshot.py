"""What is new in a snapshot: claims against what the source is known to have said, as the events that it adds.

Pure. The rules, in this order:

* The source said the same in this slot, and it stands: nothing.
* It said something else there: a correction that names it.
* It says that there is nothing, where it had said something: a retraction.
* The same words were said before and taken back *by the source itself*: a correction of what took them back.
* The same words were said before and replaced by another source: nothing; an old file does not undo a correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_SYSTEM, Event, Retraction
from cchc.log.batch import FACT_TYPES, fact_of, fact_type, make_event
from services.intake.facts import SLOTS, Claim, slot_of

_RETRACTION = FACT_TYPES["retraction"]
_ENTRY = frozenset({FACT_TYPES["dossier_accepted"], FACT_TYPES["dossier_declined"]})

REASON = "snapshot"
"""Why an import's corrections and retractions replace: a newer snapshot says otherwise."""


@dataclass(frozen=True, slots=True)
class Said:
    """A fact that is known of a dossier, whoever said it; ``fact`` only where the importing source said it."""

    event_id: bytes
    source_system: str
    fact_type: int
    fact: Message | None
    unit_code: str
    occurred_at_ms: int
    replaces: bytes


class Dossier:
    """What is known of one dossier, and what a source has said of it."""

    def __init__(self, code: str, source_system: str, said: Iterable[Said]) -> None:
        self._code = code
        self._source = source_system
        self._ids: set[bytes] = set()
        self._replacing: dict[bytes, Said] = {}
        self._standing: dict[str, list[Said]] = {}
        for one in said:
            self._know(one)

    def add(self, claims: Sequence[Claim], unit_code: str) -> list[Event]:
        """The events that these claims add; they count as said from here on."""
        added: list[Event] = []
        for claim in claims:
            for event in self._added_by(claim, unit_code):
                self._know(_said(event))
                added.append(event)
        return added

    def _know(self, one: Said) -> None:
        if one.event_id in self._ids:
            return
        self._ids.add(one.event_id)
        if one.replaces:
            self._replacing[one.replaces] = one
        if one.source_system == self._source and one.fact_type in SLOTS and one.fact is not None:
            slot = slot_of(one.fact_type, getattr(one.fact, "ordinal", 0))
            self._standing.setdefault(slot, []).append(one)

    def _stands(self, slot: str) -> list[Said]:
        """What the source said in the slot and nobody replaced, oldest identity first."""
        standing = [one for one in self._standing.get(slot, ()) if one.event_id not in self._replacing]
        return sorted(standing, key=lambda one: (one.occurred_at_ms, one.event_id))

    def _added_by(self, claim: Claim, unit_code: str) -> list[Event]:
        standing = self._stands(claim.slot)
        if claim.fact is None:
            return [self._event(Retraction(), unit_code, one.occurred_at_ms, one.event_id) for one in standing]
        fact = _filled(claim.fact, standing[-1].fact if standing else None)
        if standing and _same(standing[-1], fact, claim.occurred_at_ms, unit_code):
            return []
        replaces = standing[-1].event_id if standing else b""
        event = self._event(fact, unit_code, claim.occurred_at_ms, replaces)
        while event.event_id in self._ids:
            by = self._replacing.get(event.event_id)
            if by is None or by.source_system != self._source:
                return []
            event = self._event(fact, unit_code, claim.occurred_at_ms, by.event_id)
        return [event]

    def _event(self, fact: Message, unit_code: str, occurred_at_ms: int, replaces: bytes) -> Event:
        return make_event(
            fact,
            source_system=self._source,
            subject=self._code,
            unit_code=unit_code,
            occurred_at_ms=occurred_at_ms,
            actor_role=ACTOR_ROLE_SYSTEM,
            replaces=replaces,
            replaces_reason=REASON if replaces else "",
        )


def _said(event: Event) -> Said:
    fact = fact_of(event)
    return Said(
        event.event_id,
        event.source_system,
        fact_type(fact),
        fact,
        event.unit_code,
        event.occurred_at_ms,
        event.replaces,
    )


def _filled(fact: Message, before: Message | None) -> Message:
    """The fact with what it leaves blank taken from what the source said before: blank is unknown, not nothing."""
    if before is None or before.DESCRIPTOR is not fact.DESCRIPTOR:
        return fact
    merged = type(fact)()
    merged.CopyFrom(before)
    merged.MergeFrom(fact)
    return merged


def _same(one: Said, fact: Message, occurred_at_ms: int, unit_code: str) -> bool:
    # Only the entry's unit counts (who handles it); the unit of later facts is where they were said.
    same_unit = one.unit_code == unit_code or one.fact_type not in _ENTRY
    return same_unit and one.occurred_at_ms == occurred_at_ms and one.fact == fact
