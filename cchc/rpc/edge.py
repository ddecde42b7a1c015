"""The gRPC edge of a process, put together: one log, one set of keys, any number of services."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from google.protobuf.descriptor import ServiceDescriptor

from cchc.clock import Clock
from cchc.errors import CchcError
from cchc.log.port import Log
from cchc.recording.contract import Context
from cchc.recording.finding import FactFinder
from cchc.recording.known import FollowedReference, Known
from cchc.recording.recorder import Recorder
from cchc.rpc.authentication import Verifier
from cchc.rpc.health import PROBE_S, Health, WatchedLog
from cchc.rpc.rate_limit import RateLimits
from cchc.rpc.recording_servicer import RecordingServicer
from cchc.rpc.server import RpcServer, Service, interceptors
from cchc.rpc.settings import RpcSettings
from cchc.rpc.waiting import Waiting
from cchc.telemetry import Telemetry

_REFRESH_S = 1.0
_LOOK_S = 0.5


class Edge:
    """What the services of a process share. Nothing runs before ``serving``.

    Args:
        log: open; where facts go.
        finder: finds facts.
        verifier: judges tokens.
        settings: of the server.
        telemetry: log, metrics, spans.
        clock: what time it is.
        definitions: open; where units, procedures and days are defined and followed, if not in ``log``.
    """

    def __init__(
        self,
        log: Log,
        finder: FactFinder,
        verifier: Verifier,
        *,
        settings: RpcSettings,
        telemetry: Telemetry,
        clock: Clock,
        definitions: Log | None = None,
    ) -> None:
        self.settings = settings
        self.telemetry = telemetry
        self.clock = clock
        self._finder = finder
        self._verifier = verifier
        self._health = Health(telemetry.metrics)
        self._log = WatchedLog(log, lambda yes: self._health.writable(yes=yes), clock)
        self._definitions = definitions
        self._reference = FollowedReference(definitions or self._log)
        self._waiting = Waiting(settings.threads)
        self._limits = RateLimits(settings.facts_per_second, settings.facts_burst, clock)

    @property
    def known(self) -> Known:
        """Units and procedures, as far as the log was followed."""
        return self._reference.known

    def recording(self, service: ServiceDescriptor, context: Context) -> RecordingServicer:
        """A writing service."""
        return RecordingServicer(
            service,
            Recorder(context, self._log, self._reference, self.clock, self._definitions),
            self._finder,
            waiting=self._waiting,
            limits=self._limits,
            settings=self.settings,
            metrics=self.telemetry.metrics,
        )

    @contextmanager
    def serving(self, services: Sequence[Service]) -> Iterator[int]:
        """Within it the services answer on the port that it gives; at its end, calls under way end first.

        Raises:
            Refused, Unavailable: as ``RpcServer.start``, and as ``Log.read``: units and procedures are read first.
        """
        self._reference.refresh()
        layers = interceptors(self._verifier, self._limits, self.telemetry, self.clock)
        server = RpcServer(self.settings, services, layers, self._health)
        ended = threading.Event()
        # Apart: to follow the registers waits for a log that hangs.
        beside = [
            threading.Thread(target=self._keep_up, args=(ended,), name="edge-upkeep", daemon=True),
            threading.Thread(target=self._look, args=(ended,), name="edge-health", daemon=True),
        ]
        port = server.start()
        for thread in beside:
            thread.start()
        self.telemetry.log.info("serving", port=port, services=[service.name for service in services])
        try:
            yield port
        finally:
            server.stop()
            self._waiting.close()
            ended.set()
            for thread in beside:
                thread.join()
            self.telemetry.log.info("stopped")

    def _look(self, ended: threading.Event) -> None:
        while not ended.wait(_LOOK_S):
            self._log.look()

    def _keep_up(self, ended: threading.Event) -> None:
        """Follow the registers, and try a log that refused."""
        until_probe_s = PROBE_S
        while not ended.wait(_REFRESH_S):
            try:
                self._reference.refresh()
            except CchcError as error:
                self.telemetry.log.warning("reference_not_read", code=error.code, reason=error.en)
            until_probe_s = PROBE_S if self._health.is_writable else until_probe_s - _REFRESH_S
            if until_probe_s <= 0:
                self._log.probe()
                until_probe_s = PROBE_S
