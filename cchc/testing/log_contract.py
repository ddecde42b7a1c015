"""Every promise of ``cchc.log.port.Log`` as a test."""
# ruff: noqa: D102, S101 — a test's name is its sentence, and assert is how it speaks

from __future__ import annotations

import abc
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc.clock import Clock, FixedClock
from cchc.errors import Refused, Unavailable
from cchc.log.port import MAX_PAYLOAD_BYTES, Log, Position, Prefix, Receipt, Record

_NOON_MS = 1_790_000_000_000


class LogContract(abc.ABC):
    """Subclass it as ``Test…`` and say how a log is made."""

    @abc.abstractmethod
    def make(self, directory: Path, clock: Clock) -> Log:
        """An open and empty log that keeps what it keeps in this empty directory."""

    @pytest.fixture
    def clock(self) -> FixedClock:
        return FixedClock(_NOON_MS)

    @pytest.fixture
    def log(self, tmp_path: Path, clock: FixedClock) -> Iterator[Log]:
        with closing(self.make(tmp_path, clock)) as log:
            yield log

    def test_a_new_log_is_empty(self, log: Log) -> None:
        assert log.head() == Prefix()
        assert log.read(Prefix()) == []
        assert log.prefix_at(2**62) == Prefix()

    def test_what_was_appended_is_read_back_with_its_receipt(self, log: Log) -> None:
        (receipt,) = log.append([b"fact"], key="x")
        assert log.read(Prefix()) == [Record(receipt.position, receipt.recorded_at_ms, b"fact")]

    def test_every_payload_comes_back_byte_for_byte(self, log: Log) -> None:
        sizes = [0, 1, 100, 4_095, 4_096, 8_191, 8_192, 45_000, 300_000]
        payloads = [bytes(range(256)), b"\x00" * 10, b"\xff\xfe", *(random.Random(n).randbytes(n) for n in sizes)]  # noqa: S311 — not a secret
        log.append(payloads, key="x")
        assert [record.payload for record in log.records(Prefix())] == payloads

    def test_the_largest_payload_is_taken(self, log: Log) -> None:
        payload = random.Random(0).randbytes(MAX_PAYLOAD_BYTES)  # noqa: S311 — not a secret
        log.append([payload])
        (record,) = log.read(Prefix())
        assert record.payload == payload

    def test_a_payload_that_is_too_large_stores_nothing_of_its_call(self, log: Log) -> None:
        with pytest.raises(Refused) as refusal:
            log.append([b"small", bytes(MAX_PAYLOAD_BYTES + 1)])
        assert refusal.value.code == "log.payload_too_large"
        assert log.head() == Prefix()

    def test_appending_nothing_stores_nothing(self, log: Log) -> None:
        assert log.append([]) == []
        assert log.head() == Prefix()

    def test_the_same_payload_appended_twice_is_there_twice(self, log: Log) -> None:
        first, second = log.append([b"same", b"same"], key="x")
        (third,) = log.append([b"same"], key="x")
        assert len({first.position, second.position, third.position}) == 3
        assert [record.payload for record in log.records(Prefix())] == [b"same"] * 3

    def test_offsets_have_no_gaps_and_receipts_name_them(self, log: Log) -> None:
        receipts: dict[Position, tuple[Receipt, bytes]] = {}
        for call in range(30):
            payloads = [f"{call}/{n}".encode() for n in range(call % 4)]
            for receipt, payload in zip(log.append(payloads, key=f"key {call % 7}"), payloads, strict=True):
                receipts[receipt.position] = receipt, payload
        assert _read_gapless(log) == {
            position: Record(position, receipt.recorded_at_ms, payload)
            for position, (receipt, payload) in receipts.items()
        }

    def test_the_batches_of_one_call_stay_in_order(self, log: Log) -> None:
        payloads = [str(n).encode() for n in range(100)]
        receipts = log.append(payloads, key="x")
        assert [r.position.offset for r in receipts] == list(range(100))
        assert len({r.position.partition for r in receipts}) == 1
        assert [record.payload for record in log.records(Prefix())] == payloads

    def test_recorded_at_never_goes_back_even_when_the_clock_does(self, log: Log, clock: FixedClock) -> None:
        times = []
        for now_ms in (_NOON_MS, _NOON_MS + 500, _NOON_MS - 3_600_000, 0, _NOON_MS + 400, _NOON_MS + 600):
            clock.put(now_ms)
            times += [receipt.recorded_at_ms for receipt in log.append([b"a", b"b"], key="x")]
        assert times == sorted(times)
        assert [record.recorded_at_ms for record in log.records(Prefix())] == times

    def test_the_head_covers_what_was_appended_and_nothing_more(self, log: Log) -> None:
        for n in range(10):
            (receipt,) = log.append([b"x"], key=str(n))
            head = log.head()
            assert head.covers(receipt.position)
            assert head.size() == n + 1
            assert log.read(head) == []

    def test_the_prefix_at_a_time_is_what_was_recorded_until_then(self, log: Log, clock: FixedClock) -> None:
        receipts = []
        for n in range(40):
            clock.put(_NOON_MS + n // 3 * 10)
            receipts += log.append([b"x"], key=f"key {n % 7}")
        times = {receipt.recorded_at_ms for receipt in receipts}
        for time_ms in sorted({t + d for t in times for d in (-1, 0, 1)}):
            prefix = log.prefix_at(time_ms)
            expected = {r.position for r in receipts if r.recorded_at_ms <= time_ms}
            assert {r.position for r in receipts if prefix.covers(r.position)} == expected
            assert prefix.size() == len(expected)

    def test_a_read_keeps_to_its_limit_and_the_next_one_goes_on(self, log: Log) -> None:
        for n in range(25):
            log.append([str(n).encode()], key=f"key {n % 7}")
        after = Prefix()
        seen: list[Position] = []
        while records := log.read(after, limit=4):
            assert len(records) <= 4
            for record in records:
                assert not after.covers(record.position)
                after = after.including(record.position)
                seen.append(record.position)
        assert len(seen) == len(set(seen)) == 25
        assert after == log.head()

    def test_a_read_after_a_prefix_leaves_out_exactly_the_prefix(self, log: Log) -> None:
        for n in range(12):
            log.append([str(n).encode()], key=f"key {n % 5}")
        everything = log.read(Prefix())
        after = Prefix()
        for record in everything:
            after = after.including(record.position)
            assert log.read(after) == [r for r in everything if not after.covers(r.position)]

    def test_each_batch_is_found_at_its_position(self, log: Log) -> None:
        for n in range(12):
            log.append([str(n).encode()], key=f"key {n % 5}")
        for record in log.read(Prefix()):
            assert log.record_at(record.position) == record

    def test_batches_that_are_looked_up_in_every_partition_do_not_hinder_reading_on(self, log: Log) -> None:
        for n in range(48):
            log.append([str(n).encode()], key=f"key {n % 8}")
        everything = log.read(Prefix())
        for looked_up in (1, 2):
            after = Prefix()
            for partition, end in log.head().ends.items():
                for offset in range(min(looked_up, end)):
                    record = log.record_at(Position(partition, offset))
                    assert record in everything
                    after = after.including(Position(partition, offset))
            assert {r.position for r in log.records(after)} == {
                r.position for r in everything if not after.covers(r.position)
            }

    def test_where_no_batch_lies_none_is_found(self, log: Log) -> None:
        for n in range(12):
            log.append([b"x"], key=f"key {n % 5}")
        for partition, end in log.head().ends.items():
            assert log.record_at(Position(partition, end)) is None

    def test_a_read_beyond_the_end_is_empty(self, log: Log) -> None:
        (receipt,) = log.append([b"x"])
        assert log.read(Prefix({receipt.position.partition: 100})) == []

    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_limit_under_one_is_a_mistake(self, log: Log, limit: int) -> None:
        with pytest.raises(ValueError, match="limit"):
            log.read(Prefix(), limit=limit)

    def test_appends_of_eight_threads_lose_nothing_and_keep_the_order_of_each_key(self, log: Log) -> None:
        threads, calls = 8, 40
        start = threading.Barrier(threads)

        def send(thread: int) -> list[tuple[Receipt, bytes]]:
            start.wait()
            sent: list[tuple[Receipt, bytes]] = []
            for call in range(calls):
                payloads = [f"{thread} {call} {part}".encode() for part in range(1 + call % 3)]
                sent += zip(log.append(payloads, key=f"thread {thread}"), payloads, strict=True)
            return sent

        with ThreadPoolExecutor(threads) as pool:
            by_thread = list(pool.map(send, range(threads)))
        for sent in by_thread:
            offsets = [receipt.position.offset for receipt, _ in sent]
            assert offsets == sorted(offsets)
        assert _read_gapless(log) == {
            receipt.position: Record(receipt.position, receipt.recorded_at_ms, payload)
            for sent in by_thread
            for receipt, payload in sent
        }

    def test_a_reader_sees_a_growing_prefix_while_others_append(self, log: Log) -> None:
        calls = 60

        def send(thread: int) -> None:
            for call in range(calls):
                log.append([f"{thread} {call}".encode()] * 2, key=f"thread {thread}")

        with ThreadPoolExecutor(3) as pool:
            senders = [pool.submit(send, thread) for thread in range(3)]
            after = Prefix()
            while after.size() < 3 * calls * 2:
                for record in log.read(after, limit=50):
                    assert record.position.offset == after.end(record.position.partition)
                    after = after.including(record.position)
                if all(sender.done() for sender in senders):
                    assert log.read(after) or after.size() == 3 * calls * 2
            for sender in senders:
                sender.result()

    @pytest.mark.parametrize(
        "call",
        [
            lambda log: log.append([b"x"]),
            lambda log: log.read(Prefix()),
            lambda log: log.head(),
            lambda log: log.prefix_at(0),
            lambda log: log.record_at(Position("any", 0)),
        ],
        ids=["append", "read", "head", "prefix_at", "record_at"],
    )
    def test_a_closed_log_says_so(self, log: Log, call: Callable[[Log], object]) -> None:
        log.close()
        with pytest.raises(Unavailable) as refusal:
            call(log)
        assert refusal.value.code == "log.closed"

    def test_closing_twice_does_nothing(self, log: Log) -> None:
        log.append([b"x"])
        log.close()
        log.close()


class DurableLogContract(LogContract):
    """What a log that outlives its process promises beyond."""

    @abc.abstractmethod
    def make(self, directory: Path, clock: Clock) -> Log:
        """An open log with what was appended in this directory before, if anything."""

    def test_what_was_appended_is_there_after_reopening(self, tmp_path: Path, clock: FixedClock) -> None:
        stored: list[Record] = []
        for _ in range(3):
            with closing(self.make(tmp_path, clock)) as log:
                assert list(log.records(Prefix())) == stored
                log.append([b"one", b"two"], key="x")
                stored = list(log.records(Prefix()))
        assert len(stored) == 6
        assert _gapless(stored)

    def test_recorded_at_does_not_go_back_over_reopening(self, tmp_path: Path, clock: FixedClock) -> None:
        with closing(self.make(tmp_path, clock)) as log:
            (before,) = log.append([b"x"], key="x")
        clock.put(_NOON_MS - 86_400_000)
        with closing(self.make(tmp_path, clock)) as log:
            (after,) = log.append([b"x"], key="x")
            assert after.recorded_at_ms >= before.recorded_at_ms
            assert log.prefix_at(before.recorded_at_ms).covers(before.position)

    # Each log that is tested is an executor of its own, and each makes its log anew for every example.
    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(calls=st.lists(st.lists(st.binary(max_size=20_000), max_size=4), max_size=6))
    def test_any_payloads_survive_reopening(
        self, tmp_path_factory: pytest.TempPathFactory, calls: list[list[bytes]]
    ) -> None:
        directory = tmp_path_factory.mktemp("log")
        with closing(self.make(directory, FixedClock(_NOON_MS))) as log:
            for payloads in calls:
                log.append(payloads, key="x")
        with closing(self.make(directory, FixedClock(_NOON_MS))) as log:
            read = [record.payload for record in log.records(Prefix(), limit=3)]
        assert read == [payload for payloads in calls for payload in payloads]


def _read_gapless(log: Log) -> dict[Position, Record]:
    """All records by position, having checked that offsets have no gaps and times do not go back."""
    records = list(log.records(Prefix()))
    assert _gapless(records)
    return {record.position: record for record in records}


def _gapless(records: list[Record]) -> bool:
    by_partition: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_partition[record.position.partition].append(record)
    return all(
        [record.position.offset for record in partition] == list(range(len(partition)))
        and [record.recorded_at_ms for record in partition] == sorted(record.recorded_at_ms for record in partition)
        for partition in by_partition.values()
    )
