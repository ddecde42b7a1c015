"""A search through the whole log ends with its asker, and holds up neither others nor those who record."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from queue import Queue
from typing import Any

import grpc
import pytest

from cchc.api.intake.service.v1 import intake_service_pb2 as intake
from cchc.api.intake.service.v1.intake_service_pb2_grpc import IntakeServiceStub
from cchc.api.recording.v1 import recording_pb2 as wire
from cchc.client import FactsClient, Patience, ServiceName
from cchc.clock import FixedClock
from cchc.errors import Unavailable
from cchc.log.batch import encode
from cchc.log.memory import MemoryLog
from cchc.log.port import Position, Prefix, Record
from cchc.recording.finding import LogFinder
from cchc.recording.recorder import Recorded
from tests.eventually import eventually
from tests.integration.rpc.conftest import Desk
from tests.unit.recording.senders import NOW_MS, definitions, sent

_NOBODY = b"x" * 16


class LongLog(MemoryLog):
    """A log that has no end while it is ``long``."""

    def __init__(self) -> None:
        super().__init__(FixedClock(NOW_MS))
        self.long = True
        self.reads = 0
        self.readers: set[int] = set()

    def read(self, after: Prefix, *, limit: int = 1_000) -> list[Record]:  # noqa: ARG002 — it has no end
        self.reads += 1
        self.readers.add(threading.get_ident())
        if not self.long:
            return []
        return [Record(Position("p", self.reads), NOW_MS, b"another") for _ in range(min(limit, 100))]

    def is_left_alone(self) -> bool:
        before = self.reads
        threading.Event().wait(0.3)
        return self.reads == before


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    log = MemoryLog(FixedClock(NOW_MS))
    log.append([encode(definitions())])
    desk = Desk(tmp_path, log, FixedClock(NOW_MS))
    desk.searched = LongLog()
    yield desk
    desk.searched.long = False
    desk.stop()


def _client(desk: Desk, **patience: Any) -> FactsClient:
    return FactsClient(ServiceName.INTAKE, desk.address, desk.token(), patience=Patience(**patience))


def _search(desk: Desk, channel: Any) -> Any:
    """One under way, that waits for ever."""
    request = intake.FindFactRequest(event_id=_NOBODY)
    return IntakeServiceStub(channel).FindFact.future(request, metadata=(("authorization", f"Bearer {desk.token()}"),))


def _log(desk: Desk) -> LongLog:
    assert isinstance(desk.searched, LongLog)
    return desk.searched


def test_a_search_that_outlasts_its_deadline_says_what_to_do_and_reads_no_further(desk: Desk) -> None:
    desk.start()
    with (
        _client(desk, deadline_s=2.0, attempts=1) as asker,
        pytest.raises(Unavailable, match=r"rpc\.not_found_in_time: .*longer deadline.*CCHC_CLICKHOUSE_HOST"),
    ):
        asker.find(_NOBODY)

    assert _log(desk).reads > 0
    eventually(_log(desk).is_left_alone, 30, lambda: "the log is read for nobody")


def test_who_names_no_deadline_is_waited_for(desk: Desk) -> None:
    desk.start()
    with grpc.insecure_channel(desk.address) as channel:
        search = _search(desk, channel)
        eventually(lambda: _log(desk).reads > 100, 30, lambda: "nothing is read")
        _log(desk).long = False
        assert search.result(timeout=30).found.visibility == wire.VISIBILITY_NOT_RECORDED


def test_a_search_ends_when_its_asker_goes(desk: Desk) -> None:
    desk.start()
    with grpc.insecure_channel(desk.address) as channel:
        search = _search(desk, channel)
        eventually(lambda: _log(desk).reads > 0, 30, lambda: "nothing is read")
        search.cancel()
        eventually(_log(desk).is_left_alone, 30, lambda: "the log is read for nobody")


def test_no_more_is_searched_at_once_than_leaves_room_for_who_records(desk: Desk) -> None:
    desk.start(threads=8)
    with grpc.insecure_channel(desk.address) as channel, _client(desk) as sender:
        ended: Queue[Any] = Queue()
        searches = [_search(desk, channel) for _ in range(6)]
        for search in searches:
            search.add_done_callback(ended.put)
        turned_away = [ended.get(timeout=30) for _ in range(4)]
        assert {(one.code(), one.details().partition(":")[0]) for one in turned_away} == {
            (grpc.StatusCode.RESOURCE_EXHAUSTED, "rpc.too_many_searches")
        }
        # One reads and the other waits for its turn: to read for both at once would be no quicker.
        assert len(_log(desk).readers) == 1
        outcomes = [sender.record([sent(subject=f"s{number}")])[0] for number in range(20)]
        assert all(isinstance(outcome, Recorded) for outcome in outcomes)
        assert [one.details() for one in searches if one.done()] == [one.details() for one in turned_away]

        for search in searches:
            search.cancel()
        _log(desk).long = False
        assert sender.find(_NOBODY).visibility == wire.VISIBILITY_NOT_RECORDED


def test_who_is_no_longer_waited_for_does_not_begin() -> None:
    log = LongLog()

    def gone() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        LogFinder(log).find(_NOBODY, "", gone)
    assert log.reads == 0


def test_the_next_has_its_turn_when_a_search_was_given_up() -> None:
    log = LongLog()
    finder = LogFinder(log)
    asked = iter([None, *islice([None] * 3, 3)])

    def for_a_while() -> None:
        if next(asked, "gone") == "gone":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        finder.find(_NOBODY, "", for_a_while)
    log.long = False
    assert finder.find(_NOBODY, "") is None
