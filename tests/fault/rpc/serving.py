"""``cchc serve`` as a process of its own, on a directory that holds a small province."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cchc.client import FactsClient, Patience, ServiceName
from cchc.clock import FixedClock, SystemClock
from cchc.keys.ring import KeyRing
from cchc.keys.tokens import issue
from cchc.log.batch import decode, encode, events
from cchc.log.port import Prefix
from cchc.log.sqlite.log import SqliteLog
from cchc.rights import Caller
from tests.unit.recording.senders import NOW_MS, PROVINCE, definitions

ROOT = Path(__file__).parents[3]


class Served:
    """The running process."""

    def __init__(self, data: Path, process: subprocess.Popen[str], address: str) -> None:
        self.data = data
        self.process = process
        self.address = address

    def token(self, caller: Caller = PROVINCE) -> str:
        clock = SystemClock()
        return issue(KeyRing(self.data / "keys", clock), caller, 1, clock)

    def client(self, service: ServiceName = ServiceName.INTAKE, **said: Patience) -> FactsClient:
        return FactsClient(service, self.address, self.token(), **said)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def with_province(data: Path) -> Path:
    """A data directory whose log defines the province."""
    data.mkdir()
    with SqliteLog(data / "log.sqlite", FixedClock(NOW_MS - 86_400_000)) as log:
        log.append([encode(definitions())])
    return data


@contextmanager
def served(data: Path, *command: str) -> Iterator[Served]:
    """The process, until the end of the block."""
    arguments = command or ("services.single", "serve", "--grpc", "127.0.0.1:0", "--data", str(data))
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "CCHC_DATA": str(data),
            "CCHC_GRPC_FACTS_PER_SECOND": "10000000",
            "CCHC_GRPC_ADDRESS": "127.0.0.1:0",
        },
    ) as process:
        assert process.stdout is not None
        try:
            address = next(line.split()[1] for line in process.stdout if line.startswith("gRPC "))
            yield Served(data, process, address)
        finally:
            process.kill()


def identities(data: Path) -> set[bytes]:
    """Of every fact in the log."""
    with SqliteLog(data / "log.sqlite", SystemClock()) as log:
        return {event.event_id for record in log.records(Prefix()) for event in events(decode(record.payload))}
