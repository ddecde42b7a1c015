from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import DossierAccepted, FeedbackGiven
from cchc.api.log.v1.event_pb2 import Event, EventBatch, Retraction
from cchc.api.processing.v1.processing_pb2 import DossierReappointed, DossierResolved
from cchc.api.reference.v1.reference_pb2 import ProcedureDefined
from cchc.clock import FixedClock
from cchc.log.batch import decode, encode, events, make_event
from cchc.log.memory import MemoryLog
from cchc.log.port import Position, Prefix, Record
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_MS, LATEST_DUE_MS
from cchc.store.port import Store
from cchc.store.quarantined import STANDING
from services.aggregator.columns import Quarantined, span_of
from services.aggregator.consume import Aggregator
from services.aggregator.quarantine import Entry, Quarantine
from tests.set_aside import contents

NOW = 1_790_000_000_000
YESTERDAY = NOW - 86_400_000


@pytest.fixture
def log() -> Iterator[MemoryLog]:
    with MemoryLog(FixedClock(NOW)) as log:
        yield log


def accepted(subject: str = "DS-1", *, unit: str = "H01", at_ms: int = YESTERDAY, due: int = 0) -> Event:
    return said(DossierAccepted(due_at_ms=due), subject=subject, unit=unit, at_ms=at_ms)


def said(
    fact: Message, *, subject: str = "DS-1", unit: str = "H01", at_ms: int = YESTERDAY, replaces: bytes = b""
) -> Event:
    return make_event(
        fact, source_system="one-stop", subject=subject, unit_code=unit, occurred_at_ms=at_ms, replaces=replaces
    )


def without_identity() -> Event:
    event = accepted()
    event.event_id = bytes(16)
    return event


def of_a_newer_type() -> bytes:
    """A batch of a good fact, one of a type that this program does not know, and another good one."""
    batch = EventBatch.FromString(encode([accepted("DS-1"), said(DossierResolved(), subject="DS-2"), accepted("DS-3")]))
    batch.fact_type[1] = 999
    del batch.dossier_resolved[:]
    return batch.SerializeToString(deterministic=True)


IMPOSSIBLE = {
    "no_subject": accepted(" \t"),
    "occurred_too_early": accepted(at_ms=EARLIEST_MS - 1),
    "occurred_in_future": accepted(at_ms=NOW + CLOCK_TOLERANCE_MS + 1),
    "no_identity": without_identity(),
    "retracts_nothing": said(Retraction()),
    "no_unit": accepted(unit=" "),
    "impossible_due": accepted(due=LATEST_DUE_MS + 1),
    "value_out_of_range": said(ProcedureDefined(procedure_code="P", limit_unit=256), subject="P"),  # type: ignore[arg-type]  # no such unit
}
"""Reason → a fact that is set aside for it."""

MORE_IMPOSSIBLE = {
    "a due time before 1990": ("impossible_due", accepted(due=EARLIEST_MS - 1)),
    "a negative due time": ("impossible_due", accepted(due=-1)),
    "an impossible reappointment": ("impossible_due", said(DossierReappointed(due_at_ms=LATEST_DUE_MS + 1))),
    "a negative basis": ("value_out_of_range", said(DossierAccepted(due_basis=-1))),  # type: ignore[arg-type]  # no such basis
    "a huge channel": ("value_out_of_range", said(DossierAccepted(channel=2**31 - 1))),  # type: ignore[arg-type]  # no such channel
}


@pytest.mark.parametrize(
    ("reason", "event"), [*IMPOSSIBLE.items(), *MORE_IMPOSSIBLE.values()], ids=[*IMPOSSIBLE, *MORE_IMPOSSIBLE]
)
def test_an_impossible_row_is_set_aside_and_the_rest_goes_on(
    store: Store, log: MemoryLog, reason: str, event: Event
) -> None:
    log.append([encode([accepted("DS-8")]), encode([said(DossierResolved(), subject="DS-9"), event, accepted("DS-9")])])
    assert Aggregator(log, store).catch_up() == 3
    (entry,) = Quarantine(store).entries()
    assert (entry.position, entry.row, entry.reason) == (Position("memory-0", 1), 1, reason)
    assert entry.detail
    assert Event.FromString(contents(store)[entry.position, entry.row]) == event
    assert subjects(store) == ["DS-8", "DS-9", "DS-9"]
    assert Quarantine(store).count() == 1


@pytest.mark.parametrize(
    "event",
    [
        accepted(at_ms=EARLIEST_MS),
        accepted(at_ms=NOW + CLOCK_TOLERANCE_MS),
        accepted(due=EARLIEST_MS),
        accepted(due=LATEST_DUE_MS),
        accepted(due=0),
        said(DossierResolved(), unit=""),
        said(Retraction(), replaces=b"sixteen bytes---"),
        said(DossierAccepted(channel=255)),  # type: ignore[arg-type]  # fits its column, and counts as none of the known
        said(FeedbackGiven(rating=-(2**31))),
    ],
)
def test_what_is_barely_possible_is_folded(store: Store, log: MemoryLog, event: Event) -> None:
    log.append([encode([event])])
    assert Aggregator(log, store).catch_up() == 1
    assert Quarantine(store).entries() == []


def test_every_reason_is_in_one_entry_of_its_own_row(store: Store, log: MemoryLog) -> None:
    log.append([encode([accepted(f"DS-{number}"), event]) for number, event in enumerate(IMPOSSIBLE.values())])
    assert Aggregator(log, store).catch_up() == len(IMPOSSIBLE)
    entries = Quarantine(store).entries()
    assert [entry.reason for entry in entries] == list(IMPOSSIBLE)
    assert [entry.position.offset for entry in entries] == list(range(len(IMPOSSIBLE)))
    assert {entry.row for entry in entries} == {1}
    assert Quarantine(store).count() == len(IMPOSSIBLE)


def test_a_row_with_several_faults_is_one_entry(store: Store, log: MemoryLog) -> None:
    log.append([encode([said(Retraction(), subject="", at_ms=0)])])
    assert Aggregator(log, store).catch_up() == 0
    assert [entry.reason for entry in Quarantine(store).entries()] == ["no_subject"]


def test_a_fact_of_an_unknown_type_is_set_aside_alone(store: Store, log: MemoryLog) -> None:
    log.append([of_a_newer_type()])
    assert Aggregator(log, store).catch_up() == 2
    (entry,) = Quarantine(store).entries()
    assert (entry.row, entry.reason) == (1, "unknown_fact_type")
    assert Event.FromString(contents(store)[entry.position, entry.row]).subject == "DS-2"
    assert subjects(store) == ["DS-1", "DS-3"]


def unfit(change: str) -> bytes:
    """A batch of two good facts, changed so that its columns do not fit together."""
    batch = EventBatch.FromString(encode([accepted("DS-1"), said(DossierResolved(), replaces=b"sixteen bytes---")]))
    match change:
        case "a column too short":
            del batch.unit_code[1]
        case "an index outside its dictionary":
            batch.subject[1] = 7
        case "identities cut":
            batch.event_ids = batch.event_ids[:-1]
        case "replacing_row outside":
            batch.replacing_row[0] = 2
        case "a typed fact missing":
            del batch.dossier_resolved[:]
        case "a typed fact too many":
            batch.dossier_resolved.add()
    return batch.SerializeToString()


UNDECODABLE = {
    "no protobuf": b"\xff\xff\xff",
    **{
        change: unfit(change)
        for change in (
            "a column too short",
            "an index outside its dictionary",
            "identities cut",
            "replacing_row outside",
            "a typed fact missing",
            "a typed fact too many",
        )
    },
}


@pytest.mark.parametrize("payload", UNDECODABLE.values(), ids=UNDECODABLE)
def test_an_undecodable_batch_is_set_aside_whole(store: Store, log: MemoryLog, payload: bytes) -> None:
    log.append([encode([accepted("DS-8")]), payload, encode([accepted("DS-9")])])
    assert Aggregator(log, store).catch_up() == 2
    (entry,) = Quarantine(store).entries()
    assert (entry.position.offset, entry.row, entry.reason) == (1, -1, "undecodable_batch")
    assert contents(store) == {(entry.position, -1): payload}
    assert entry.size == len(payload)
    assert entry.detail
    assert subjects(store) == ["DS-8", "DS-9"]


def test_to_list_what_is_set_aside_leaves_its_bytes_in_the_store(store: Store) -> None:
    quarantine, size = Quarantine(store), 1_000_000
    quarantine.put([Quarantined("memory-0", n, -1, NOW, "undecodable_batch", "", bytes(size)) for n in range(3)])
    assert [(entry.position.offset, entry.size) for entry in quarantine.entries()] == [(n, size) for n in range(3)]
    assert len(repr(store.query(STANDING, {"as_of": NOW}).rows)) < 1_000


def test_a_log_of_nothing_but_rubbish_is_taken_in(store: Store, log: MemoryLog) -> None:
    log.append([b"\xff", encode([without_identity()])])
    aggregator = Aggregator(log, store)
    assert aggregator.catch_up() == 0
    assert aggregator.position() == log.head()
    assert Quarantine(store).count() == 2


def test_what_was_recorded_later_is_not_in_an_earlier_answer(store: Store) -> None:
    clock = FixedClock(NOW)
    with MemoryLog(clock) as log:
        log.append([b"\xff"])
        clock.put(NOW + 1)
        log.append([b"\xff"])
        Aggregator(log, store).catch_up()
    quarantine = Quarantine(store)
    assert [quarantine.count(as_of) for as_of in (NOW - 1, NOW, NOW + 1)] == [0, 1, 2]
    assert len(quarantine.entries(NOW)) == 1


def test_a_span_that_is_taken_in_again_after_a_crash_is_counted_once(store: Store, log: MemoryLog) -> None:
    log.append([encode([without_identity()]), b"\xff"])
    Aggregator(log, store).catch_up()
    before = Quarantine(store).entries()
    Quarantine(store).put([quarantined(entry, contents(store)) for entry in before])
    assert Quarantine(store).entries() == before
    assert Quarantine(store).count() == 2


def test_driving_again_what_cannot_be_mended_changes_nothing(store: Store, log: MemoryLog) -> None:
    log.append([encode([accepted("DS-1"), without_identity()]), b"\xff"])
    Aggregator(log, store).catch_up()
    quarantine = Quarantine(store)
    before, facts = quarantine.entries(), distinct_facts(store)
    assert [quarantine.redrive(log), quarantine.redrive(log)] == [0, 0]
    assert quarantine.entries() == before
    assert distinct_facts(store) == facts


def taken_in_by_an_older_program(log: MemoryLog, store: Store) -> None:
    """Leave the store as by a program that could not decode batch 0 and did not know the fact in row 0 of batch 1."""
    whole, part = log.read(Prefix())
    first, second, third = events(decode(part.payload))
    known = span_of([Record(part.position, part.recorded_at_ms, encode([second, third]))])
    for table, columns in known.tables.items():
        store.insert(table, columns)
    Quarantine(store).put(
        [
            Quarantined("memory-0", 0, -1, NOW, "undecodable_batch", "newer sender?", whole.payload),
            Quarantined("memory-0", 1, 0, NOW, "unknown_fact_type", "newer sender?", first.SerializeToString()),
            Quarantined("memory-0", 1, 1, NOW, "no_identity", "event_id is zero", second.SerializeToString()),
        ]
    )


def test_a_newer_program_mends_what_can_be_mended_and_only_once(store: Store, log: MemoryLog) -> None:
    log.append(
        [
            encode([accepted("DS-1"), said(DossierResolved(), subject="DS-1")]),
            encode([accepted("DS-2"), without_identity(), accepted("DS-3")]),
        ]
    )
    taken_in_by_an_older_program(log, store)
    quarantine = Quarantine(store)
    assert quarantine.count() == 3
    assert {row[0] for row in distinct_facts(store)} == {"DS-3"}

    assert quarantine.redrive(log) == 2
    (left,) = quarantine.entries()
    assert (left.position, left.row, left.reason) == (Position("memory-0", 1), 1, "no_identity")
    mended = distinct_facts(store)
    assert [subject for subject, _ in mended] == ["DS-1", "DS-1", "DS-2", "DS-3"]

    assert quarantine.redrive(log) == 0
    assert quarantine.entries() == [left]
    assert distinct_facts(store) == mended


def test_a_redrive_that_crashed_before_its_mark_is_done_again(store: Store, log: MemoryLog) -> None:
    log.append([encode([accepted("DS-1"), said(DossierResolved(), subject="DS-1")]), encode([accepted("DS-2")])])
    whole, _ = log.read(Prefix())
    quarantine = Quarantine(store)
    quarantine.put([Quarantined("memory-0", 0, -1, NOW, "undecodable_batch", "newer sender?", whole.payload)])
    for table, columns in span_of([whole]).tables.items():
        store.insert(table, columns)
    assert quarantine.count() == 1
    assert quarantine.redrive(log) == 1
    assert quarantine.count() == 0
    assert len(distinct_facts(store)) == 2


def test_what_was_mended_and_then_set_aside_anew_stands_as_it_is_now(store: Store, log: MemoryLog) -> None:
    log.append([encode([without_identity()])])
    quarantine = Quarantine(store)
    quarantine.put([Quarantined("memory-0", 0, -1, NOW, "undecodable_batch", "newer sender?", b"")])
    assert quarantine.redrive(log) == 0
    assert [(entry.row, entry.reason) for entry in quarantine.entries()] == [(0, "no_identity")]


def test_a_redrive_finds_its_batch_behind_the_batches_of_other_partitions(store: Store) -> None:
    with MemoryLog(FixedClock(NOW), partitions=2) as log:
        log.append([encode([accepted("DS-1")])] * 1_001, key="d")
        (receipt,) = log.append([encode([accepted("DS-2")])], key="a")
        assert receipt.position == Position("memory-1", 0)
        quarantine = Quarantine(store)
        quarantine.put([Quarantined("memory-1", 0, -1, NOW, "undecodable_batch", "newer sender?", b"")])
        assert quarantine.redrive(log) == 1
    assert subjects(store) == ["DS-2"]


def subjects(store: Store) -> list[str]:
    """The subject of each row of a dossier's fact, sorted."""
    return [subject for (subject,) in store.query("SELECT subject FROM fact ORDER BY subject").rows]


def distinct_facts(store: Store) -> list[Any]:
    """Each identity once, with its subject."""
    return store.query("SELECT DISTINCT subject, hex(id_hi) AS identity FROM fact ORDER BY subject, identity").rows


def quarantined(entry: Entry, content: Mapping[tuple[Position, int], bytes]) -> Quarantined:
    """The entry as it was put."""
    place = entry.position
    said = content[place, entry.row]
    return Quarantined(place.partition, place.offset, entry.row, NOW, entry.reason, entry.detail, said)
