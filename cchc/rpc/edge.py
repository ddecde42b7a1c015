"""The gRPC edge of a process, put together: one log, one set of keys, any number of services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from google.protobuf.descriptor import ServiceDescriptor

from cchc.clock import Clock
from cchc.errors import CchcError
from cchc.log.port import Log
from cchc.recording.contract import Context
from cchc.recording.finding import FactFinder
from cchc.recording.known import FollowedReference, Known
from cchc.recording.recorder import Recorder
from cchc.rpc.authentication import Verifier
from cchc.rpc.failures import too_many_searches
from cchc.rpc.health import PROBE_S, Health, WatchedLog
from cchc.rpc.rate_limit import RateLimits
from cchc.rpc.recording_servicer import RecordingServicer
from cchc.rpc.server import RpcServer, Service, interceptors
from cchc.rpc.settings import RpcSettings
from cchc.rpc.upkeep import upkeep
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
        # Calls that look for facts hold a thread each, too: most are left to who records.
        self._searching = Waiting(max(1, settings.threads // 4), "search", busy=too_many_searches)
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
            searching=self._searching,
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
        port = server.start()
        with ExitStack() as beside:
            beside.callback(self.telemetry.log.info, "stopped")
            # Apart: to follow the registers waits for a log that hangs.
            beside.enter_context(upkeep("edge-upkeep", self._following(), first_after_s=_REFRESH_S))
            beside.enter_context(upkeep("edge-health", self._look, first_after_s=_LOOK_S))
            beside.callback(self._waiting.close)
            beside.callback(self._searching.close)
            beside.callback(server.stop)
            self.telemetry.log.info("serving", port=port, services=[service.name for service in services])
            yield port

    def _look(self) -> float:
        self._log.look()
        return _LOOK_S

    def _following(self) -> Callable[[], float]:
        """Follows the registers, and tries a log that refused."""
        until_probe_s = PROBE_S

        def follow() -> float:
            nonlocal until_probe_s
            try:
                self._reference.refresh()
            except CchcError as error:
                self.telemetry.log.warning("reference_not_read", code=error.code, reason=error.en)
            until_probe_s = PROBE_S if self._health.is_writable else until_probe_s - _REFRESH_S
            if until_probe_s <= 0:
                self._log.probe()
                until_probe_s = PROBE_S
            return _REFRESH_S

        return follow
