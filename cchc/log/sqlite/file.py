"""The file under a log in SQLite: whether it is there, and transactions on it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from cchc.log import failures


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


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, kind: Literal["DEFERRED", "IMMEDIATE"]) -> Iterator[None]:
    """Everything in the block is committed, or nothing. IMMEDIATE takes the write lock at once, DEFERRED only reads."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite rolls back by itself on some errors, a full disk for one.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
