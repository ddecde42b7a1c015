"""A store knows the log that it was filled from, whatever is put in that log's place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cchc.api.intake.v1.intake_pb2 import DossierAccepted
from cchc.clock import FixedClock
from cchc.errors import Corrupt
from cchc.log.batch import encode, make_event
from cchc.log.memory import MemoryLog
from cchc.store.migrate import migrate
from cchc.store.port import Store
from services.aggregator.consume import Aggregator

NOW = 1_770_000_000_000
KEYS = [f"key {number}" for number in range(12)]
"""They fall into every partition."""


def batch(subject: str) -> bytes:
    event = make_event(DossierAccepted(), source_system="s", subject=subject, unit_code="U1", occurred_at_ms=NOW - 1)
    return encode([event])


def log_of(subjects: Sequence[str], *, partitions: int = 3, begun_at: int = NOW) -> MemoryLog:
    """A log with one batch for each dossier, one a second."""
    clock = FixedClock(begun_at)
    log = MemoryLog(clock, partitions)
    for number, subject in enumerate(subjects):
        clock.put(begun_at + number * 1_000)
        log.append([batch(subject)], key=KEYS[number % len(KEYS)])
    return log


@pytest.fixture
def store(store: Store) -> Store:
    migrate(store, FixedClock(NOW))
    return store


def refused(log: MemoryLog, store: Store) -> str:
    with pytest.raises(Corrupt) as corrupt:
        Aggregator(log, store).catch_up()
    for text in (corrupt.value.next_vi, corrupt.value.next_en):
        assert "cchc rebuild" in text
    return corrupt.value.code


ORIGINAL = [f"D{number}" for number in range(24)]


def test_a_log_of_equal_length_in_the_place_of_another_is_noticed(store: Store) -> None:
    Aggregator(log_of(ORIGINAL), store).catch_up()
    other = log_of([*ORIGINAL[:-1], "another"])
    assert refused(other, store) == "store.other_log"
    assert store.query("SELECT count() FROM fact").scalar() == len(ORIGINAL)


def test_the_same_batches_recorded_at_other_times_are_another_log(store: Store) -> None:
    Aggregator(log_of(ORIGINAL), store).catch_up()
    assert refused(log_of(ORIGINAL, begun_at=NOW + 1), store) == "store.other_log"


def test_an_older_copy_that_has_grown_past_the_old_position_is_noticed(store: Store) -> None:
    Aggregator(log_of(ORIGINAL), store).catch_up()
    grown = log_of([*ORIGINAL[:12], *(f"new {number}" for number in range(36))])
    assert refused(grown, store) == "store.other_log"


@pytest.mark.parametrize("replaced", range(3))
def test_one_partition_that_is_another_one_is_enough(store: Store, replaced: int) -> None:
    original, other = log_of(ORIGINAL), log_of(ORIGINAL, begun_at=NOW + 1)
    Aggregator(original, store).catch_up()
    name = f"memory-{replaced}"
    assert original.head().end(name) > 0
    original._partitions[name] = other._partitions[name]
    assert refused(original, store) == "store.other_log"


def test_a_shorter_log_is_noticed(store: Store) -> None:
    Aggregator(log_of(ORIGINAL), store).catch_up()
    assert refused(log_of(ORIGINAL[:-1]), store) == "store.ahead_of_log"


@pytest.mark.parametrize("span_bytes", [1, 300, 1_000_000])
def test_the_same_log_goes_on_however_it_was_cut_into_spans(store: Store, span_bytes: int) -> None:
    Aggregator(log_of(ORIGINAL[:20]), store, span_bytes=span_bytes).catch_up()
    assert Aggregator(log_of(ORIGINAL), store, span_bytes=span_bytes).catch_up() == 4
    assert Aggregator(log_of(ORIGINAL), store).catch_up() == 0


def test_a_partition_that_was_empty_before_is_nothing_new(store: Store) -> None:
    log = MemoryLog(FixedClock(NOW), partitions=3)
    log.append([batch("D1")], key=KEYS[0])
    Aggregator(log, store).catch_up()
    for key in KEYS:
        log.append([batch(key)], key=key)
    assert Aggregator(log, store).catch_up() == len(KEYS)
