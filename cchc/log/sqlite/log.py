"""The log of one machine: a SQLite file, one row a batch."""

from __future__ import annotations

import contextlib
import sqlite3
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Self

from cchc.clock import Clock
from cchc.errors import Corrupt
from cchc.log import failures
from cchc.log.port import MAX_PAYLOAD_BYTES, Log, Position, Prefix, Receipt, Record
from cchc.log.sqlite.errors import meaning, primary_code
from cchc.log.sqlite.file import check_there, patiently, transaction
from cchc.log.sqlite.group_commit import GroupCommit

PARTITION = "local"
"""The one partition."""

APPLICATION_ID = 0x43434C47
"""SQLite's mark in the file's header that says whose file it is: "CCLG"."""

SCHEMA_VERSION = 1
"""Kept in the file as ``user_version``."""

# Larger pages write more bytes for a small batch, smaller ones more pages for a large one; 4 and 8 KiB measure alike.
_PAGE_BYTES = 8192
# A small write-ahead file is overwritten in place, which costs the disk less than growing one; below this the moving of
# pages into the database itself shows.
_CHECKPOINT_BYTES = 4 * 1024 * 1024
_CHECKPOINT_BYTES_AFTER_BUSY = 16 * _CHECKPOINT_BYTES
_GROUP_BYTES = 4 * MAX_PAYLOAD_BYTES
_READ_BYTES = 8 * MAX_PAYLOAD_BYTES

TAIL_BYTES = 16 * 1024 * 1024
"""How much of the log's end ``open`` checks, in bytes of payload."""

_TAIL_BATCHES = 1_000

# recorded_at_ms stands before the payload so that reading it does not walk through the payload's pages.
_SCHEMA = """
CREATE TABLE batch (
    id INTEGER PRIMARY KEY,           -- offset + 1
    recorded_at_ms INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    payload BLOB NOT NULL
)
"""
_INSERT = "INSERT INTO batch (id, recorded_at_ms, seal, payload) VALUES (?, ?, ?, ?)"
_SELECT = "SELECT id, recorded_at_ms, seal, payload FROM batch WHERE id > ? ORDER BY id LIMIT ?"
_COUNT = "SELECT coalesce(max(id), 0) FROM batch"

_PLACE = struct.Struct(">qq")


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A payload with its CRC-32, computed by the caller so that the commit does not wait for it."""

    payload: bytes
    crc: int


@dataclass(frozen=True, slots=True)
class _Last:
    """How many batches there are, and when the last was recorded."""

    count: int
    recorded_at_ms: int


class SqliteLog(Log):
    """A log in one SQLite file, for one machine.

    Appends of many threads share one disk write; reads have a connection of their own and do not wait for appends.
    Several objects, also of several processes, may be open on one file. Every batch carries a seal over its place, its
    time and its payload, which every read checks.

    ``open`` starts it; as a context manager it is open within the block.

    Args:
        path: the file; made by ``open`` if it is not there. Its folder must be there and on a local disk.
        clock: says when a batch is recorded.
        busy_ms: how long to wait for another process or object that holds the file before ``log.locked``.
        tail_bytes: how much of the log's end ``open`` checks; 0 opens a damaged log to read what can be read of it.
        may_create: whether ``open`` makes a log where there is none.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        busy_ms: int = 5_000,
        tail_bytes: int = TAIL_BYTES,
        may_create: bool = True,
    ) -> None:
        self._path = path
        self._clock = clock
        self._busy_ms = busy_ms
        self._tail_bytes = tail_bytes
        self._may_create = may_create
        self._group: GroupCommit[_Sealed] | None = None
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._read_turn = threading.Lock()
        self._state_turn = threading.Lock()
        self._last = _Last(0, 0)
        self._until_checkpoint = _CHECKPOINT_BYTES

    def open(self) -> Self:
        """Open the file, or make it, and return this log. Opening an open log does nothing.

        The end of the log, what an append continues from among it, is read and its seals are checked: the last
        ``tail_bytes`` of payload or 1,000 batches, whichever is less. That takes some 20 ms, however long the log is;
        what lies before is checked when it is read.

        Raises:
            Unavailable: ``log.locked``, ``log.read_only``, ``log.disk_full``, ``log.unsuitable_filesystem``.
            Corrupt: ``log.missing`` when the file is not there or empty, and none may be made or its write-ahead file
                is there; ``log.not_a_log``, ``log.newer_schema``, ``log.corrupt``. Nothing was changed.
        """
        with self._state_turn:
            if self._group is None:
                check_there(self._path, may_create=self._may_create)
                with contextlib.ExitStack() as undo:
                    writer = undo.enter_context(contextlib.closing(self._connect()))
                    reader = undo.enter_context(contextlib.closing(self._connect()))
                    self._check_tail(reader)
                    undo.pop_all()
                # Who writes looks for the lock himself, see ``patiently``.
                writer.execute("PRAGMA busy_timeout = 0")
                self._writer, self._reader = writer, reader
                self._last = _Last(0, 0)
                self._group = GroupCommit(self._commit, self._upkeep, max_group_bytes=_GROUP_BYTES)
        return self

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def append(self, payloads: Sequence[bytes], *, key: str = "") -> list[Receipt]:  # noqa: ARG002 — one partition
        """See ``Log.append``. The payloads of one call lie next to each other."""
        group = self._group
        if group is None:
            raise failures.closed()
        for payload in payloads:
            if len(payload) > MAX_PAYLOAD_BYTES:
                raise failures.payload_too_large(len(payload))
        if not payloads:
            return []
        return group.append([_Sealed(p, zlib.crc32(p)) for p in payloads], sum(map(len, payloads)))

    def read(self, after: Prefix, *, limit: int = 1_000) -> list[Record]:
        """See ``Log.read``. Stops early after 64 MiB of payloads."""
        if limit < 1:
            raise ValueError(f"limit is {limit}, not at least 1")
        with self._reading() as reader:
            return self._read(reader, after.end(PARTITION), limit)

    def head(self) -> Prefix:
        """See ``Log.head``."""
        with self._reading() as reader:
            return _prefix(_count(reader))

    def prefix_at(self, recorded_at_ms: int) -> Prefix:
        """See ``Log.prefix_at``. Looks at about log2(n) batches."""
        with self._reading() as reader:
            low, high = 0, _count(reader)
            while low < high:
                middle = (low + high) // 2
                if self._one(reader, middle).recorded_at_ms <= recorded_at_ms:
                    low = middle + 1
                else:
                    high = middle
            return _prefix(low)

    def close(self) -> None:
        """See ``Log.close``. Waits for the appends that are under way; later ones get ``log.closed``."""
        with self._state_turn:
            if self._group is None or self._writer is None or self._reader is None:
                return
            self._group.close()
            with self._read_turn:
                self._reader.close()
                self._reader = None
            # The last connection to close moves the write-ahead file's pages into the database and removes it.
            self._writer.close()
            self._writer = None
            self._group = None

    def _check_tail(self, reader: sqlite3.Connection) -> None:
        """Read the last batches, the last first, so that every seal is checked."""
        left = self._tail_bytes
        with self._explained():
            count = _count(reader) if left else 0
            for offset in range(count - 1, max(count - _TAIL_BATCHES, 0) - 1, -1):
                left -= len(self._one(reader, offset).payload)
                if left <= 0:
                    break

    def _connect(self) -> sqlite3.Connection:
        """A connection to a file that is known to be a log of ours."""
        with self._explained(), contextlib.ExitStack() as undo:
            connection = sqlite3.connect(
                self._path, timeout=self._busy_ms / 1000, isolation_level=None, check_same_thread=False
            )
            undo.callback(connection.close)
            # A damaged row may call its payload text; take its bytes as they are and let the seal judge.
            connection.text_factory = bytes
            # In one transaction: its questions are about one state of the file, while another process may be making it.
            with transaction(connection, "DEFERRED"):
                new = self._is_new(connection)
            if new:
                self._create(connection)
            self._write_ahead(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            undo.pop_all()
            return connection

    def _is_new(self, connection: sqlite3.Connection) -> bool:
        """Whether the file is empty; if not, it is a log that this program can read."""
        try:
            (application_id,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            if primary_code(error) == sqlite3.SQLITE_NOTADB:
                raise failures.not_a_log(self._path) from error
            raise
        if application_id == 0 and version == 0 and tables == 0:
            return True
        if application_id != APPLICATION_ID:
            raise failures.not_a_log(self._path)
        if version > SCHEMA_VERSION:
            raise failures.newer_schema(self._path, version, SCHEMA_VERSION)
        return False

    def _create(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        # In one transaction, so that a crash leaves an empty file or a log; and asked again, because another may have
        # made it since.
        with transaction(connection, "IMMEDIATE"):
            if self._is_new(connection):
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                connection.execute(_SCHEMA)

    def _write_ahead(self, connection: sqlite3.Connection) -> None:
        """Turn the write-ahead file on. Only a new file's first connection has something to do."""
        give_up = time.monotonic() + self._busy_ms / 1000
        while True:
            try:
                (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError as error:
                # Alone among the statements here it does not wait by itself for a process that opens the file too.
                if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(0.01)
            else:
                break
        if mode != b"wal":
            raise failures.unsuitable_filesystem(self._path)

    def _commit(self, batches: Sequence[_Sealed]) -> list[Receipt]:
        """Store the batches of a group in one transaction; called by one thread at a time."""
        writer = self._writer
        if writer is None:
            raise failures.closed()
        with self._explained():
            with transaction(writer, "IMMEDIATE", patience_s=self._busy_ms / 1000):
                last = self._last_now(writer)
                now_ms = max(self._clock.now_ms(), last.recorded_at_ms)
                first = last.count
                writer.executemany(
                    _INSERT,
                    [
                        (offset + 1, now_ms, _seal(offset, now_ms, batch.crc), batch.payload)
                        for offset, batch in enumerate(batches, first)
                    ],
                )
            self._last = _Last(first + len(batches), now_ms)
        # A commit of small batches still writes a whole page, and now and then its parent.
        self._until_checkpoint -= sum(len(batch.payload) for batch in batches) + 2 * _PAGE_BYTES
        return [Receipt(Position(PARTITION, offset), now_ms) for offset in range(first, first + len(batches))]

    def _last_now(self, writer: sqlite3.Connection) -> _Last:
        """The last batch, read again only if somebody else appended it."""
        count = _count(writer)
        if count == self._last.count:
            return self._last
        return _Last(count, self._one(writer, count - 1).recorded_at_ms)

    def _upkeep(self) -> None:
        """Move the write-ahead file's pages into the database, now and then.

        FULL and not PASSIVE because FULL holds the write lock: SQLite before 3.51.3 may lose pages when one connection
        commits while another checkpoints. A failure is no caller's: all was durable before, and there is a next time.
        """
        if self._until_checkpoint > 0 or self._writer is None:
            return
        self._until_checkpoint = _CHECKPOINT_BYTES
        try:
            is_moved = patiently(partial(_is_moved, self._writer), self._busy_ms / 1000)
        except sqlite3.Error:
            is_moved = False
        if not is_moved:
            self._until_checkpoint = _CHECKPOINT_BYTES_AFTER_BUSY

    def _read(self, reader: sqlite3.Connection, first: int, limit: int) -> list[Record]:
        """Batches from this offset on; damage is raised only when there is nothing sound before it to return."""
        records: list[Record] = []
        size = 0
        try:
            with contextlib.closing(reader.execute(_SELECT, (first, limit))) as cursor:
                for row in cursor:
                    record = self._checked(first + len(records), row)
                    records.append(record)
                    size += len(record.payload)
                    if size >= _READ_BYTES:
                        break
        except Corrupt:
            if not records:
                raise
        except sqlite3.DatabaseError as error:
            # The module fetches one row ahead: the row that it failed on may be the one after the row that we wait for.
            if not records and limit > 1:
                return self._read(reader, first, 1)
            if not records:
                raise meaning(error, self._path, first) from error
        return records

    def _one(self, connection: sqlite3.Connection, offset: int) -> Record:
        records = self._read(connection, offset, 1)
        if not records:
            raise failures.corrupt(self._path, offset, "missing")
        return records[0]

    def _checked(self, offset: int, row: tuple[object, object, object, object]) -> Record:
        """The row as the record that must lie at this offset."""
        row_id, recorded_at_ms, seal, payload = row
        if row_id != offset + 1:
            raise failures.corrupt(self._path, offset, "missing")
        if not isinstance(recorded_at_ms, int) or not isinstance(payload, bytes):
            raise failures.corrupt(self._path, offset, "wrong type")
        if seal != _seal(offset, recorded_at_ms, zlib.crc32(payload)):
            raise failures.corrupt(self._path, offset, "wrong checksum")
        return Record(Position(PARTITION, offset), recorded_at_ms, payload)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._read_turn, self._explained():
            if self._reader is None:
                raise failures.closed()
            yield self._reader

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's errors as the port's."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise meaning(error, self._path) from error


def _seal(offset: int, recorded_at_ms: int, payload_crc: int) -> int:
    """CRC-32 over the payload followed by where and when it was recorded."""
    return zlib.crc32(_PLACE.pack(offset, recorded_at_ms), payload_crc)


def _is_moved(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead file's pages into the database, unless another is in the way."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
    return not busy


def _count(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute(_COUNT).fetchone()
    assert isinstance(count, int)  # noqa: S101 — an aggregate over integer keys
    return count


def _prefix(end: int) -> Prefix:
    return Prefix(MappingProxyType({PARTITION: end})) if end else Prefix()
