"""Bytes that rot: what is sound before them is read, they are named, and nothing false is ever returned."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cchc.clock import FixedClock
from cchc.errors import Corrupt
from cchc.log.port import Prefix, Record
from cchc.log.sqlite.log import SqliteLog

BATCHES = 60


def _payload(number: int) -> bytes:
    return f"batch {number} ".encode() + random.Random(number).randbytes(number % 5 * 9_000 + 50)  # noqa: S311 — not a secret


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A log of sixty batches, one a second, closed."""
    clock = FixedClock(0)
    with SqliteLog(tmp_path / "log.db", clock) as log:
        for number in range(BATCHES):
            clock.put(number * 1_000)
            log.append([_payload(number)])
    return tmp_path / "log.db"


def _overwrite(file: Path, position: int, new: bytes) -> None:
    with file.open("r+b") as stream:
        stream.seek(position)
        stream.write(new)


def damaged(file: Path) -> SqliteLog:
    """The log, not asked about its end before it is read."""
    return SqliteLog(file, FixedClock(0), tail_bytes=0)


def _read_until_damage(file: Path, limit: int) -> tuple[list[Record], Corrupt | None]:
    records: list[Record] = []
    try:
        with damaged(file) as log:
            records.extend(log.records(Prefix(), limit=limit))
    except Corrupt as damage:
        return records, damage
    return records, None


@pytest.mark.parametrize("limit", [1, 7, 1_000])
@pytest.mark.parametrize("number", [0, 30, 33, BATCHES - 1])
def test_a_damaged_payload_is_named_and_what_lies_before_it_is_read(file: Path, number: int, limit: int) -> None:
    position = file.read_bytes().index(_payload(number)[:40])
    _overwrite(file, position + 20, b"rotten")
    records, damage = _read_until_damage(file, limit)
    assert [record.payload for record in records] == [_payload(n) for n in range(number)]
    assert damage is not None
    assert damage.code == "log.corrupt"
    for text in (damage.vi, damage.en):
        assert f" {number} " in text
    assert "sao lưu" in damage.next_vi
    assert "backup" in damage.next_en
    with damaged(file) as log:
        after = log.read(Prefix({"local": number + 1}))
        assert [record.payload for record in after] == [_payload(n) for n in range(number + 1, BATCHES)]


@pytest.mark.parametrize("seed", range(30))
def test_a_page_overwritten_anywhere_never_gives_a_false_batch(file: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 — not a secret
    _overwrite(file, dice.randrange(file.stat().st_size - 8_192), dice.randbytes(dice.choice([1, 64, 8_192])))
    records, damage = _read_until_damage(file, 1_000)
    expected = [Record(r.position, n * 1_000, _payload(n)) for n, r in enumerate(records)]
    assert records == expected
    assert [record.position.offset for record in records] == list(range(len(records)))
    if damage is None:
        assert len(records) == BATCHES, "batches are missing and nothing was said"
    else:
        assert damage.code in {"log.corrupt", "log.not_a_log"}


@pytest.mark.parametrize("limit", [1, 7, 1_000])
@pytest.mark.parametrize("number", [2, 30, 33, 50, BATCHES - 1])
def test_an_overwritten_page_names_the_first_batch_that_it_held(file: Path, number: int, limit: int) -> None:
    start = file.read_bytes().index(f"batch {number} ".encode()) // 8_192 * 8_192
    held = [int(mark) for mark in re.findall(rb"batch (\d+) ", file.read_bytes()[start : start + 8_192])]
    _overwrite(file, start, b"\xa5" * 8_192)
    records, damage = _read_until_damage(file, limit)
    assert [record.payload for record in records] == [_payload(n) for n in range(min(held))]
    assert damage is not None
    assert damage.code == "log.corrupt"
    assert f"at offset {min(held)} " in damage.en


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE batch SET recorded_at_ms = recorded_at_ms + 1 WHERE id = 31", "checksum"),
        ("UPDATE batch SET recorded_at_ms = 'noon' WHERE id = 31", "type"),
        ("UPDATE batch SET payload = (SELECT payload FROM batch WHERE id = 32) WHERE id = 31", "checksum"),
        (
            "UPDATE batch SET (payload, seal) = (SELECT payload, seal FROM batch WHERE id = 32) WHERE id = 31",
            "checksum",
        ),
        ("UPDATE batch SET payload = 7 WHERE id = 31", "type"),
        ("DELETE FROM batch WHERE id = 31", "missing"),
    ],
)
def test_a_row_changed_behind_the_logs_back_is_named(file: Path, statement: str, reason: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(statement)
    records, damage = _read_until_damage(file, 1_000)
    assert len(records) == 30
    assert damage is not None
    assert damage.code == "log.corrupt"
    assert "at offset 30 " in damage.en
    assert reason in damage.en
    with damaged(file) as log, pytest.raises(Corrupt, match="offset 30"):
        log.prefix_at(30_000)


def test_nothing_is_appended_after_a_damaged_last_batch(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE batch SET recorded_at_ms = 99999999999999 WHERE id = ?", [BATCHES])
    with damaged(file) as log:
        with pytest.raises(Corrupt, match=f"offset {BATCHES - 1}"):
            log.append([b"x"])
        assert log.head().size() == BATCHES


def test_a_log_without_its_table_is_corrupt(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("ALTER TABLE batch RENAME TO lot")
    with pytest.raises(Corrupt, match=r"log\.corrupt"):
        SqliteLog(file, FixedClock(0)).open()
    with damaged(file) as log, pytest.raises(Corrupt, match=r"log\.corrupt"):
        log.append([b"x"])


@pytest.mark.parametrize("number", [0, 30, BATCHES - 1])
def test_damage_at_the_end_is_found_when_the_log_is_opened(file: Path, number: int) -> None:
    position = file.read_bytes().index(_payload(number)[:40])
    _overwrite(file, position + 20, b"rotten")
    before = file.read_bytes()
    with pytest.raises(Corrupt, match=f"at offset {number} "):
        SqliteLog(file, FixedClock(0)).open()
    assert file.read_bytes() == before
    assert {path.name for path in file.parent.iterdir()} == {file.name}, "it is closed again"


def test_opening_reads_no_more_than_the_end(file: Path) -> None:
    position = file.read_bytes().index(_payload(20)[:40])
    _overwrite(file, position + 20, b"rotten")
    after = sum(len(_payload(number)) for number in range(21, BATCHES))
    with SqliteLog(file, FixedClock(0), tail_bytes=after) as log:
        assert log.head().size() == BATCHES
    with pytest.raises(Corrupt, match="at offset 20 "):
        SqliteLog(file, FixedClock(0), tail_bytes=after + 1).open()


def test_of_many_small_batches_the_last_thousand_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    with SqliteLog(file, FixedClock(0)) as log:
        log.append([b"small"] * 1_200)
    for number, opens in ((199, True), (200, False)):
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("UPDATE batch SET payload = 'other' WHERE id = ?", [number + 1])
        if opens:
            SqliteLog(file, FixedClock(0)).open().close()
        else:
            with pytest.raises(Corrupt, match=f"at offset {number} "):
                SqliteLog(file, FixedClock(0)).open()
