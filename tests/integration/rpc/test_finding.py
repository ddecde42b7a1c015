"""Every fact is found by its identity, whatever it speaks of, before the store has read it and after."""

from __future__ import annotations

import pytest

from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import DossierTransferred
from cchc.api.reference.v1.reference_pb2 import CalendarDayDecided
from cchc.clock import FixedClock
from cchc.log.batch import encode, make_event
from cchc.log.memory import MemoryLog
from cchc.log.port import Position, Prefix
from cchc.recording.finding import Found, StoreFinder
from cchc.store.migrate import migrate
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from tests.unit.log.facts import FACTS
from tests.unit.recording.senders import NOW_MS

SUBJECTS = {"unit_defined": "H01.1", "procedure_defined": "1.000001", "calendar_day_decided": "2026-01-10"}


def fact(name: str) -> Event:
    return make_event(
        FACTS[name],
        source_system="s",
        subject=SUBJECTS.get(name, "X1"),
        unit_code="H01.1",
        occurred_at_ms=NOW_MS - 1,
        replaces=b"r" * 16 if name == "retraction" else b"",
    )


class Desk:
    """A log, a store that reads it, and who finds facts in both."""

    def __init__(self, store: Store) -> None:
        self.clock = FixedClock(NOW_MS)
        migrate(store, self.clock)
        self.log = MemoryLog(self.clock)
        self.aggregator = Aggregator(self.log, store)
        self.finder = StoreFinder(lambda: store, self.log)

    def say(self, *events: Event, at_ms: int) -> Position:
        self.clock.put(at_ms)
        (receipt,) = self.log.append([encode(list(events))])
        return receipt.position


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_every_type_of_fact_is_found_where_it_was_recorded_first(desk: Desk) -> None:
    said = [fact(name) for name in FACTS]
    desk.say(fact("payment_made"), at_ms=NOW_MS)
    first = desk.say(*said, at_ms=NOW_MS + 10)
    desk.say(*said, at_ms=NOW_MS + 20)
    again = fact("payment_made").event_id
    for is_visible in (False, True):
        for event in said:
            if event.event_id != again:
                expected = Found(first, NOW_MS + 10, is_visible)
                assert desk.finder.find(event.event_id, "") == expected, event.WhichOneof("fact")
                assert desk.finder.find(event.event_id, event.subject) == expected
        desk.aggregator.catch_up()


def test_a_definition_is_found_among_others_of_the_same_moment(desk: Desk) -> None:
    days = [
        make_event(
            CalendarDayDecided(day=20_000 + number, known_from_day=19_990),
            source_system="s",
            subject=f"2024-10-{4 + number:02}",
            unit_code="",
            occurred_at_ms=NOW_MS - 1,
        )
        for number in range(3)
    ]
    places = [desk.say(day, at_ms=NOW_MS) for day in days]
    desk.aggregator.catch_up()

    assert [desk.finder.find(day.event_id, "") for day in days] == [Found(place, NOW_MS, True) for place in places]


def test_a_fact_that_was_set_aside_is_found(desk: Desk) -> None:
    nowhere = make_event(
        DossierTransferred(), source_system="s", subject="D1", unit_code="H01.1", occurred_at_ms=NOW_MS - 1
    )
    place = desk.say(nowhere, at_ms=NOW_MS)
    desk.aggregator.catch_up()

    assert desk.finder.find(nowhere.event_id, "D1") == Found(place, NOW_MS, is_visible=True)


def test_what_nobody_said_is_not_found(desk: Desk) -> None:
    desk.say(fact("unit_defined"), at_ms=NOW_MS)
    desk.aggregator.catch_up()

    assert desk.finder.find(b"x" * 16, "") is None
    assert desk.finder.find(fact("unit_defined").event_id, "another") is None


def test_a_store_that_has_read_a_later_recording_only_does_not_hide_the_first(store: Store) -> None:
    clock = FixedClock(NOW_MS)
    migrate(store, clock)
    event = fact("payment_made")
    two = MemoryLog(clock, partitions=2)
    keys = {two.append([encode([])], key=str(n))[0].position.partition: str(n) for n in range(20)}
    behind, ahead = keys.values()
    (first,) = two.append([encode([event])], key=behind)
    clock.put(NOW_MS + 5)
    two.append([encode([event])], key=ahead)
    # What a worker that was given one of the two partitions has read.
    half = MemoryLog(clock, partitions=2)
    for record in two.read(Prefix()):
        if record.position.partition != first.position.partition:
            half.append([record.payload], key=ahead)
    Aggregator(half, store).catch_up()

    for subject in ("", event.subject):
        found = StoreFinder(lambda: store, two).find(event.event_id, subject)
        assert found == Found(first.position, NOW_MS, is_visible=True)
