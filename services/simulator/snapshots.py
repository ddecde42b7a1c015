"""The state of a dossier as a row of the canonical file: what an export of the one-stop system says on a day.

The state follows docs/dossier-semantics.md. The rows of a dossier are its states over time: one at the end of each
month in which something about it arrived, and one just before each correction, so that the file shows the wrong value
and then the right one. What was taken back is never shown: in a snapshot a blank means unknown, so it cannot be unsaid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_IN_PERSON,
    CHANNEL_ONLINE_FULL,
    CHANNEL_ONLINE_PARTIAL,
    CHANNEL_POSTAL,
    DUE_BASIS_INSTANT,
    DossierAccepted,
    DossierDeclined,
    DossierSubmitted,
    DossierWithdrawn,
    FinancialObligationArose,
    PaymentMade,
)
from cchc.api.log.v1.event_pb2 import Retraction
from cchc.api.processing.v1.processing_pb2 import (
    OUTCOME_REFUSED,
    DigitisationRecorded,
    DossierReappointed,
    DossierResolved,
    DossierReturned,
    DossierStopped,
    DossierTransferred,
    ProcessingResumed,
    ResultDelivered,
    SupplementProvided,
    SupplementRequested,
)
from cchc.calendar.vietnam_time import VIETNAM, day_of
from services.simulator.fact import Fact

COLUMNS = (
    "dossier_code",
    "procedure_code",
    "field_code",
    "unit_code",
    "receiving_unit_code",
    "channel",
    "submitted_at",
    "received_at",
    "due_at",
    "resolved_at",
    "outcome",
    "delivered_at",
    "fee_due",
    "fee_paid_online",
    "components_digitised",
    "electronic_result",
    "supplement_requests",
)
"""Of the canonical dossier file, in order."""

Row = tuple[str, ...]

_CHANNELS = MappingProxyType(
    {
        CHANNEL_ONLINE_FULL: "online_full",
        CHANNEL_ONLINE_PARTIAL: "online_partial",
        CHANNEL_IN_PERSON: "in_person",
        CHANNEL_POSTAL: "postal",
    }
)
_ENDS: MappingProxyType[type[Message], str] = MappingProxyType(
    {
        DossierResolved: "approved",
        DossierReturned: "returned",
        DossierWithdrawn: "withdrawn",
        DossierStopped: "stopped",
    }
)
_DUES = (DossierAccepted, SupplementProvided, ProcessingResumed, DossierReappointed)


def rows(facts: Sequence[Fact]) -> Iterator[tuple[int, Row]]:
    """A dossier's rows, each with the time (ms UTC) at which the last fact in it arrived.

    Args:
        facts: of one dossier, in order of arrival.
    """
    known: list[Fact] = []
    corrected: set[bytes] = set()
    shown = _without_mistakes(facts)
    months = [_month(fact) for fact in shown]
    for place, fact in enumerate(shown):
        if fact.replaces and fact.replaces not in corrected and known and months[place - 1] == months[place]:
            yield from _row(known)
        corrected.add(fact.replaces)
        known.append(fact)
        if place + 1 == len(shown) or months[place + 1] != months[place]:
            yield from _row(known)


def _without_mistakes(facts: Sequence[Fact]) -> list[Fact]:
    """What was said and not taken back."""
    taken_back = {fact.replaces for fact in facts if type(fact.message) is Retraction}
    if not taken_back:
        return list(facts)
    return [fact for fact in facts if type(fact.message) is not Retraction and fact.identity() not in taken_back]


def state(facts: Iterable[Fact]) -> Row | None:
    """The canonical row of all these facts of one dossier; None when the one-stop has nothing to show yet."""
    last = _Lasts(_live(facts))
    accepted, declined = last(DossierAccepted), last(DossierDeclined)
    submitted = last(DossierSubmitted)
    if accepted is not None and (declined is None or declined.occurred_at_ms < accepted.occurred_at_ms):
        return _accepted_row(accepted, submitted, last)
    first = declined or submitted
    if first is None or submitted is None:
        return None
    message: Any = submitted.message
    return (
        first.subject,
        message.procedure_code,
        message.field_code,
        first.unit_code,
        "",
        _CHANNELS[message.channel],
        _time(submitted.occurred_at_ms),
        "",
        "",
        _time(declined.occurred_at_ms) if declined else "",
        "declined" if declined else "",
        *("", "", "", "", "", ""),
    )


class _Lasts:
    """The last live facts of each type; of two at the same instant the one with the larger identity."""

    def __init__(self, facts: list[Fact]) -> None:
        self.facts = facts
        self._by_type: dict[type[Message], Fact] = {}
        for fact in facts:
            kind = type(fact.message)
            other = self._by_type.get(kind)
            self._by_type[kind] = fact if other is None else later(other, fact)

    def __call__(self, *kinds: type[Message]) -> Fact | None:
        found: Fact | None = None
        for kind in kinds:
            fact = self._by_type.get(kind)
            if fact is not None:
                found = fact if found is None else later(found, fact)
        return found


def later(one: Fact, other: Fact) -> Fact:
    """The one of two facts that counts: the later; at the same instant the one with the larger identity."""
    if one.occurred_at_ms == other.occurred_at_ms:
        return max(one, other, key=lambda fact: fact.identity()[:8])
    return one if one.occurred_at_ms > other.occurred_at_ms else other


def _live(facts: Iterable[Fact]) -> list[Fact]:
    """Without what another fact replaces."""
    known = list(facts)
    replaced = {fact.replaces for fact in known if fact.replaces}
    return [fact for fact in known if fact.identity() not in replaced] if replaced else known


def _accepted_row(accepted: Fact, submitted: Fact | None, last: _Lasts) -> Row:
    message: Any = accepted.message
    end = last(*_ENDS)
    transferred = last(DossierTransferred)
    moved: Any = transferred.message if transferred and later(accepted, transferred) is transferred else None
    delivered = last(ResultDelivered)
    return (
        accepted.subject,
        message.procedure_code,
        message.field_code,
        moved.to_unit_code if moved else accepted.unit_code,
        message.receiving_unit_code,
        _CHANNELS[message.channel],
        _time(submitted.occurred_at_ms) if submitted else "",
        _time(accepted.occurred_at_ms),
        _due(last, end),
        _time(end.occurred_at_ms) if end else "",
        _outcome(end),
        _time(delivered.occurred_at_ms) if delivered else "",
        *_paid(last),
        _flag(last(DigitisationRecorded), lambda fact: fact.digitised),
        _flag(last(DossierResolved), _electronic),
        str(len({fact.identity() for fact in last.facts if type(fact.message) is SupplementRequested})),
    )


def _due(last: _Lasts, end: Fact | None) -> str:
    """The due time in force: the last that was given, not counting what was given after the end."""
    found: Fact | None = None
    for fact in last.facts:
        if type(fact.message) not in _DUES or not fact.message.due_at_ms:  # type: ignore[attr-defined]  # each of them has it
            continue
        if end is None or fact.occurred_at_ms <= end.occurred_at_ms or type(fact.message) is DossierAccepted:
            found = fact if found is None else later(found, fact)
    if found is None:
        return ""
    message: Any = found.message
    return _time(message.due_at_ms) if message.due_basis == DUE_BASIS_INSTANT else day_of(message.due_at_ms).isoformat()


def _outcome(end: Fact | None) -> str:
    if end is None:
        return ""
    message: Any = end.message
    if type(message) is DossierResolved and message.outcome == OUTCOME_REFUSED:
        return "refused"
    return _ENDS[type(message)]


def _paid(last: _Lasts) -> tuple[str, str]:
    """Whether an obligation arose, and whether anything was paid online; the latter blank without a payment."""
    payments: list[Any] = [fact.message for fact in last.facts if type(fact.message) is PaymentMade]
    due = "1" if last(FinancialObligationArose) else "0"
    return due, "" if not payments else "1" if any(payment.online for payment in payments) else "0"


def _electronic(message: Any) -> bool | None:
    return bool(message.electronic_result) if message.HasField("electronic_result") else None


def _flag(fact: Fact | None, says: Callable[[Any], bool | None]) -> str:
    said = says(fact.message) if fact else None
    return "" if said is None else "1" if said else "0"


def _month(fact: Fact) -> tuple[int, int]:
    day = day_of(fact.arrives_at_ms)
    return day.year, day.month


def _row(known: Sequence[Fact]) -> Iterator[tuple[int, Row]]:
    row = state(known)
    if row is not None:
        yield known[-1].arrives_at_ms, row


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, VIETNAM).replace(tzinfo=None).isoformat()
