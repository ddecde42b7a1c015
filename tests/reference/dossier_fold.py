"""The state of a dossier (hồ sơ) from its facts, in plain Python: ``docs/dossier-semantics.md`` read aloud.

Slow on purpose. Each rule of that page is one function or one line here, in its order. Times are milliseconds since
1970-01-01T00:00:00Z; days are days of Asia/Ho_Chi_Minh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cchc.api.log.v1.event_pb2 import Event

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

ENDS = {
    "dossier_resolved": "resolved",
    "dossier_returned": "returned",
    "dossier_withdrawn": "withdrawn",
    "dossier_stopped": "stopped",
}
"""Fact → which end (kết thúc) it says."""

DUE_GIVERS = ("dossier_accepted", "supplement_provided", "processing_resumed", "dossier_reappointed")
"""Facts that may carry an appointed time (thời điểm hẹn trả)."""

DOSSIER_FACTS = (
    "dossier_submitted",
    "dossier_accepted",
    "dossier_declined",
    "dossier_withdrawn",
    "financial_obligation_arose",
    "payment_made",
    "feedback_given",
    "supplement_requested",
    "supplement_provided",
    "processing_suspended",
    "processing_resumed",
    "step_recorded",
    "dossier_transferred",
    "dossier_reappointed",
    "dossier_stopped",
    "dossier_returned",
    "dossier_resolved",
    "result_delivered",
    "digitisation_recorded",
)
"""Every fact type whose subject is a dossier."""

_REPLACING = {*DOSSIER_FACTS, "petition_received", "petition_answered", "retraction"}
"""Facts that may replace a dossier's."""


@dataclass(frozen=True, slots=True)
class Known:
    """One recording of a fact: the same event may be recorded several times."""

    event: Event
    recorded_at_ms: int


@dataclass(frozen=True, slots=True)
class GivenDue:
    """A live fact that gives a due time. Which one is in force depends on the moment of judgement."""

    occurred_at_ms: int
    tie: int
    due_at_ms: int
    basis: int
    """``DueBasis`` as said: 0 unspecified, 1 day, 2 instant."""
    with_acceptance: bool


@dataclass(frozen=True, slots=True)
class DossierState:
    """What is so of one dossier. ``None`` = no fact says it; codes are empty when not said."""

    subject: str
    accepted: bool
    declined: bool
    received_at_ms: int | None
    procedure: str
    field: str
    channel: int
    receiving_unit: str
    unit: str
    end: str | None
    """``resolved``, ``returned``, ``withdrawn`` or ``stopped``."""
    ended_at_ms: int | None
    outcome: int
    """``Outcome`` of the end when it is a result, else 0."""
    counted_end_ms: int | None
    ended_before_receipt: bool
    given_dues: tuple[GivenDue, ...]
    declined_at_ms: int | None
    declined_unit: str
    declined_field: str
    submitted_at_ms: int | None
    filed_by_official: bool
    delivered_at_ms: int | None
    electronic_result: bool | None
    digitised: bool | None
    obligation_arose: bool
    paid_online: bool
    supplement_requests: int
    end_known_at_ms: int | None
    """First recording of a live end that occurred at ``ended_at_ms``."""


def fold(known: Iterable[Known], *, as_of_ms: int) -> dict[str, DossierState]:
    """The state of every dossier, from everything recorded at or before ``as_of_ms``.

    A subject appears when at least one known fact of a dossier's fact types is about it, live or not.
    """
    by_subject: dict[str, list[Event]] = {}
    first_recorded: dict[bytes, int] = {}
    for fact, recorded_at_ms in _known_facts(known, as_of_ms):
        by_subject.setdefault(fact.subject, []).append(fact)
        first_recorded[fact.event_id] = recorded_at_ms
    return {
        subject: _state(subject, facts, first_recorded)
        for subject, facts in sorted(by_subject.items())
        if any(_type(fact) in DOSSIER_FACTS for fact in facts)
    }


def day_of(ms: int) -> date:
    """The day of Asia/Ho_Chi_Minh on which an instant falls."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).astimezone(VIETNAM).date()


def start_of_day(day: date) -> int:
    """The first millisecond of a day of Asia/Ho_Chi_Minh."""
    midnight = datetime.combine(day, time(), tzinfo=VIETNAM)
    return (midnight - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _known_facts(known: Iterable[Known], as_of_ms: int) -> list[tuple[Event, int]]:
    """Rule 1: each identity once, with its first recording, if that is at or before ``as_of_ms``."""
    facts: dict[bytes, tuple[Event, int]] = {}
    for recording in sorted(known, key=lambda recording: recording.recorded_at_ms, reverse=True):
        if recording.recorded_at_ms <= as_of_ms:
            facts[recording.event.event_id] = (recording.event, recording.recorded_at_ms)
    return list(facts.values())


def _live_facts(facts: Sequence[Event]) -> list[Event]:
    """Rule 2, for the known facts of one subject: whatever any of them replaces is out, one level only."""
    replaced = {fact.replaces for fact in facts if fact.replaces and _type(fact) in _REPLACING}
    return [fact for fact in facts if fact.event_id not in replaced]


def _last(facts: Sequence[Event], *types: str) -> Event | None:
    """Rule 3: of the facts of these types the one that happened last; a tie goes to the larger identity."""
    candidates = [fact for fact in facts if _type(fact) in types]
    return max(candidates, key=lambda fact: (fact.occurred_at_ms, _tie(fact)), default=None)


def _tie(fact: Event) -> int:
    return int.from_bytes(fact.event_id[:8], "big", signed=False)


def _type(fact: Event) -> str:
    return fact.WhichOneof("fact") or ""


def _content(fact: Event) -> Any:  # whichever of the messages the fact is
    return getattr(fact, _type(fact))


def _at(fact: Event | None) -> int | None:
    return None if fact is None else fact.occurred_at_ms


def _state(subject: str, facts: Sequence[Event], first_recorded: Mapping[bytes, int]) -> DossierState:
    live = _live_facts(facts)
    accepted = _last(live, "dossier_accepted")
    declined = _last(live, "dossier_declined")
    submitted = _last(live, "dossier_submitted")
    decision = _last(live, "dossier_accepted", "dossier_declined")
    end = _last(live, *ENDS)
    acceptance = _content(accepted) if accepted else None
    return DossierState(
        subject=subject,
        accepted=decision is not None and _type(decision) == "dossier_accepted",
        declined=decision is not None and _type(decision) == "dossier_declined",
        received_at_ms=_at(accepted),
        procedure=acceptance.procedure_code if acceptance else "",
        field=acceptance.field_code if acceptance else "",
        channel=acceptance.channel if acceptance else 0,
        receiving_unit=acceptance.receiving_unit_code if acceptance else "",
        unit=_unit(_last(live, "dossier_accepted", "dossier_transferred")),
        end=ENDS[_type(end)] if end else None,
        ended_at_ms=_at(end),
        outcome=_outcome(end),
        counted_end_ms=_counted_end(end, accepted),
        ended_before_receipt=end is not None and accepted is not None and end.occurred_at_ms < accepted.occurred_at_ms,
        given_dues=_given_dues(live),
        declined_at_ms=_at(declined),
        declined_unit=declined.unit_code if declined else "",
        declined_field=submitted.dossier_submitted.field_code if declined and submitted else "",
        submitted_at_ms=_at(submitted),
        filed_by_official=submitted is not None and submitted.dossier_submitted.filed_by_official,
        delivered_at_ms=_at(_last(live, "result_delivered")),
        electronic_result=_electronic_result(_last(live, "dossier_resolved")),
        digitised=_digitised(_last(live, "digitisation_recorded")),
        obligation_arose=any(_type(fact) == "financial_obligation_arose" for fact in live),
        paid_online=any(_type(fact) == "payment_made" and fact.payment_made.online for fact in live),
        supplement_requests=sum(_type(fact) == "supplement_requested" for fact in live),
        end_known_at_ms=_end_known_at(live, first_recorded),
    )


def _unit(placed: Event | None) -> str:
    if placed is None:
        return ""
    if _type(placed) == "dossier_transferred":
        return placed.dossier_transferred.to_unit_code
    return placed.unit_code


def _outcome(end: Event | None) -> int:
    if end is None or _type(end) != "dossier_resolved":
        return 0
    return int(end.dossier_resolved.outcome)


def _counted_end(end: Event | None, accepted: Event | None) -> int | None:
    """An end before the receipt counts on the receipt."""
    if end is None or accepted is None:
        return _at(end)
    return max(end.occurred_at_ms, accepted.occurred_at_ms)


def _end_known_at(live: Sequence[Event], first_recorded: Mapping[bytes, int]) -> int | None:
    end = _last(live, *ENDS)
    if end is None:
        return None
    same_time = [fact for fact in live if _type(fact) in ENDS and fact.occurred_at_ms == end.occurred_at_ms]
    return min(first_recorded[fact.event_id] for fact in same_time)


def _given_dues(live: Sequence[Event]) -> tuple[GivenDue, ...]:
    givers = [fact for fact in live if _type(fact) in DUE_GIVERS and _content(fact).due_at_ms]
    return tuple(
        GivenDue(
            occurred_at_ms=fact.occurred_at_ms,
            tie=_tie(fact),
            due_at_ms=_content(fact).due_at_ms,
            basis=int(_content(fact).due_basis),
            with_acceptance=_type(fact) == "dossier_accepted",
        )
        for fact in sorted(givers, key=lambda fact: (fact.occurred_at_ms, _tie(fact)))
    )


def _electronic_result(resolved: Event | None) -> bool | None:
    if resolved is None or not resolved.dossier_resolved.HasField("electronic_result"):
        return None
    return resolved.dossier_resolved.electronic_result


def _digitised(recorded: Event | None) -> bool | None:
    return None if recorded is None else recorded.digitisation_recorded.digitised
