"""The file under a log in SQLite: whether it is there, and transactions on it."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from cchc.log import failures
from cchc.log.sqlite.errors import primary_code

_LOOK_AGAIN_S = 0.001
"""About as long as a commit takes."""


def check_there(path: Path, *, may_create: bool) -> None:
    """Make sure that opening the file destroys nothing.

    SQLite makes a file that is missing, and deletes a write-ahead file that lies beside an empty one: with all that is
    in it.

    Raises:
        Corrupt: ``log.missing`` when the file is not there or empty, and none may be made or its write-ahead file is
            there. Nothing was touched.
        Unavailable: ``log.read_only`` when the folder may not be looked at.
    """
    try:
        if _size(path):
            return
        write_ahead = _size(path.with_name(f"{path.name}-wal"))
    except OSError as error:
        raise failures.read_only(path) from error
    if write_ahead or not may_create:
        raise failures.missing(path)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def patiently(attempt: Callable[[], bool], patience_s: float, pause: Callable[[float], None] = time.sleep) -> bool:
    """Attempt what another may stand in the way of, with short pauses, and say whether it went well at last.

    SQLite's own pauses grow to a tenth of a second, while whoever has just committed begins again: where several
    processes write all the time, one of them waits for seconds.

    Args:
        attempt: says whether it went well.
        patience_s: how long to go on.
        pause: sleeps.
    """
    give_up = time.monotonic() + patience_s
    while not attempt():
        if time.monotonic() >= give_up:
            return False
        pause(_LOOK_AGAIN_S)
    return True


@contextlib.contextmanager
def transaction(
    connection: sqlite3.Connection, kind: Literal["DEFERRED", "IMMEDIATE"], *, patience_s: float = 0
) -> Iterator[None]:
    """Everything in the block is committed, or nothing. IMMEDIATE takes the write lock at once, DEFERRED only reads.

    Args:
        connection: waits for a lock by itself as long as its ``busy_timeout`` says.
        kind: of transaction.
        patience_s: how long to look for the lock beyond that, see ``patiently``.
    """
    begin = f"BEGIN {kind}"
    if not patience_s or not patiently(lambda: _is_done(connection, begin), patience_s):
        connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite rolls back by itself on some errors, a full disk for one.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _is_done(connection: sqlite3.Connection, statement: str) -> bool:
    """Execute it, unless another holds the file."""
    try:
        connection.execute(statement)
    except sqlite3.OperationalError as error:
        if primary_code(error) != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
