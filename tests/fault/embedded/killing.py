"""Starting the real command, killing it at a moment that something observable chooses, and asking what is there."""

from __future__ import annotations

import glob
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
POLL_SECONDS = 0.005


@dataclass(frozen=True)
class Case:
    """A command on a data directory.

    Attributes:
        base: the directory before the command; every run has a copy of it.
        arguments: of ``cchc``, without ``--data``.
        keying: whether answers include what hangs on the time of recording.
        answer: what a run that nobody disturbed leaves to be answered.
        progress: what such a run made its observable grow to.
    """

    base: Path
    arguments: tuple[str, ...]
    keying: bool
    answer: dict[str, Any]
    progress: int


def command(arguments: Sequence[str], data: Path) -> list[str]:
    """The command line of ``cchc`` on a data directory."""
    return [sys.executable, "-m", "services.single", *arguments, "--data", str(data)]


def copy_of(base: Path, target: Path) -> Path:
    """A copy of a closed data directory."""
    shutil.copytree(base, target, symlinks=True)
    return target


def run(arguments: Sequence[str], data: Path) -> str:
    """Run to the end; returns standard output."""
    done = subprocess.run(command(arguments, data), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_until(
    arguments: Sequence[str], data: Path, observe: Callable[[Path], int], stop_at: int, linger: float
) -> tuple[bool, int]:
    """Run until the observable has grown to a number, and kill so many seconds later.

    Returns whether it came to that, and how far the observable was seen to grow.
    """
    seen = 0
    with subprocess.Popen(
        command(arguments, data), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        while seen < stop_at and not _ends_within(process, POLL_SECONDS):
            seen = max(seen, observe(data))
        if not _ends_within(process, linger):
            process.kill()
        _, stderr = process.communicate()
    assert process.returncode in {0, -signal.SIGKILL}, stderr
    return process.returncode != 0, seen


def _ends_within(process: subprocess.Popen[str], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def ask(data: Path, *, keying: bool) -> dict[str, Any]:
    """What the directory answers, asked in a process of its own: the engine takes one directory a process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fault.embedded.answers", str(data), *([] if keying else ["without-keying"])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def batches(data: Path) -> int:
    """How many batches the log of a directory has; it is read beside the process that writes it."""
    try:
        with closing(sqlite3.connect(f"file:{data / 'log.sqlite'}?mode=ro", uri=True, timeout=0)) as connection:
            (count,) = connection.execute("SELECT coalesce(max(id), 0) FROM batch").fetchone()
    except sqlite3.Error:
        return 0
    return int(count)


class PartsSeen:
    """How many parts of tables a store was seen to make; also those that were merged away since count."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, data: Path) -> int:
        """Look again."""
        pattern = f"{glob.escape(str(data))}/store/store/*/*/*_[0-9]*_[0-9]*_0"
        self._seen.update(glob.iglob(pattern))  # noqa: PTH207 — Path.glob fails on what a rebuild drops under it
        return len(self._seen)
