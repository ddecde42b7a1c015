from __future__ import annotations

import numpy as np

from cchc.api.intake.v1.intake_pb2 import DossierAccepted
from cchc.api.log.v1.event_pb2 import EventBatch
from cchc.api.processing.v1.processing_pb2 import DossierTransferred
from cchc.clock import FixedClock
from cchc.log.batch import SCHEMA_VERSION, encode, make_event
from cchc.log.memory import MemoryLog
from cchc.log.port import Log
from cchc.store.migrate import migrate
from cchc.store.port import MAX_INSERT_ROWS, Store
from services.aggregator.consume import Aggregator
from services.aggregator.parts import insert_in_parts
from services.aggregator.quarantine import Quarantine

NOW = 1_770_000_000_000


def taken_in(store: Store, *payloads: bytes) -> tuple[Log, Quarantine]:
    clock = FixedClock(NOW)
    migrate(store, clock)
    log = MemoryLog(clock)
    log.append(payloads)
    Aggregator(log, store).catch_up()
    return log, Quarantine(store)


def acceptance() -> bytes:
    event = make_event(DossierAccepted(), source_system="s", subject="D1", unit_code="U1", occurred_at_ms=NOW - 1)
    return encode([event])


def test_a_batch_of_a_newer_schema_waits_whole_and_the_rest_goes_on(store: Store) -> None:
    newer = EventBatch.FromString(acceptance())
    newer.schema_version = SCHEMA_VERSION + 1

    _, quarantine = taken_in(store, newer.SerializeToString(), acceptance())

    assert [(entry.position.offset, entry.row, entry.reason) for entry in quarantine.entries()] == [
        (0, -1, "newer_schema")
    ]
    assert store.query("SELECT count() FROM fact").scalar() == 1


def test_a_transfer_to_nobody_is_set_aside(store: Store) -> None:
    nowhere = make_event(DossierTransferred(), source_system="s", subject="D1", unit_code="U1", occurred_at_ms=NOW - 1)

    _, quarantine = taken_in(store, encode([nowhere]))

    assert [entry.reason for entry in quarantine.entries()] == ["no_unit"]


def test_more_rows_than_one_insert_takes_are_inserted_in_parts(store: Store) -> None:
    store.execute("CREATE TABLE numbered (number Int64) ENGINE = MergeTree ORDER BY number")

    insert_in_parts(store, "numbered", {"number": np.arange(MAX_INSERT_ROWS + 1)})

    assert store.query("SELECT count(), max(number) FROM numbered").rows == [(MAX_INSERT_ROWS + 1, MAX_INSERT_ROWS)]


def test_a_redrive_that_was_cut_short_leaves_no_entry_standing_after_the_next(store: Store) -> None:
    """
    Cut short between setting aside anew and marking the batch: its entries must not count for the next attempt.
    """
    newer = EventBatch.FromString(acceptance())
    newer.schema_version = SCHEMA_VERSION + 1
    log, quarantine = taken_in(store, newer.SerializeToString())
    standing = quarantine.entries()[0]
    store.insert(
        "quarantine",
        {
            "log_partition": [standing.position.partition],
            "log_offset": np.array([standing.position.offset], dtype=np.uint64),
            "log_row": np.array([7], dtype=np.int64),
            "recorded_at": np.array([NOW], dtype=np.int64),
            "reason": ["left_over"],
            "detail": [""],
            "event_hex": [""],
            "attempt": np.array([1], dtype=np.uint32),
        },
    )

    quarantine.redrive(log)

    assert [entry.reason for entry in quarantine.entries()] == ["newer_schema"]
