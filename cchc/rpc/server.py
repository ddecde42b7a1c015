"""The server: threads, limits, interceptors, health, and an orderly end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from opentelemetry.trace import NoOpTracerProvider

from cchc.clock import Clock
from cchc.rpc.authentication import Authentication, Verifier
from cchc.rpc.calls import Around, Handler, Interceptor
from cchc.rpc.correlation import Correlation
from cchc.rpc.credentials import server_credentials
from cchc.rpc.deadlines import Deadlines
from cchc.rpc.failures import address_taken
from cchc.rpc.health import Health
from cchc.rpc.measuring import Measuring
from cchc.rpc.parsing import Parsing
from cchc.rpc.rate_limit import RateLimiting, RateLimits
from cchc.rpc.settings import RpcSettings
from cchc.rpc.statuses import Statuses
from cchc.rpc.tracing import FactsInSpan, Tracing
from cchc.telemetry import Telemetry

_BESIDE_FACTS_BYTES = 64 * 1024


class Service(Protocol):
    """A gRPC service: its full name, and its handlers by method name."""

    @property
    def name(self) -> str:
        """``package.Service``."""
        ...

    def handlers(self) -> Mapping[str, Handler]:
        """Method name → ``grpc.RpcMethodHandler``."""
        ...


def interceptors(
    verifier: Verifier, limits: RateLimits, telemetry: Telemetry, clock: Clock
) -> list[Interceptor | Parsing]:
    """What every call goes through, from the outside in."""
    # Where spans go nowhere, none is made.
    has_spans = not isinstance(telemetry.tracing, NoOpTracerProvider)
    before: Sequence[Around] = (
        Correlation(telemetry.log, clock),
        Measuring(telemetry.metrics),
        *([Tracing(telemetry.tracing)] if has_spans else []),
        Statuses(telemetry.log),
        Deadlines(),
        Authentication(verifier),
    )
    within: Sequence[Around] = (*([FactsInSpan()] if has_spans else []), RateLimiting(limits))
    return [*map(Interceptor, before), Parsing(), *map(Interceptor, within)]


class RpcServer:
    """A gRPC server. ``start`` starts it; ``stop`` lets calls under way end.

    Args:
        settings: see there.
        services: what it answers.
        layers: interceptors, from the outside in.
        health: says whether it serves.
    """

    def __init__(
        self,
        settings: RpcSettings,
        services: Sequence[Service],
        layers: Sequence[Interceptor | Parsing],
        health: Health,
    ) -> None:
        self._settings = settings
        self._services = services
        self._layers = layers
        self._health = health
        self._server: Any = None

    def start(self) -> int:
        """Take calls; returns the port.

        Raises:
            Refused: ``rpc.certificate_unreadable``.
            Unavailable: ``rpc.address_taken``.
        """
        credentials = server_credentials(self._settings)
        server = grpc.server(
            ThreadPoolExecutor(self._settings.threads, "grpc"),
            interceptors=self._layers,
            maximum_concurrent_rpcs=self._settings.threads + self._settings.waiting,
            options=_options(self._settings),
        )
        self._register(server)
        address = self._settings.address
        try:
            if credentials is None:
                port = int(server.add_insecure_port(address))
            else:
                port = int(server.add_secure_port(address, credentials))
        except RuntimeError as error:
            raise address_taken(address) from error
        if port == 0:
            raise address_taken(address)
        server.start()
        self._server = server
        return port

    def stop(self) -> None:
        """Take no new calls, let those under way end within the grace, and return. Stopping twice does nothing."""
        self._health.leave()
        if self._server is not None:
            self._server.stop(self._settings.grace).wait()
            self._server = None

    def _register(self, server: Any) -> None:
        health_pb2_grpc.add_HealthServicer_to_server(self._health.servicer, server)
        for service in self._services:
            handlers = dict(service.handlers())
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.name, handlers),))
            server.add_registered_method_handlers(service.name, handlers)
            self._health.name(service.name)
        if self._settings.reflection:
            names = (*(service.name for service in self._services), health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, server)


def _options(settings: RpcSettings) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", settings.bytes_per_request + _BESIDE_FACTS_BYTES),
        ("grpc.max_send_message_length", 64 * 1024 * 1024),
        # Otherwise a second server takes half of the calls on the same port, and nobody is told.
        ("grpc.so_reuseport", 0),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ]


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], None]]:
    """Within it, what it gives waits until the process is asked to end (SIGTERM, SIGINT). In the main thread only."""
    asked = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}

    def wait() -> None:
        asked.wait()

    try:
        yield wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
