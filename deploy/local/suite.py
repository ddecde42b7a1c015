"""The program's own processes on this machine: writing services, workers and reports, on servers that run already."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from types import MappingProxyType, TracebackType

from cchc.clock import SystemClock
from cchc.keys.ring import KeyRing
from cchc.keys.tokens import issue
from cchc.rights import Caller
from deploy.local.ports import HOST, accepts, free_ports
from deploy.local.process import ServerFailed, ServerProcess

WRITING: Mapping[str, str] = MappingProxyType(
    {
        "intake": "services.intake",
        "processing": "services.processing",
        "legal_review": "services.legal_review",
        "assessment": "services.assessment",
    }
)
"""The four services that write: name → module."""

REPORT = "report"

_ROOT = Path(__file__).resolve().parents[2]
_READY_WITHIN_S = 60
_TOKEN_DAYS = 1


class SuiteProcess:
    """One process of the program, in a directory of its own.

    Args:
        directory: is made if needed.
        module: that runs.
        port: where it listens, or None for a worker.
        environment: beside this process's own.
        dies_with_parent: see ``ServerProcess``.
    """

    def __init__(
        self, directory: Path, module: str, port: int | None, environment: Mapping[str, str], *, dies_with_parent: bool
    ) -> None:
        self._directory = directory.absolute()
        self._module = module
        self.port = port
        told = {"PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH")))), **environment}
        if port is not None:
            told["CCHC_GRPC_ADDRESS"] = f"{HOST}:{port}"
        self._process = ServerProcess(self._directory, dies_with_parent=dies_with_parent, environment=told)

    def begin(self) -> None:
        """Start it, and do not wait. Errors as ``ServerProcess.start``."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self._process.start([sys.executable, "-m", self._module], lambda: True, within_s=_READY_WITHIN_S)

    def wait(self) -> None:
        """Return when it takes calls; at once for a worker.

        Raises:
            ServerFailed: It ended, or does not take any.
        """
        deadline = monotonic() + _READY_WITHIN_S
        while self.port is not None and not accepts(self.port):
            if not self._process.ended_within(0.05):
                if monotonic() < deadline:
                    continue
                self.kill()
            raise ServerFailed(f"{self._module} does not take calls: {self.output}")

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process.running

    @property
    def output(self) -> str:
        """The end of what it printed."""
        return self._process.output

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        self._process.stop()


class Suite:
    """Four writing services, reports and workers. ``start`` starts them; or use it in ``with``.

    Args:
        directory: holds their output, and the keys.
        kafka: ``host:port`` of a broker.
        clickhouse: ``host:port`` of the native protocol.
        workers: how many aggregators.
        environment: what every process is told beside that.
        dies_with_parent: end them when the thread that started them ends: for tests.
    """

    def __init__(
        self,
        directory: Path,
        kafka: str,
        clickhouse: str,
        *,
        workers: int = 2,
        environment: Mapping[str, str] | None = None,
        dies_with_parent: bool = False,
    ) -> None:
        host, _, port = clickhouse.rpartition(":")
        self._told = {
            "CCHC_KAFKA_SERVERS": kafka,
            "CCHC_CLICKHOUSE_HOST": host,
            "CCHC_CLICKHOUSE_PORT": port,
            "CCHC_KEYS": str(directory.absolute() / "keys"),
            **(environment or {}),
        }
        self._clock = SystemClock()
        self._ring = KeyRing(directory / "keys", self._clock)
        modules = {**WRITING, REPORT: "services.report"}
        ports: dict[str, int | None] = dict(zip(modules, free_ports(len(modules)), strict=True))
        modules |= {f"aggregator-{number}": "services.aggregator" for number in range(1, workers + 1)}
        self.processes: Mapping[str, SuiteProcess] = {
            name: SuiteProcess(directory / name, module, ports.get(name), self._told, dies_with_parent=dies_with_parent)
            for name, module in modules.items()
        }

    def __enter__(self) -> Suite:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Suite:
        """Set the topics up, make a first key where there is none, start everything, and return when all take calls.

        Raises:
            ServerFailed: One of them did not come up; the message has the end of what it printed.
        """
        if not self._ring.ids():
            self._ring.make()
        made = subprocess.run(
            [sys.executable, "-m", "services.single", "topics", "create"],
            cwd=_ROOT,
            env={**os.environ, **self._told},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise ServerFailed(f"the topics could not be set up: {made.stdout}{made.stderr}")
        try:
            for process in self.processes.values():
                process.begin()
            for process in self.processes.values():
                process.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End all of it; the last that was started first."""
        for process in reversed(list(self.processes.values())):
            process.stop()

    def address(self, name: str) -> str:
        """``host:port`` of a service."""
        return f"{HOST}:{self.processes[name].port}"

    def token(self, caller: Caller) -> str:
        """A token for a day."""
        return issue(self._ring, caller, _TOKEN_DAYS, self._clock)

    def ended(self) -> dict[str, str]:
        """Processes that have ended by themselves, and what they printed last."""
        return {name: process.output for name, process in self.processes.items() if not process.running}
