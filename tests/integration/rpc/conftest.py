"""A real server on a free port, a clock that stands, and tokens."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from opentelemetry.trace import NoOpTracerProvider

from cchc.clock import FixedClock
from cchc.keys.ring import KeyRing
from cchc.keys.tokens import TokenVerifier, issue
from cchc.log.batch import encode
from cchc.log.memory import MemoryLog
from cchc.log.port import Log
from cchc.recording.finding import LogFinder
from cchc.rights import Caller
from cchc.rpc.edge import Edge
from cchc.rpc.settings import RpcSettings
from cchc.telemetry import Metrics, Telemetry, log_to
from services.assessment.servicer import servicer as assessment
from services.intake.servicer import servicer as intake
from services.legal_review.servicer import servicer as legal_review
from services.processing.servicer import servicer as processing
from tests.unit.recording.senders import NOW_MS, PROVINCE, definitions


class Desk:
    """A server with the four writing services, and what stands behind it; facts are looked for in ``searched``."""

    def __init__(self, folder: Path, log: Log, clock: FixedClock) -> None:
        self.clock = clock
        self.log = log
        self.searched = log
        self.ring = KeyRing(folder / "keys", clock)
        self.ring.make()
        self.said = io.StringIO()
        self.telemetry = Telemetry(log_to(self.said), Metrics(), NoOpTracerProvider())
        self._running = ExitStack()
        self.address = ""

    def start(self, **settings: object) -> str:
        """Serve; returns the address."""
        chosen = RpcSettings.model_validate({"address": "localhost:0", "grace": 5, **settings})
        edge = Edge(
            self.log,
            LogFinder(self.searched),
            TokenVerifier(self.ring, self.clock),
            settings=chosen,
            telemetry=self.telemetry,
            clock=self.clock,
        )
        services = [make(edge) for make in (intake, processing, legal_review, assessment)]
        self.address = f"localhost:{self._running.enter_context(edge.serving(services))}"
        return self.address

    def stop(self) -> None:
        self._running.close()

    def token(self, caller: Caller = PROVINCE) -> str:
        return issue(self.ring, caller, 1, self.clock)


Start = Callable[..., Desk]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server; settings by name. It has a small province."""
    with ExitStack() as started:
        clock = FixedClock(NOW_MS)
        log = started.enter_context(MemoryLog(clock))
        log.append([encode(definitions())])
        desk = Desk(tmp_path, log, clock)
        started.callback(desk.stop)

        def begin(**settings: object) -> Desk:
            desk.start(**settings)
            return desk

        yield begin
