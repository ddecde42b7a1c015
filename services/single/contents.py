"""What lies in a directory that is to be a data directory, looked at without touching it."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from pathlib import Path

LOG_FILE = "log.sqlite"
WRITE_AHEAD_FILE = f"{LOG_FILE}-wal"
STORE_DIRECTORY = "store"
LOCK_FILE = "lock"

_OWN = frozenset({LOG_FILE, WRITE_AHEAD_FILE, f"{LOG_FILE}-shm", f"{LOG_FILE}-journal", LOCK_FILE, "keys"})
_OF_THE_SYSTEM = frozenset({"lost+found"})
"""What a new file system has in it."""


class Contents(enum.Enum):
    """What was found."""

    LOG = "a log"
    NOTHING = "nothing that was ever recorded: no directory, or one that may be set up"
    LOST = "a log's write-ahead file or a store, and no log"
    FOREIGN = "somebody else's files"
    UNREADABLE = "no directory, or one that may not be looked at"


def contents_of(path: Path) -> Contents:
    """What lies at this path. Nothing is opened, made or changed."""
    try:
        if any(place.exists() and not place.is_dir() for place in (path, *path.parents)):
            return Contents.UNREADABLE
        if not path.exists():
            return Contents.NOTHING
        if _size(path / LOG_FILE):
            return Contents.LOG
        if _size(path / WRITE_AHEAD_FILE) or any(True for store in _stores(path) for _ in store.iterdir()):
            return Contents.LOST
        return Contents.FOREIGN if any(_is_foreign(place) for place in path.iterdir()) else Contents.NOTHING
    except OSError:
        return Contents.UNREADABLE


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _stores(path: Path) -> Iterator[Path]:
    return (place for place in path.glob(f"{STORE_DIRECTORY}*") if place.is_dir() and _is_store(place.name))


def _is_store(name: str) -> bool:
    return name == STORE_DIRECTORY or name.startswith(f"{STORE_DIRECTORY}.broken-")


def _is_foreign(place: Path) -> bool:
    """Hidden files are nobody's data: desktops and version control leave them everywhere."""
    name = place.name
    return not (name in _OWN or name in _OF_THE_SYSTEM or _is_store(name) or name.startswith("."))
