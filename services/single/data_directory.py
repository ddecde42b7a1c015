"""The data directory of the embedded mode: one log, one store, one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from typing import IO, Self

from cchc.clock import Clock
from cchc.errors import CchcError, Refused, Unavailable, system_reason
from cchc.log.failures import missing
from cchc.log.port import Log
from cchc.log.sqlite.log import SqliteLog
from cchc.store.embedded.chdb import ChdbStore
from cchc.store.port import Store
from services.aggregator.generations import Generations
from services.single.contents import LOCK_FILE, LOG_FILE, STORE_DIRECTORY, Contents, contents_of
from services.single.failures import no_data_directory, not_empty
from services.single.log_and_store import LogAndStore, Progress, Rebuilt

_DAMAGED = frozenset(
    {
        "store.corrupt",
        "store.newer_schema",
        "store.migration_changed",
        "store.statement_refused",  # a rebuild's statements are this program's own: what refuses them is not its store
    }
)
"""What a store that has to be built anew says."""


class DataDirectory(LogAndStore):
    """Log and store of one directory. ``open`` starts; use it in ``with``.

    The log is the truth: the store can be deleted while nobody has it open, and is then built anew by the next
    ``catch_up``; ``rebuild`` does the same beside what is there, also where that is damaged.

    Args:
        path: the directory.
        clock: what time it is.
        log_clock: says when a batch is recorded, where that is another clock.
        may_set_up: whether a directory that is not there, or is empty, becomes one. Without it one that has no log is
            refused, and nothing is made.
    """

    def __init__(self, path: Path, clock: Clock, log_clock: Clock | None = None, *, may_set_up: bool = True) -> None:
        self._path = path
        self._clock = clock
        self._may_set_up = may_set_up
        self._log = SqliteLog(path / LOG_FILE, log_clock or clock, may_create=may_set_up)
        self._server = ChdbStore(path / STORE_DIRECTORY)
        self._live: Store | None = None
        self._lock: IO[str] | None = None

    def open(self) -> Self:
        """Lock the directory and open what is in it; an empty one is set up, where that is wanted.

        Raises:
            Unavailable: ``data.in_use`` when another process has it. Others from the log or the store.
            Refused: ``data.missing``, ``data.not_empty``, ``data.not_a_directory``, ``data.not_writable``.
            Corrupt: ``log.missing`` when the log is gone and what belongs to it is there; nothing was touched. Others
                from the log or the store.
        """
        self.open_log()
        try:
            self._server.open()
            self._live = self._generations().live()
        except BaseException:
            self.close()
            raise
        return self

    def open_log(self) -> Self:
        """Lock the directory and open the log alone, for ``rebuild``. Errors as ``open``."""
        _check_contents(self._path, may_set_up=self._may_set_up)
        self._lock = _locked(self._path)
        try:
            self._log.open()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Close the store and the log, and give the lock back."""
        self._server.close()
        self._log.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def log(self) -> Log:
        """The log."""
        return self._log

    @property
    def store(self) -> Store:
        """The live generation of the store."""
        if self._live is None:
            raise RuntimeError("the data directory is not open")
        return self._live

    def rebuild(self, progress: Progress | None = None, *, shorter_log: bool = False) -> Rebuilt:
        """Build the store anew from the log beside the live one, and swap.

        A store that is damaged, of another version of this program, or longer than a log that is to be taken all the
        same, is moved aside as ``store.broken-N`` and left there; nothing is deleted that was not built again.

        Raises:
            Corrupt: as ``LogAndStore.rebuild``.
            Unavailable, Corrupt: from the log, or from a new store too.
        """
        set_aside = None
        given_up = _DAMAGED | {"store.ahead_of_log"} if shorter_log else _DAMAGED
        try:
            self._server.open()
            events = self._generations().rebuild(self._log, progress)
        except CchcError as error:
            if error.code not in given_up:
                raise
            set_aside = self._set_aside()
            self._server.open()
            events = self._generations().rebuild(self._log, progress)
        self._live = self._generations().live()
        return Rebuilt(events, set_aside)

    def _generations(self) -> Generations:
        return Generations(self._server, self._clock)

    def _set_aside(self) -> Path:
        """Close the store and move it out of the way; returns where it is now."""
        self._server.close()
        number = 1 + sum(1 for _ in self._path.glob(f"{STORE_DIRECTORY}.broken-*"))
        while (aside := self._path / f"{STORE_DIRECTORY}.broken-{number}").exists():
            number += 1
        (self._path / STORE_DIRECTORY).rename(aside)
        self._server = ChdbStore(self._path / STORE_DIRECTORY)
        return aside

    def is_empty(self) -> bool:
        """Whether nothing was ever recorded here."""
        return self._log.head().size() == 0


def _check_contents(path: Path, *, may_set_up: bool) -> None:
    """Make sure that a log is there, or that one may be made. Nothing is touched.

    Raises:
        Corrupt: ``log.missing``.
        Refused: ``data.missing`` where none may be made, ``data.not_empty`` where something else lies.
    """
    match contents_of(path):
        case Contents.LOST:
            raise missing(path / LOG_FILE)
        case Contents.NOTHING | Contents.FOREIGN if not may_set_up:
            raise no_data_directory(path)
        case Contents.FOREIGN:
            raise not_empty(path)


def _locked(path: Path) -> IO[str]:
    """The directory's lock file, held: the system gives it back when the process ends, however it ends."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / LOCK_FILE).open("a+", encoding="utf-8")
    except (FileExistsError, NotADirectoryError) as error:
        raise Refused(
            "data.not_a_directory",
            vi=f"{path} không phải là thư mục.",
            en=f"{path} is not a directory.",
            next_vi="Chọn thư mục khác bằng --data.",
            next_en="Choose another directory with --data.",
        ) from error
    except OSError as error:
        raise Refused(
            "data.not_writable",
            vi=f"Không ghi được vào thư mục dữ liệu {path}: {system_reason(error)}.",
            en=f"The data directory {path} cannot be written: {error.strerror}.",
            next_vi="Kiểm tra quyền ghi và dung lượng đĩa, hoặc chọn thư mục khác bằng --data.",
            next_en="Check its permissions and the disk, or choose another directory with --data.",
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise _in_use(path) from error
    # For whoever looks; a full disk must not keep anybody from reading.
    with contextlib.suppress(OSError):
        os.ftruncate(lock.fileno(), 0)
        os.write(lock.fileno(), f"{os.getpid()}\n".encode())
    return lock


def _in_use(path: Path) -> Unavailable:
    return Unavailable(
        "data.in_use",
        vi=f"Thư mục dữ liệu {path} đang được một tiến trình khác sử dụng.",
        en=f"The data directory {path} is in use by another process.",
        next_vi="Chờ lệnh kia xong rồi chạy lại, hoặc chọn thư mục khác bằng --data.",
        next_en="Wait until the other command is done and run this again, or choose another directory with --data.",
    )
