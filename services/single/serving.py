"""``cchc serve``: the four writing services, the reports and the aggregator in one process, on one data directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import typer
from opentelemetry.sdk.trace import TracerProvider

from cchc.clock import Clock
from cchc.errors import CchcError
from cchc.keys.ring import KeyRing
from cchc.keys.tokens import TokenVerifier
from cchc.log.port import Prefix
from cchc.recording.finding import StoreFinder
from cchc.rpc.edge import Edge
from cchc.rpc.metrics_page import metrics_at
from cchc.rpc.process import rarely_looking_for_cycles
from cchc.rpc.server import asked_to_stop
from cchc.rpc.settings import RpcSettings
from cchc.rpc.upkeep import upkeep
from cchc.telemetry import Metrics, Telemetry, log_to, tracer_provider
from services.assessment.servicer import servicer as assessment
from services.intake.servicer import servicer as intake
from services.legal_review.servicer import servicer as legal_review
from services.processing.servicer import servicer as processing
from services.report.servicer import ReportServicer
from services.single.data_directory import DataDirectory

CATCH_UP_S = 0.5
"""How often the store looks for what the log has and it has not."""

_AFTER_FAILURE_S = 5.0


def serve(
    directory: DataDirectory,
    ring: KeyRing,
    settings: RpcSettings,
    clock: Clock,
    environment: Mapping[str, str],
    *,
    metrics_address: str | None,
) -> None:
    """Serve until SIGTERM or SIGINT; says on standard output where.

    Args:
        directory: open, and caught up.
        ring: the keys; a first one is made where there is none.
        settings: of the gRPC server.
        clock: what time it is.
        environment: says where spans go.
        metrics_address: host and port for Prometheus; None = no metrics over HTTP.

    Raises:
        Refused, Unavailable: as ``Edge.serving``.
    """
    if not ring.ids():
        typer.echo(f"Chưa có khóa ký: đã tạo khóa {ring.make()}. Cấp token: cchc keys token --help")
    telemetry = Telemetry(log_to(), Metrics(), tracer_provider("cchc", environment))
    finder = StoreFinder(lambda: directory.store, directory.log)
    edge = Edge(directory.log, finder, TokenVerifier(ring, clock), settings=settings, telemetry=telemetry, clock=clock)
    report = ReportServicer(lambda: directory.store, directory.quarantine.count, lambda: edge.known.units, clock)
    writing = [make(edge) for make in (intake, processing, legal_review, assessment)]
    with (
        asked_to_stop() as wait,
        metrics_at(metrics_address, telemetry.metrics.registry),
        catching_up(directory, telemetry),
        edge.serving([*writing, report]) as port,
        rarely_looking_for_cycles(),
    ):
        host = settings.address.rpartition(":")[0]
        typer.echo(f"gRPC {host}:{port}")
        wait()
    if isinstance(telemetry.tracing, TracerProvider):
        telemetry.tracing.shutdown()


@contextmanager
def catching_up(directory: DataDirectory, telemetry: Telemetry) -> Iterator[None]:
    """Within it the store follows the log, on a thread of its own."""
    seen = Prefix()

    def follow() -> float:
        nonlocal seen
        try:
            head = directory.log.head()
            if head != seen:
                directory.catch_up()
                seen = head
        except CchcError as error:
            telemetry.log.warning("store_not_caught_up", code=error.code, reason=error.en, next=error.next_en)
            return _AFTER_FAILURE_S
        return CATCH_UP_S

    with upkeep("aggregator", follow):
        yield
