"""Definitions in a log of their own: those that were said elsewhere before are carried there, once."""

from __future__ import annotations

from cchc.api.intake.service.v1.intake_service_pb2 import RecordFactsRequest
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.clock import FixedClock
from cchc.log.batch import decode, encode, events, make_event
from cchc.log.memory import MemoryLog
from cchc.log.port import Log, Prefix
from cchc.recording.known import FollowedReference
from cchc.recording.recorder import Outcome, Recorded, Recorder, Sent
from cchc.reference.defining import DEFINING, carry_definitions
from cchc.rights import OPERATOR
from tests.unit.recording.senders import EVERYTHING, NOW_MS, PROCEDURES, UNITS, accepted, definitions, sent


def log() -> MemoryLog:
    return MemoryLog(FixedClock(NOW_MS))


def said(one: Log) -> list[Event]:
    return [event for record in one.records(Prefix()) for event in events(decode(record.payload))]


def retraction_of(event: Event) -> Event:
    return make_event(
        Retraction(),
        source_system="register",
        subject=event.subject,
        unit_code="",
        occurred_at_ms=NOW_MS,
        replaces=event.event_id,
    )


def codes(reference: Log) -> set[str]:
    followed = FollowedReference(reference)
    return set(followed.refresh().units.by_code())


def test_definitions_are_carried_with_what_takes_them_back_and_nothing_else() -> None:
    old, reference = log(), log()
    gone = next(event for event in definitions() if event.subject == "H21.66")
    fact = make_event(
        accepted(), source_system="s", subject="d", unit_code="H21.65", occurred_at_ms=NOW_MS, source_event_id="1"
    )
    old.append([encode([retraction_of(gone), fact]), b"no batch", encode([*definitions(), retraction_of(fact)])])

    carried = carry_definitions(old, reference)

    assert carried == len(UNITS) + len(PROCEDURES) + 1
    assert sorted(event.event_id for event in said(reference)) == sorted(
        event.event_id for event in [*definitions(), retraction_of(gone)]
    )
    assert codes(reference) == codes(old) == {"H21", "H21.65", "H21.99"}


def test_they_are_carried_once() -> None:
    old, reference = log(), log()
    assert carry_definitions(old, reference) == 0
    old.append([encode(definitions())])

    assert carry_definitions(old, reference) == 0
    assert said(reference) == []


def test_what_was_cut_short_is_carried_again() -> None:
    old, reference = log(), log()
    old.append([encode(definitions())])
    reference.append([encode(definitions()[:1])])

    carry_definitions(old, reference)

    assert codes(reference) == codes(old)


def test_definitions_are_recorded_apart_and_each_receipt_says_where() -> None:
    facts, reference = log(), log()
    reference.append([encode(definitions())])
    followed = FollowedReference(reference)
    followed.refresh()
    desk = Recorder(EVERYTHING, facts, followed, FixedClock(NOW_MS), reference)
    unit = sent(UNITS[1], subject="H21.65", unit_code="", source_event_id="again")

    def recorded(*sending: Event) -> list[Outcome]:
        request = RecordFactsRequest(facts=sending)
        return list(desk.record(Sent(request.facts, request), OPERATOR, lambda: None))

    def at(outcome: Outcome, where: Log) -> set[bytes]:
        assert isinstance(outcome, Recorded)
        found = where.record_at(outcome.receipt.position)
        assert found is not None
        return {event.event_id for event in events(decode(found.payload))}

    one, other, refused = recorded(sent(), unit, sent(subject=""))
    assert isinstance(one, Recorded)
    assert isinstance(other, Recorded)
    assert not isinstance(refused, Recorded)
    assert at(one, facts) == {one.event_id}
    assert at(other, reference) == {other.event_id}

    back, last = recorded(
        sent(Retraction(), subject="H21.65", unit_code="", replaces=other.event_id),
        sent(Retraction(), subject="H21.65-260901-0001", replaces=one.event_id),
    )
    assert isinstance(back, Recorded)
    assert back.event_id in at(back, reference)
    assert isinstance(last, Recorded)
    assert last.event_id in at(last, facts)


def test_what_defines_is_what_the_contract_of_reference_has() -> None:
    assert {"unit_defined", "procedure_defined", "procedure_arranged", "calendar_day_decided"} == DEFINING
