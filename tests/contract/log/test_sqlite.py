"""The log in a SQLite file."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from cchc.clock import Clock, FixedClock, SystemClock
from cchc.errors import Unavailable
from cchc.log.port import MAX_PAYLOAD_BYTES, Prefix
from cchc.log.sqlite.log import SqliteLog
from cchc.testing.log_contract import DurableLogContract


class TestSqliteLog(DurableLogContract):
    def make(self, directory: Path, clock: Clock) -> SqliteLog:
        return SqliteLog(directory / "log.db", clock).open()


def test_a_log_works_before_the_block_and_not_after(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db", FixedClock(0))
    with pytest.raises(Unavailable, match=r"log\.closed"):
        log.append([b"x"])
    with log:
        log.append([b"x"])
    with pytest.raises(Unavailable, match=r"log\.closed"):
        log.head()
    with log:
        assert log.open() is log
        assert log.head().size() == 1


def test_a_closed_log_is_one_file(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.db", FixedClock(0)) as log:
        log.append([b"x"])
    assert [path.name for path in tmp_path.iterdir()] == ["log.db"]


def test_every_commit_reaches_the_disk_before_its_receipt(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.db", FixedClock(0)) as log:
        for connection in (log._writer, log._reader):
            assert connection is not None
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == (b"wal",)


def test_what_waits_is_committed_together(tmp_path: Path) -> None:
    commits: list[str] = []
    threads, calls = 8, 50
    with SqliteLog(tmp_path / "log.db", SystemClock()) as log:
        assert log._writer is not None
        log._writer.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
        start = threading.Barrier(threads)

        def send(_: int) -> None:
            start.wait()
            for _call in range(calls):
                log.append([b"x" * 1_000])

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(send, range(threads)))
        assert log.head().size() == threads * calls
    assert len(commits) < threads * calls / 2


def test_the_write_ahead_file_stays_small(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.db", SystemClock()) as log:
        for _ in range(40):
            log.append([bytes(500_000)])
        assert (tmp_path / "log.db-wal").stat().st_size < 6_000_000
        for _ in range(1_000):
            log.append([b"small"])
        assert (tmp_path / "log.db-wal").stat().st_size < 6_000_000


def test_a_read_of_large_batches_stops_before_it_fills_the_memory(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.db", SystemClock()) as log:
        for _ in range(3):
            log.append([bytes(MAX_PAYLOAD_BYTES)] * 4)
        assert len(log.read(Prefix())) == 8
        assert sum(1 for _ in log.records(Prefix())) == 12


def test_a_reader_does_not_wait_for_an_append(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.db", SystemClock()) as log:
        log.append([b"x"])
        assert log._writer is not None
        log._writer.execute("BEGIN IMMEDIATE")
        assert log.head().size() == 1
        assert len(log.read(Prefix())) == 1
        log._writer.execute("ROLLBACK")


def test_two_logs_on_one_file_share_offsets_and_time(tmp_path: Path) -> None:
    ahead, behind = FixedClock(2_000), FixedClock(1_000)
    with SqliteLog(tmp_path / "log.db", ahead) as one, SqliteLog(tmp_path / "log.db", behind) as two:
        receipts = [(one, two)[n % 2].append([b"x"])[0] for n in range(10)]
        assert [r.position.offset for r in receipts] == list(range(10))
        assert [r.recorded_at_ms for r in receipts] == [2_000] * 10
        assert one.read(Prefix()) == two.read(Prefix())


def test_many_threads_on_several_logs_of_one_new_file_lose_nothing(tmp_path: Path) -> None:
    objects, calls = 4, 30
    start = threading.Barrier(objects)

    def send(number: int) -> list[tuple[int, bytes]]:
        start.wait()
        with SqliteLog(tmp_path / "log.db", SystemClock(), busy_ms=60_000) as log:
            payloads = [f"{number} {call}".encode() * 5_000 for call in range(calls)]
            return [(log.append([payload])[0].position.offset, payload) for payload in payloads]

    with ThreadPoolExecutor(objects) as pool:
        sent = dict(pair for pairs in pool.map(send, range(objects)) for pair in pairs)
    with SqliteLog(tmp_path / "log.db", SystemClock()) as log:
        assert {r.position.offset: r.payload for r in log.records(Prefix())} == sent
    with closing(sqlite3.connect(tmp_path / "log.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_closing_waits_for_the_appends_under_way(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "log.db", SystemClock()).open()
    acknowledged: list[int] = []
    refusals: list[str] = []
    first = threading.Event()

    def send(_: int) -> None:
        while True:
            try:
                acknowledged.append(log.append([bytes(20_000)])[0].position.offset)
            except Unavailable as refusal:
                refusals.append(refusal.code)
                return
            first.set()

    with ThreadPoolExecutor(4) as pool:
        senders = [pool.submit(send, n) for n in range(4)]
        first.wait()
        log.close()
        for sender in senders:
            sender.result()
    assert refusals == ["log.closed"] * 4
    with SqliteLog(tmp_path / "log.db", SystemClock()) as reopened:
        assert sorted(acknowledged) == [r.position.offset for r in reopened.records(Prefix())]
