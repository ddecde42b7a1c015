"""What is new in a snapshot: claims against what the source is known to have said, as the events that it adds.

Pure. The rules, slot by slot:

* The source said the same, and it stands: nothing. What a row leaves blank stays as the source said it before.
* It said something else: a correction that names it.
* It says that there is nothing, where it had said something: a retraction.
* It said the same once and has taken it back since: it is said again, as a correction of what took its place.
* It said the same once, and *another* source has replaced that or what followed it: nothing; an old file does not undo
  a correction.

A file may hold several states of a dossier, of which the last counts. So what goes *back* to something said before, or
takes something back, waits for the end of the file (``Dossier.settle``): where the file ends with what stands already,
nothing is new. That is why importing a file again adds nothing, however often the file changes its mind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_SYSTEM, Event, Retraction
from cchc.log.batch import FACT_TYPES, fact_of, fact_type, make_event
from services.intake.facts import SLOTS, SUPPLEMENT, Claim, slot_of

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
        self._replacing: dict[bytes, list[Said]] = {}
        self._slots: dict[str, list[Said]] = {}
        self._waiting: dict[str, list[_Told]] = {}
        self._went_back = False
        for one in said:
            self._know(one)

    @property
    def is_waiting(self) -> bool:
        """Whether something was claimed that waits for the end of the file."""
        return bool(self._waiting)

    @property
    def went_back(self) -> bool:
        """Whether something was added that the source had said before and corrected since: an old file does that."""
        return self._went_back

    def add(self, claims: Iterable[Claim], unit_code: str) -> list[Event]:
        """The events that a row's claims add at once; they count as said from here on."""
        added: list[Event] = []
        for claim in self._by_slot(claims):
            told = _Told(claim, unit_code)
            if claim.slot in self._waiting or self._goes_back(told):
                self._waiting.setdefault(claim.slot, []).append(told)
            else:
                added.extend(self._tell(told))
        return added

    def settle(self) -> list[Event]:
        """The events that the waiting claims add, at the end of the file."""
        waiting, self._waiting = self._waiting, {}
        added: list[Event] = []
        for slot, tellings in waiting.items():
            if not self._ends_as_it_stands(slot, tellings):
                for told in tellings:
                    added.extend(self._tell(told))
        return added

    def _by_slot(self, claims: Iterable[Claim]) -> Iterator[Claim]:
        """The claims, the one on all supplement requests above a number taken apart."""
        for claim in claims:
            if claim.slot != SUPPLEMENT:
                yield claim
                continue
            for slot in list(self._slots):
                name, _, ordinal = slot.partition(":")
                if name == SUPPLEMENT and int(ordinal) > claim.above:
                    yield replace(claim, slot=slot)

    def _know(self, one: Said) -> None:
        if one.event_id in self._ids:
            return
        self._ids.add(one.event_id)
        if one.replaces:
            self._replacing.setdefault(one.replaces, []).append(one)
        if one.source_system == self._source and one.fact_type in SLOTS and one.fact is not None:
            slot = slot_of(one.fact_type, getattr(one.fact, "ordinal", 0))
            self._slots.setdefault(slot, []).append(one)

    def _standing(self, slot: str) -> list[Said]:
        """What the source said in the slot and nobody replaced, the last to happen at the end."""
        standing = [one for one in self._slots.get(slot, ()) if one.event_id not in self._replacing]
        if len(standing) > 1:
            standing.sort(key=lambda one: (one.occurred_at_ms, one.event_id))
        return standing

    def _last(self, slot: str) -> Said | None:
        standing = self._standing(slot)
        return standing[-1] if standing else None

    def _goes_back(self, told: _Told) -> bool:
        """Whether it takes back what stands, or says again what the source itself has taken back."""
        said = self._slots.get(told.claim.slot)
        if not said:
            return False
        last = self._last(told.claim.slot)
        if told.claim.fact is None:
            return last is not None
        meant = _meant(told.claim, told.unit_code, last)
        if last is not None and meant.is_said_by(last):
            return False
        return any(map(told.is_part_of, said)) and not self._is_overruled(told)

    def _ends_as_it_stands(self, slot: str, tellings: Iterable[_Told]) -> bool:
        """Whether the last state that is told is the one that stands already."""
        before = self._last(slot)
        last, meant_last = before, None
        for told in tellings:
            if told.claim.fact is None:
                last = None
                continue
            meant = _meant(told.claim, told.unit_code, last)
            if last is None or not meant.is_said_by(last):
                last, meant_last = meant.as_said(self._source), meant
        if last is before or last is None or before is None or meant_last is None:
            return last is before
        return meant_last.is_said_by(before)

    def _tell(self, told: _Told) -> Iterator[Event]:
        added = self._added_by(told)
        if added and self._says_again(told):
            self._went_back = True
        for event in added:
            self._know(_said(event))
            yield event

    def _says_again(self, told: _Told) -> bool:
        """Whether it was said before in the slot, word for word, and corrected since."""
        replaced = (one for one in self._slots.get(told.claim.slot, ()) if one.event_id in self._replacing)
        return any(map(told.is_part_of, replaced))

    def _added_by(self, told: _Told) -> list[Event]:
        standing = self._standing(told.claim.slot)
        if told.claim.fact is None:
            return [self._event(Retraction(), told.unit_code, one.occurred_at_ms, one.event_id) for one in standing]
        last = standing[-1] if standing else None
        meant = _meant(told.claim, told.unit_code, last)
        if (last is not None and meant.is_said_by(last)) or self._is_overruled(told):
            return []
        event = self._saying(meant, last.event_id if last is not None else b"")
        while event.event_id in self._ids:
            # Said before, word for word, and taken back: only what took it back can be named to say it once more.
            event = self._saying(meant, min(one.event_id for one in self._replacing[event.event_id]))
        return [event]

    def _is_overruled(self, told: _Told) -> bool:
        """Whether the source said this before, and another source has replaced it or what the source said since."""
        said = self._slots.get(told.claim.slot, ())
        overruled = [one for one in said if self._is_replaced_by_another(one)]
        if not overruled:
            return False
        where = overruled if self._last(told.claim.slot) is not None else said
        return any(map(told.is_part_of, where))

    def _is_replaced_by_another(self, one: Said) -> bool:
        return any(by.source_system != self._source for by in self._replacing.get(one.event_id, ()))

    def _saying(self, meant: _Meant, replaces: bytes) -> Event:
        return self._event(meant.fact, meant.unit_code, meant.occurred_at_ms, replaces)

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


@dataclass(frozen=True, slots=True)
class _Told:
    """A claim and the unit of its row."""

    claim: Claim
    unit_code: str

    def is_part_of(self, one: Said) -> bool:
        """Whether the source said this in a fact, with whatever the claim leaves blank."""
        return self.claim.fact is not None and _meant(self.claim, self.unit_code, one).is_said_by(one)


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a claim comes to after what the source said before."""

    fact: Message
    occurred_at_ms: int
    unit_code: str
    is_dated: bool

    def is_said_by(self, one: Said) -> bool:
        """Whether a fact of the source says the same."""
        # Only the entry's unit counts (who handles it); the unit of later facts is where they were said.
        same_unit = one.unit_code == self.unit_code or one.fact_type not in _ENTRY
        same_time = one.occurred_at_ms == self.occurred_at_ms or not self.is_dated
        return same_unit and same_time and one.fact == self.fact

    def as_said(self, source_system: str) -> Said:
        """The same as if it had been said."""
        return Said(b"", source_system, fact_type(self.fact), self.fact, self.unit_code, self.occurred_at_ms, b"")


def _meant(claim: Claim, unit_code: str, before: Said | None) -> _Meant:
    """The claim, which says that there is something, with what it leaves blank taken from what stood before."""
    fact, at_ms = claim.fact, claim.occurred_at_ms
    if fact is None:
        raise TypeError("a claim that there is nothing means no fact")
    if before is None or before.fact is None:
        return _Meant(_assumed(fact, None, claim), at_ms, unit_code, claim.is_dated)
    if before.fact.DESCRIPTOR is fact.DESCRIPTOR:
        fact = _assumed(_filled(fact, before.fact, claim.says), before.fact, claim)
    else:
        fact = _assumed(fact, None, claim) if claim.names_kind else before.fact
    return _Meant(fact, at_ms if claim.is_dated else before.occurred_at_ms, unit_code, claim.is_dated)


def _filled(fact: Message, stood: Message, says: Sequence[str]) -> Message:
    """The fact with what it leaves blank taken from what stood: blank is unknown, not nothing."""
    if fact == stood:
        return stood
    filled = type(fact)()
    filled.CopyFrom(stood)
    filled.MergeFrom(fact)
    for name in says:
        setattr(filled, name, getattr(fact, name))
    return filled


def _assumed(fact: Message, stood: Message | None, claim: Claim) -> Message:
    """The fact with the field of its procedure, where nobody named a field for that procedure."""
    if not claim.assumed_field:
        return fact
    named: Any = fact
    before: Any = stood
    if named.field_code and (before is None or before.procedure_code == named.procedure_code):
        return fact
    with_field: Any = type(fact)()
    with_field.CopyFrom(fact)
    with_field.field_code = claim.assumed_field
    filled: Message = with_field
    return filled
