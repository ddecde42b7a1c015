"""From what happened to what was keyed: late, out of order, twice, wrongly, and put right again.

Officials serve first and key later; a sender repeats what it got no receipt for; and a wrong value is corrected by a
fact that names the one it replaces. What is true in the end is what happened.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message
from msgspec.structs import replace

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_IN_PERSON,
    CHANNEL_ONLINE_FULL,
    DossierAccepted,
    DossierSubmitted,
    DossierWithdrawn,
    FinancialObligationArose,
    PaymentMade,
)
from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_ADMINISTRATOR, ACTOR_ROLE_RECEPTION_OFFICER, Retraction
from cchc.api.processing.v1.processing_pb2 import (
    OUTCOME_APPROVED,
    OUTCOME_REFUSED,
    DigitisationRecorded,
    DossierResolved,
    ResultDelivered,
    StepRecorded,
    SupplementRequested,
)
from cchc.calendar.vietnam_time import DAY_MS
from services.simulator.dice import Dice, Table
from services.simulator.fact import Fact
from services.simulator.occurrence import ONE_STOP, PORTAL, Occurrence
from services.simulator.office import OfficeTime

CORRECTED_PERMILLE = 8
"""Of the facts that can be keyed wrongly; about 5 permille of all facts."""

REPEATED_PERMILLE = 10
"""Facts that arrive a second time, the same bytes."""

STRAY_PERMILLE = 15
"""Facts keyed at the counter that come in on their own, hours to days after their neighbours."""

MISTAKE_PERMILLE = 4
"""Dossiers that get a fact of another dossier, taken back within days."""

_CORRECTED_BELOW = CORRECTED_PERMILLE
_REPEATED_BELOW = CORRECTED_PERMILLE + REPEATED_PERMILLE
_STRAY_FROM = 1000 - STRAY_PERMILLE
"""One throw of 0 … 999 says which of the three a fact meets with, at most one."""

_MINUTE_MS = 60_000
_REASONS = Table([("Nhập sai, sửa lại", 6), ("Đối chiếu hồ sơ giấy", 3), ("Lỗi phần mềm", 1)])
_MISTAKES: Table[Message] = Table(
    [
        (SupplementRequested(ordinal=1, reason_code="SAI-MAU"), 4),
        (DossierWithdrawn(reason_code="THEO-YEU-CAU"), 2),
        (PaymentMade(online=True, amount_vnd=50_000), 2),
    ]
)


@dataclass(frozen=True, slots=True)
class Keying:
    """How one unit keys.

    Args:
        office: office time.
        keyed_late: dossiers that are served first and keyed later, in permille.
        ends_ms: nothing that would arrive at or after this instant (ms UTC) is known.
    """

    office: OfficeTime
    keyed_late: int
    ends_ms: int

    def keyed(self, told: Sequence[Occurrence], dice: Dice) -> list[Fact]:
        """What is known of a dossier's or petition's occurrences when the period ends, in no order."""
        session = self._session(told, dice) if dice.chance(self.keyed_late) else 0
        facts: list[Fact] = []
        for one in told:
            if one.at_ms >= self.ends_ms:
                continue
            luck = dice.between(0, 999)
            arrives = self._arrival(one, session, luck, dice)
            fact = Fact(arrives, one.at_ms, one.subject, one.unit_code, one.source, one.actor_role, one.message)
            if luck < _CORRECTED_BELOW:
                facts.extend(_corrected(fact, self.office, dice))
            elif luck < _REPEATED_BELOW:
                facts.append(fact)
                facts.append(replace(fact, arrives_at_ms=arrives + dice.near_low(1, 3 * 24 * 60) * _MINUTE_MS))
            else:
                facts.append(fact)
        if dice.chance(MISTAKE_PERMILLE):
            facts.extend(self._mistake(told, dice))
        return self._known(told, facts)

    def _known(self, told: Sequence[Occurrence], facts: list[Fact]) -> list[Fact]:
        """Without what has not arrived; and a dossier whose acceptance is not keyed has only been filed."""
        if max(fact.arrives_at_ms for fact in facts) < self.ends_ms if facts else True:
            return facts
        known = [fact for fact in facts if fact.arrives_at_ms < self.ends_ms]
        if _says(told, DossierAccepted) and not _says(known, DossierAccepted):
            return [fact for fact in known if type(fact.message) is DossierSubmitted]
        return known

    def _session(self, told: Sequence[Occurrence], dice: Dice) -> int:
        """When an official sits down to key a dossier that was served first."""
        first = next((one.at_ms for one in told if type(one.message) is DossierAccepted), told[0].at_ms)
        return self.office.instant(self.office.position(first) + dice.near_low(3600, 4 * self.office.day_seconds))

    def _arrival(self, one: Occurrence, session: int, luck: int, dice: Dice) -> int:
        if one.source == PORTAL:
            return one.at_ms + dice.between(1, 120) * 1000
        if one.at_ms < session:
            return session + dice.between(0, 20) * _MINUTE_MS
        if luck >= _STRAY_FROM:
            late = self.office.position(one.at_ms) + dice.near_low(3600, 5 * self.office.day_seconds)
            return self.office.instant(late)
        return one.at_ms + dice.between(5, 900) * 1000

    def _mistake(self, told: Sequence[Occurrence], dice: Dice) -> Iterator[Fact]:
        """A fact that belongs to another dossier, and its retraction; neither when the period ends before that."""
        accepted = next((one for one in told if type(one.message) is DossierAccepted), None)
        if accepted is None:
            return
        at_ms = accepted.at_ms + dice.between(20, 60 * 24) * _MINUTE_MS
        arrives = at_ms + dice.between(5, 900) * 1000
        retracted = self.office.instant(
            self.office.position(arrives) + dice.near_low(1800, 3 * self.office.day_seconds)
        )
        retracted = max(retracted, arrives + _MINUTE_MS)
        if retracted >= self.ends_ms:
            return
        role, subject, unit_code = ACTOR_ROLE_RECEPTION_OFFICER, accepted.subject, accepted.unit_code
        wrong = Fact(arrives, at_ms, subject, unit_code, ONE_STOP, role, dice.draw(_MISTAKES))
        yield wrong
        yield Fact(
            arrives_at_ms=retracted,
            occurred_at_ms=retracted,
            subject=subject,
            unit_code=unit_code,
            source=ONE_STOP,
            actor_role=ACTOR_ROLE_ADMINISTRATOR,
            message=Retraction(),
            replaces=wrong.identity(),
            reason="Nhập nhầm hồ sơ",
        )


def _corrected(right: Fact, office: OfficeTime, dice: Dice) -> Iterator[Fact]:
    """A wrong fact and, later, the right one in its place; or the right one alone, when nothing in it can be wrong."""
    distort = _DISTORTED.get(type(right.message))
    if distort is None:
        yield right
        return
    wrong = distort(right, dice)
    yield wrong
    noticed = office.position(wrong.arrives_at_ms) + dice.near_low(3600, 20 * office.day_seconds)
    yield replace(
        right,
        arrives_at_ms=max(office.instant(noticed), wrong.arrives_at_ms + _MINUTE_MS),
        replaces=wrong.identity(),
        reason=dice.draw(_REASONS),
    )


def _says(told: Sequence[Occurrence] | Sequence[Fact], kind: type[Message]) -> bool:
    return any(type(one.message) is kind for one in told)


def _wrong_acceptance(fact: Fact, dice: Dice) -> Fact:
    message: Any = copy.deepcopy(fact.message)
    if message.due_at_ms and dice.chance(600):
        message.due_at_ms += dice.between(1, 6) * DAY_MS
    else:
        online = message.channel == CHANNEL_ONLINE_FULL
        message.channel = CHANNEL_IN_PERSON if online else CHANNEL_ONLINE_FULL
    return replace(fact, message=message)


def _wrong_result(fact: Fact, dice: Dice) -> Fact:
    """Keyed with the time of keying, or with the wrong kind of result."""
    if fact.arrives_at_ms - fact.occurred_at_ms > _MINUTE_MS and dice.chance(600):
        return replace(fact, occurred_at_ms=fact.arrives_at_ms - _MINUTE_MS // 2)
    message: Any = copy.deepcopy(fact.message)
    if message.HasField("electronic_result"):
        message.electronic_result = not message.electronic_result
    else:
        message.outcome = OUTCOME_REFUSED if message.outcome == OUTCOME_APPROVED else OUTCOME_APPROVED
    return replace(fact, message=message)


def _wrong_digitisation(fact: Fact, dice: Dice) -> Fact:
    message: Any = copy.deepcopy(fact.message)
    message.digitised, message.reused = not message.digitised, message.digitised and dice.chance(100)
    return replace(fact, message=message)


def _wrong_payment(fact: Fact, _dice: Dice) -> Fact:
    message: Any = copy.deepcopy(fact.message)
    message.online = not message.online
    return replace(fact, message=message)


def _wrong_obligation(fact: Fact, _dice: Dice) -> Fact:
    message: Any = copy.deepcopy(fact.message)
    message.amount_vnd *= 10
    return replace(fact, message=message)


def _wrong_delivery(fact: Fact, dice: Dice) -> Fact:
    lag = fact.arrives_at_ms - fact.occurred_at_ms
    return replace(fact, occurred_at_ms=fact.occurred_at_ms + dice.between(1, max(lag // 1000, 1)) * 1000)


def _wrong_step(fact: Fact, _dice: Dice) -> Fact:
    message: Any = copy.deepcopy(fact.message)
    message.office_code = f"{fact.unit_code}.02"
    return replace(fact, message=message)


_DISTORTED: MappingProxyType[type[Message], Callable[[Fact, Dice], Fact]] = MappingProxyType(
    {
        DossierAccepted: _wrong_acceptance,
        DossierResolved: _wrong_result,
        DigitisationRecorded: _wrong_digitisation,
        PaymentMade: _wrong_payment,
        FinancialObligationArose: _wrong_obligation,
        ResultDelivered: _wrong_delivery,
        StepRecorded: _wrong_step,
    }
)
