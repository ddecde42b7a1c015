"""The recorder: durable or refused, the same identity each time, many callers in few batches."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.api.intake.service.v1.intake_service_pb2 import RecordFactsRequest
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_COMMUNE, UnitDefined
from cchc.clock import FixedClock
from cchc.errors import Unavailable
from cchc.log.batch import SCHEMA_VERSION, decode, encode, events, identity
from cchc.log.memory import MemoryLog
from cchc.log.port import Log, Prefix, Receipt
from cchc.log.sqlite.log import SqliteLog
from cchc.recording.recorder import TRANSPOSED_FROM, Outcome, Recorded, Recorder, Sent
from cchc.recording.refusal import Refusal
from cchc.rights import OPERATOR, Caller
from tests.unit.recording.drawn import CALLERS, EVENTS
from tests.unit.recording.senders import NOW_MS, SENDER, definitions, memory_log, recorder, sent


def record(recorder: Recorder, facts: Sequence[Event], caller: Caller = SENDER) -> list[Outcome]:
    request = RecordFactsRequest(facts=facts)
    return list(recorder.record(Sent(request.facts, request, request.SerializeToString()), caller, lambda: None))


def stored(log: Log) -> list[Event]:
    return [event for one in log.records(Prefix()) for event in events(decode(one.payload))]


@pytest.fixture
def log() -> MemoryLog:
    log = memory_log()
    log.append([encode(definitions())])
    return log


@pytest.fixture
def desk(log: MemoryLog) -> Recorder:
    return recorder(log, FixedClock(NOW_MS))


def test_a_recorded_fact_lies_where_its_receipt_says(log: MemoryLog, desk: Recorder) -> None:
    fact = sent()
    (outcome,) = record(desk, [fact])

    assert isinstance(outcome, Recorded)
    assert outcome.event_id == identity(fact)
    assert outcome.receipt.position.offset == 1
    last = stored(log)[-1]
    assert last.event_id == outcome.event_id
    assert identity(last) == last.event_id


def test_what_is_refused_keeps_nothing_else_out(log: MemoryLog, desk: Recorder) -> None:
    first, bad, last = record(desk, [sent(subject="a"), sent(subject=""), sent(subject="b")])

    assert isinstance(first, Recorded)
    assert isinstance(bad, Refusal)
    assert isinstance(last, Recorded)
    assert [event.subject for event in stored(log)][-2:] == ["a", "b"]


def test_nothing_is_appended_when_all_is_refused(log: MemoryLog, desk: Recorder) -> None:
    before = log.head()

    record(desk, [sent(subject="")])

    assert log.head() == before


def test_a_fact_that_is_sent_again_is_the_same_fact(desk: Recorder) -> None:
    (first,), (again,) = record(desk, [sent()]), record(desk, [sent()])

    assert isinstance(first, Recorded)
    assert isinstance(again, Recorded)
    assert first.event_id == again.event_id


def test_a_right_identity_may_be_said_and_a_wrong_one_not(desk: Recorder) -> None:
    right, wrong = sent(), sent()
    right.event_id, wrong.event_id = identity(right), b"x" * 16
    right.schema_version = SCHEMA_VERSION

    good, bad = record(desk, [right, wrong])

    assert isinstance(good, Recorded)
    assert good.event_id == identity(sent())
    assert isinstance(bad, Refusal)
    assert bad.code == "fact.wrong_identity"


def test_a_fact_of_a_newer_contract_is_refused_and_its_neighbours_are_not(desk: Recorder) -> None:
    unknown_field = b"\xfa\x3f\x01x"  # field 1023
    newer = Event.FromString(sent(subject="newer").SerializeToString() + unknown_field)
    inner = sent(subject="inner")
    inner.dossier_accepted.MergeFromString(unknown_field)
    ahead = sent(subject="ahead")
    ahead.schema_version = SCHEMA_VERSION + 1

    outcomes = record(desk, [newer, sent(), inner, ahead])

    assert [one.code if isinstance(one, Refusal) else "" for one in outcomes] == [
        *("fact.newer_contract", "", "fact.newer_contract", "fact.newer_contract")
    ]


def test_a_unit_is_known_as_soon_as_it_is_defined(desk: Recorder) -> None:
    fact = sent(unit_code="H21.70")
    defined = UnitDefined(unit_code="H21.70", name="Xã mới", type=UNIT_TYPE_COMMUNE, parent_code="H21")
    (before,) = record(desk, [fact], OPERATOR)
    (definition,) = record(desk, [sent(defined, subject="H21.70", unit_code="")], OPERATOR)
    (after,) = record(desk, [fact], OPERATOR)

    assert isinstance(before, Refusal)
    assert isinstance(definition, Recorded)
    assert isinstance(after, Recorded)

    retraction = sent(Retraction(), subject="H21.70", unit_code="", replaces=definition.event_id)
    assert isinstance(record(desk, [retraction], OPERATOR)[0], Recorded)
    (unknown,) = record(desk, [sent(unit_code="H99")], OPERATOR)  # makes the desk look into the log again
    (gone,) = record(desk, [fact], OPERATOR)
    assert isinstance(unknown, Refusal)
    assert isinstance(gone, Refusal)


@given(st.lists(EVENTS, max_size=4), st.integers(0, TRANSPOSED_FROM), CALLERS)
def test_what_is_read_by_column_is_recorded_as_fact_by_fact(events: list[Event], place: int, caller: Caller) -> None:
    good = [sent(subject=f"H21.65-260901-{number}", unit_code="H21.65") for number in range(TRANSPOSED_FROM)]
    request = RecordFactsRequest(facts=[*good[:place], *events, *good[place:]])
    written = request.SerializeToString()
    logs = memory_log(), memory_log()
    for log in logs:
        log.append([encode(definitions())])

    by_column, one_by_one = (
        list(recorder(log, FixedClock(NOW_MS)).record(sent_as(written, known), caller, lambda: None))
        for log, known in zip(logs, (written, b""), strict=True)
    )

    assert by_column == one_by_one
    assert stored(logs[0]) == stored(logs[1])


def sent_as(written: bytes, known: bytes) -> Sent:
    request = RecordFactsRequest.FromString(written)
    return Sent(request.facts, request, known)


def test_who_has_stopped_waiting_gets_nothing_recorded(log: MemoryLog, desk: Recorder) -> None:
    def gone() -> None:
        raise Unavailable("x.gone", vi="", en="", next_vi="", next_en="")

    request, before = RecordFactsRequest(facts=[sent()]), log.head()

    with pytest.raises(Unavailable):
        desk.record(Sent(request.facts, request), SENDER, gone)

    assert log.head() == before


class SlowLog(MemoryLog):
    """A log whose first append waits, so that others gather."""

    def __init__(self) -> None:
        super().__init__(FixedClock(NOW_MS))
        self.waiting = threading.Event()
        self.go = threading.Event()

    def append(self, payloads: Sequence[bytes], *, key: str = "") -> list[Receipt]:
        self.waiting.set()
        assert self.go.wait(60)
        return super().append(payloads, key=key)


def test_many_small_requests_share_few_batches_and_each_has_its_receipt() -> None:
    log = SlowLog()
    log.go.set()
    log.append([encode(definitions())])
    desk = recorder(log, FixedClock(NOW_MS))
    log.go.clear()
    log.waiting.clear()
    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(record, desk, [sent(subject="first")])
        assert log.waiting.wait(60)
        others = [pool.submit(record, desk, [sent(subject=f"s{number}")]) for number in range(11)]
        log.go.set()
        outcomes = [outcome for future in (first, *others) for outcome in future.result()]

    assert all(isinstance(outcome, Recorded) for outcome in outcomes)
    assert sorted(event.subject for event in stored(log)[6:]) == sorted(["first", *(f"s{n}" for n in range(11))])
    assert log.head().size() < 12
    for outcome in outcomes:
        assert isinstance(outcome, Recorded)
        (where,) = log.read(Prefix({outcome.receipt.position.partition: outcome.receipt.position.offset}), limit=1)
        assert outcome.event_id in {event.event_id for event in events(decode(where.payload))}


def test_recorded_facts_are_on_disk(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.db", FixedClock(NOW_MS)) as log:
        log.append([encode(definitions())])
        outcomes = record(recorder(log, FixedClock(NOW_MS)), [sent(subject=f"s{number}") for number in range(300)])
        assert all(isinstance(outcome, Recorded) for outcome in outcomes)

    with SqliteLog(tmp_path / "log.db", FixedClock(NOW_MS)) as log:
        assert len(stored(log)) == 306
