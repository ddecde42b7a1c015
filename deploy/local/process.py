"""One server process: started in a session of its own, found again by its pid file, waited for when it stops."""

from __future__ import annotations

import abc
import json
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

PID_FILE = "pid.json"
OUTPUT_FILE = "output.log"

_TAIL_BYTES = 2_000
_LOOK_AGAIN_S = 0.05


class ServerFailed(Exception):
    """A server that did not start, with the end of what it printed."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A process by its number and the moment at which it began: numbers are given out again."""

    pid: int
    began: int

    @classmethod
    def of(cls, pid: int) -> _Known | None:
        """The process of this number, or None when there is none."""
        try:
            # The name stands in brackets and may hold anything; what follows it is fixed.
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return None
        return cls(pid, int(fields[19]))

    def ended_within(self, seconds: float) -> bool:
        """Wait for its end, whoever has started it."""
        if _Known.of(self.pid) != self:
            return True
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            # Ready when its last thread has ended, be it reaped or not; what is said of its state in /proc is of its
            # first thread, which ends before those that hold its ports and files.
            return bool(select.select([handle], [], [], seconds)[0])
        finally:
            os.close(handle)


class ServerProcess:
    """A server's process in a directory of its own, where its pid file and its output lie.

    Any process may ``stop`` what another one has started in the same directory.

    Args:
        directory: exists when ``start`` is called.
        dies_with_parent: end the server when the thread that started it ends, however it ends: for tests.
        environment: what it finds in its environment beside what stands in this process's own.
    """

    def __init__(
        self, directory: Path, *, dies_with_parent: bool = False, environment: Mapping[str, str] | None = None
    ) -> None:
        self._directory = directory
        self._dies_with_parent = dies_with_parent
        self._environment = dict(environment or {})
        self._child: subprocess.Popen[bytes] | None = None

    def check_not_running(self) -> None:
        """Make sure that nothing that belongs to a running server is overwritten.

        Raises:
            ServerFailed: The directory's server runs.
        """
        if self.running:
            raise ServerFailed(f"the server of {self._directory} runs already, as process {self.pid}")

    def start(self, command: Sequence[str], is_ready: Callable[[], bool], *, within_s: float) -> None:
        """Start the program with its arguments and return when it is ready.

        Raises:
            ServerFailed: It runs already; it ended; or it was not ready in time and was killed.
        """
        self.check_not_running()
        with (self._directory / OUTPUT_FILE).open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603 — the command is this package's
                [*self._guard(), *command],
                cwd=self._directory,
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        known = _Known.of(self._child.pid)
        if known is not None:
            self._pid_file.write_text(json.dumps({"pid": known.pid, "began": known.began}), encoding="utf-8")
        deadline = monotonic() + within_s
        while (ended := self._child.poll() is not None) or not is_ready():
            if ended:
                raise ServerFailed(f"{command[0]} ended with {self._child.returncode}: {self._tail()}")
            if monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"{command[0]} was not ready after {within_s:.0f} s: {self._tail()}")
            self.ended_within(_LOOK_AGAIN_S)

    def _guard(self) -> list[str]:
        # prctl is not in Python's library; this program of util-linux is on every Debian.
        setpriv = shutil.which("setpriv") if self._dies_with_parent else None
        return [setpriv, "--pdeathsig", "KILL"] if setpriv else []

    @property
    def running(self) -> bool:
        """Whether the process of the pid file runs."""
        return self.pid is not None

    @property
    def pid(self) -> int | None:
        """The number of the process that runs, or None."""
        known = self._known()
        return None if known is None or known.ended_within(0) else known.pid

    def stop(self, *, within_s: float = 30) -> None:
        """Ask it to end, and return when it has; kill it when it does not. Stopping twice does nothing."""
        self._signal(signal.SIGTERM)
        if not self.ended_within(within_s):
            self._signal(signal.SIGKILL)
            self.ended_within(within_s)
        self._forget()

    def kill(self) -> None:
        """End it at once, as a power cut would, and return when it is gone."""
        self._signal(signal.SIGKILL)
        self.ended_within(30)
        self._forget()

    def _signal(self, number: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            os.killpg(pid, number)

    def ended_within(self, seconds: float) -> bool:
        """Wait for its end for so long; whether it has ended."""
        known = self._known()
        return known is None or known.ended_within(seconds)

    def _known(self) -> _Known | None:
        try:
            read = json.loads(self._pid_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return _Known(read["pid"], read["began"])

    def _forget(self) -> None:
        if self._child is not None:
            self._child.wait()
            self._child = None
        self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self._directory / PID_FILE

    @property
    def output(self) -> str:
        """The end of what it printed, over all its lives."""
        return self._tail()

    def _tail(self) -> str:
        content = (self._directory / OUTPUT_FILE).read_bytes()
        return content[-_TAIL_BYTES:].decode("utf-8", errors="replace").strip()


class LocalServer(abc.ABC):
    """A server on this machine. ``start`` starts it; or use it in ``with``.

    Args:
        process: its process, in a directory of its own.
    """

    def __init__(self, process: ServerProcess) -> None:
        self._process = process

    @abc.abstractmethod
    def start(self) -> Self:
        """Start it and return when it takes requests."""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self._process.running

    def stop(self) -> None:
        """End it in order and return when its directory is free again. Stopping twice does nothing."""
        self._process.stop()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()
