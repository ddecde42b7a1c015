"""What SQLite's errors mean for whoever called the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from cchc.errors import CchcError
from cchc.log import failures

_MEANINGS: dict[int, Callable[[Path], CchcError]] = {
    sqlite3.SQLITE_BUSY: failures.locked,
    sqlite3.SQLITE_LOCKED: failures.locked,
    sqlite3.SQLITE_PROTOCOL: failures.locked,
    sqlite3.SQLITE_FULL: failures.disk_full,
    sqlite3.SQLITE_NOLFS: failures.disk_full,
    sqlite3.SQLITE_READONLY: failures.read_only,
    sqlite3.SQLITE_CANTOPEN: failures.read_only,
    sqlite3.SQLITE_PERM: failures.read_only,
    sqlite3.SQLITE_AUTH: failures.read_only,
}
# Quotas and file size limits arrive as failed writes; SQLite does not pass on the system's reason.
_REFUSED_WRITES = frozenset({"SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"})


def meaning(error: sqlite3.DatabaseError, path: Path, offset: int | None = None) -> CchcError:
    """The port's error for SQLite's; ``offset`` is the batch that was being read.

    Raises:
        sqlite3.DatabaseError: as ``primary_code``.
    """
    code = primary_code(error)
    if error.sqlite_errorname in _REFUSED_WRITES:
        return failures.disk_full(path)
    if code == sqlite3.SQLITE_IOERR:
        return failures.disk_failed(path, error.sqlite_errorname)
    if code in _MEANINGS:
        return _MEANINGS[code](path)
    return failures.corrupt(path, offset, error.sqlite_errorname)


def primary_code(error: sqlite3.DatabaseError) -> int:
    """SQLite's result code without the detail in its upper bits.

    Raises:
        sqlite3.DatabaseError: the error itself, when it comes from a misuse of the module and not from SQLite.
    """
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        raise error
    return code & 0xFF
