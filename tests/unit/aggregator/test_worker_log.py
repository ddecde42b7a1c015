"""What a worker tells: a line where something changes, and nothing of what facts say."""

from __future__ import annotations

import io
import json
from typing import Any

from cchc.errors import Unavailable
from cchc.telemetry import log_to
from services.aggregator.columns import Quarantined
from services.aggregator.worker_log import MOST_LINES, WorkerLog

_AWAY = Unavailable("store.unavailable", vi="vắng", en="away", next_vi="chờ", next_en="wait")


def _bad(offset: int, row: int) -> Quarantined:
    return Quarantined("topic/0", offset, row, 1, "unknown_fact", "a detail", b"secret")


class Told:
    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.log = WorkerLog(log_to(self._stream))

    def lines(self) -> list[dict[str, Any]]:
        said = [json.loads(line) for line in self._stream.getvalue().splitlines()]
        return [{key: value for key, value in one.items() if key not in {"timestamp", "level"}} for one in said]


def test_a_store_that_stays_away_or_stays_there_is_told_once() -> None:
    told = Told()
    told.log.store_answers()
    for _ in range(3):
        told.log.store_away(_AWAY)
    for _ in range(3):
        told.log.store_answers()
    assert told.lines() == [
        {"event": "store_away", "code": "store.unavailable", "reason": "away"},
        {"event": "store_back"},
    ]


def test_partitions_and_generations_are_told_where_they_change() -> None:
    told = Told()
    told.log.reads(frozenset({"a/0", "a/1"}), 1)
    told.log.reads(frozenset({"a/0", "a/1"}), 1)
    told.log.reads(frozenset({"a/1", "a/2"}), 1)
    told.log.reads(frozenset({"a/1", "a/2"}), 2)
    assert told.lines() == [
        {"event": "partitions", "assigned": ["a/0", "a/1"], "taken_back": [], "now": ["a/0", "a/1"]},
        {"event": "fills_generation", "number": 1, "before": None},
        {"event": "partitions", "assigned": ["a/2"], "taken_back": ["a/0"], "now": ["a/1", "a/2"]},
        {"event": "fills_generation", "number": 2, "before": 1},
    ]


def test_what_is_quarantined_is_told_by_its_place_and_reason_and_never_by_its_content() -> None:
    told = Told()
    told.log.quarantined([])
    told.log.quarantined([_bad(7, 0), _bad(7, 3), _bad(8, -1)])
    assert told.lines() == [
        {"event": "quarantined", "partition": "topic/0", "offset": 7, "reason": "unknown_fact", "events": 2},
        {"event": "quarantined", "partition": "topic/0", "offset": 8, "reason": "unknown_fact", "whole_batch": True},
    ]


def test_a_log_full_of_bad_batches_does_not_fill_the_disk_with_lines() -> None:
    told = Told()
    told.log.quarantined([_bad(offset, -1) for offset in range(MOST_LINES + 5)])
    assert len(told.lines()) == MOST_LINES + 1
    assert told.lines()[-1] == {"event": "quarantined_more", "batches": 5}
