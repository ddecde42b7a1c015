"""Connections to the embedded engine of this process.

One connection runs one statement at a time, and the engine lives as long as any connection is open. So a call takes a
connection for itself, from those that are idle or a new one (1 ms), and gives it back unless the statement failed.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from chdb.state.sqlitelike import Connection

from cchc.store import failures
from cchc.store.engine_errors import error_of

_ENGINE_SETTINGS = Path(__file__).with_name("engine.xml")
_FREE_BYTES_TO_OPEN = 1_000_000


class Connections:
    """The connections of one store directory.

    Args:
        path: the store's directory; it is made if it is missing.
        settings: ClickHouse settings of every connection.
    """

    def __init__(self, path: Path, settings: Mapping[str, int | str]) -> None:
        self._path = path
        self._settings = ", ".join(
            f"{name} = {value}" if isinstance(value, int) else f"{name} = '{value}'" for name, value in settings.items()
        )
        self._condition = threading.Condition()
        self._idle: dict[str, list[Connection]] = defaultdict(list)
        self._busy = 0
        self._keeper: Connection | None = None

    def open(self) -> None:
        """Start the engine on the directory, or join it where this process runs it there already.

        Opening twice does nothing.

        Raises:
            Refused: ``store.one_path_per_process``, ``store.path_refused``, ``store.not_durable``.
            Unavailable: ``store.locked``, ``store.disk_full``.
            Corrupt: ``store.corrupt``.
        """
        with self._condition:
            if self._keeper is not None:
                return
            self._path = _usable(self._path)
            keeper = self._started()
            try:
                self._refuse_unless_durable(keeper)
            except BaseException:
                keeper.close()
                raise
            self._keeper = keeper

    def close(self) -> None:
        """Wait for the statements under way, then give back every connection; the last one stops the engine."""
        with self._condition:
            keeper, self._keeper = self._keeper, None
            self._condition.wait_for(lambda: self._busy == 0)
            connections = [connection for idle in self._idle.values() for connection in idle]
            self._idle.clear()
        for connection in connections:
            connection.close()
        if keeper is not None:
            keeper.close()

    @contextmanager
    def taken(self, database: str) -> Iterator[Connection]:
        """A connection for one call alone, its unqualified table names in ``database``.

        What the engine says against a statement inside comes out as the store's own error.

        Raises:
            Unavailable: ``store.closed``.
        """
        with self._condition:
            if self._keeper is None:
                raise failures.closed()
            self._busy += 1
            idle = self._idle[database]
            connection = idle.pop() if idle else None
        fit = False
        try:
            connection = connection or self._connected(database)
            yield connection
            fit = True
        except RuntimeError as error:  # chDB's own
            raise error_of(str(error)) from error
        finally:
            # After an error a connection would put what it had written of the failed answer before the next one.
            if connection is not None and not fit:
                connection.close()
            with self._condition:
                if connection is not None and fit:
                    self._idle[database].append(connection)
                self._busy -= 1
                self._condition.notify_all()

    def forget(self, database: str) -> None:
        """Close the idle connections of a database that is going away."""
        with self._condition:
            connections = self._idle.pop(database, [])
        for connection in connections:
            connection.close()

    def _connected(self, database: str) -> Connection:
        connection = Connection(self._connection_string())
        try:
            connection.query(f"SET {self._settings}")
            connection.query(f"USE {database}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _refuse_unless_durable(self, connection: Connection) -> None:
        sql = "SELECT value FROM system.merge_tree_settings WHERE name = 'fsync_after_insert'"
        if connection.query(sql, "TSV").data().strip() != "1":
            raise failures.not_durable(self._path)

    def _connection_string(self) -> str:
        return f"{self._path}?config-file={_ENGINE_SETTINGS}"

    def _started(self) -> Connection:
        _refuse_if_held_elsewhere(self._path)
        try:
            return Connection(self._connection_string())
        except RuntimeError as error:
            # The engine prints its reason and keeps it to itself; what it does say is the other path.
            if "already initialized with path" in str(error):
                raise failures.one_path_per_process(self._path) from error
        # A holder that let go just now leaves no trace, so damage is what is still there at a second look.
        try:
            return Connection(self._connection_string())
        except RuntimeError as error:
            if _holder(self._path) is not None:
                raise failures.locked(self._path, "?") from error
            if (free := shutil.disk_usage(self._path).free) < _FREE_BYTES_TO_OPEN:
                raise failures.disk_full(f"{free} bytes free") from error
            raise failures.corrupt(f"{self._path} cannot be loaded; the engine printed its reason") from error


def _usable(path: Path) -> Path:
    """The directory, resolved and made; the engine tells two spellings of one path apart."""
    path = path.resolve()
    if "?" in str(path):
        raise failures.path_refused(path, "a question mark in its name")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise failures.path_refused(path, str(error)) from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise failures.path_refused(path, "no permission to read and write")
    return path


def _refuse_if_held_elsewhere(path: Path) -> None:
    holder = _holder(path)
    if holder is not None and holder != os.getpid():
        raise failures.locked(path, f"pid {holder}")


def _holder(path: Path) -> int | None:
    """The process that has the directory, as the engine's own lock file tells; None where nobody has it."""
    with suppress(FileNotFoundError), (path / "status").open() as status:
        try:
            fcntl.flock(status, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = re.search(r"PID: (\d+)", status.read())
            return int(pid.group(1)) if pid else -1
    return None
