"""Files that are locked, not writable, not a log, or too new: said with a code, and left unchanged."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cchc.clock import FixedClock
from cchc.errors import Corrupt, Unavailable
from cchc.log.port import Prefix
from cchc.log.sqlite.log import SCHEMA_VERSION, SqliteLog

_ROOT = Path(__file__).parents[3]

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement).fetchall()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def _held_by_another_process(file: Path, *statements: str) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(file), *statements], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A log of three batches, closed."""
    with SqliteLog(tmp_path / "log.db", FixedClock(1_000)) as log:
        log.append([b"one", b"two", b"three"])
    return tmp_path / "log.db"


def test_an_append_to_a_log_that_another_process_holds_is_refused_and_stores_nothing(file: Path) -> None:
    with SqliteLog(file, FixedClock(1_000), busy_ms=20) as log:
        with _held_by_another_process(file, "BEGIN EXCLUSIVE"):
            with pytest.raises(Unavailable) as refusal:
                log.append([b"four"])
            assert refusal.value.code == "log.locked"
            assert log.head().size() == 3
            assert len(log.read(Prefix())) == 3
        (receipt,) = log.append([b"five"])
        assert receipt.position.offset == 3
        assert [record.payload for record in log.read(Prefix())] == [b"one", b"two", b"three", b"five"]


def test_a_log_that_another_process_has_for_itself_does_not_open(file: Path) -> None:
    statements = ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "SELECT 1")
    with _held_by_another_process(file, *statements), pytest.raises(Unavailable) as refusal:
        SqliteLog(file, FixedClock(1_000), busy_ms=20).open()
    assert refusal.value.code == "log.locked"
    with SqliteLog(file, FixedClock(1_000)) as log:
        assert log.head().size() == 3


def test_a_newer_schema_is_refused_and_left_unchanged(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = file.read_bytes()
    with pytest.raises(Corrupt) as refusal:
        SqliteLog(file, FixedClock(1_000)).open()
    assert refusal.value.code == "log.newer_schema"
    assert str(SCHEMA_VERSION + 1) in refusal.value.vi
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"dossier_code,unit_code\n", b"dossier_code,unit_code\n" * 10_000, bytes(100), bytes(100_000)],
    ids=["short text", "long text", "short zeros", "long zeros"],
)
def test_a_file_that_is_no_database_is_refused_and_left_unchanged(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "log.db"
    file.write_bytes(content)
    with pytest.raises(Corrupt) as refusal:
        SqliteLog(file, FixedClock(1_000)).open()
    assert refusal.value.code == "log.not_a_log"
    assert file.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["log.db"]


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE x (y)", "PRAGMA application_id = 7", "PRAGMA user_version = 3"], ids=str
)
def test_another_programs_database_is_refused_and_left_unchanged(tmp_path: Path, statement: str) -> None:
    file = tmp_path / "log.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
    before = file.read_bytes()
    with pytest.raises(Corrupt) as refusal:
        SqliteLog(file, FixedClock(1_000)).open()
    assert refusal.value.code == "log.not_a_log"
    assert file.read_bytes() == before


def test_a_file_left_empty_by_a_crash_becomes_a_log(tmp_path: Path) -> None:
    empty, only_header = tmp_path / "empty.db", tmp_path / "header.db"
    empty.touch()
    with closing(sqlite3.connect(only_header)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    for file in (empty, only_header):
        with SqliteLog(file, FixedClock(1_000)) as log:
            log.append([b"x"])
            assert log.head().size() == 1


@pytest.mark.parametrize("emptied", [False, True])
def test_a_log_that_is_gone_from_beside_its_write_ahead_file_is_not_made_anew(tmp_path: Path, emptied: bool) -> None:
    file, write_ahead = tmp_path / "log.db", tmp_path / "log.db-wal"
    with SqliteLog(file, FixedClock(1_000)) as log:
        log.append([b"x"])
        kept = write_ahead.read_bytes()
    file.unlink()
    if emptied:
        file.touch()
    write_ahead.write_bytes(kept)
    with pytest.raises(Corrupt) as refusal:
        SqliteLog(file, FixedClock(1_000)).open()
    assert refusal.value.code == "log.missing"
    assert write_ahead.read_bytes() == kept
    assert file.exists() is emptied


def test_a_log_that_may_not_be_made_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Corrupt) as refusal:
        SqliteLog(tmp_path / "log.db", FixedClock(1_000), may_create=False).open()
    assert refusal.value.code == "log.missing"
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refusal:
        SqliteLog(tmp_path / "nowhere" / "log.db", FixedClock(1_000)).open()
    assert refusal.value.code == "log.read_only"


def test_storage_without_a_write_ahead_log_is_said() -> None:
    with pytest.raises(Unavailable) as refusal:
        SqliteLog(Path(":memory:"), FixedClock(1_000)).open()
    assert refusal.value.code == "log.unsuitable_filesystem"


_OPEN_AS_NOBODY = """
import os, sys
from pathlib import Path
from cchc.clock import FixedClock
from cchc.errors import CchcError
from cchc.log.sqlite.log import SqliteLog

os.chdir("/")
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    with SqliteLog(Path(sys.argv[1]), FixedClock(1_000)) as log:
        log.append([b"x"])
except CchcError as error:
    print(error.code)
"""


@pytest.mark.parametrize("exists", [True, False], ids=["with a log", "empty"])
def test_a_read_only_folder_is_said(exists: bool) -> None:
    # Not tmp_path: the superuser may write everywhere, and the user that it becomes here may not look into tmp_path.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.db"
        if exists:
            with SqliteLog(file, FixedClock(1_000)) as log:
                log.append([b"one"])
            file.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            run = subprocess.run(
                [sys.executable, "-c", _OPEN_AS_NOBODY, str(file)],
                cwd=_ROOT,
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            )
        finally:
            Path(folder).chmod(0o755)
        assert run.stdout == "log.read_only\n"
