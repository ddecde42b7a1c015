"""Reports on many machines: answers over gRPC from the ClickHouse server that the aggregators fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager

from cchc.clock import Clock
from cchc.errors import CchcError
from cchc.keys.tokens import TokenVerifier
from cchc.log.times import EVER_MS
from cchc.rpc.health import PROBE_S, Health
from cchc.rpc.metrics_page import METRICS_VARIABLE, metrics_at
from cchc.rpc.process import key_ring, say_address
from cchc.rpc.rate_limit import RateLimits
from cchc.rpc.server import RpcServer, interceptors
from cchc.rpc.settings import rpc_settings
from cchc.rpc.upkeep import upkeep
from cchc.store.live import live_store
from cchc.store.port import Store
from cchc.store.quarantined import standing_count
from cchc.store.server_environment import server_store
from cchc.telemetry import Metrics, Telemetry, log_to, tracer_provider
from cchc.units.tree import UnitTree
from services.report.servicer import ReportServicer


def serve(environment: Mapping[str, str], clock: Clock, wait: Callable[[], None]) -> None:
    """Answer until ``wait`` returns.

    The environment names ClickHouse (``CCHC_CLICKHOUSE_…``), the keys (``CCHC_KEYS``), the address (``CCHC_GRPC_…``)
    and, if wanted, where metrics are shown (``CCHC_METRICS_ADDRESS``). The live generation is looked up for each
    question, so that a rebuild needs no restart.

    Raises:
        Refused, Unavailable: as the store's ``open`` and ``RpcServer.start``.
    """
    settings = rpc_settings()
    telemetry = Telemetry(log_to(), Metrics(), tracer_provider("cchc-report", environment))
    limits = RateLimits(settings.facts_per_second, settings.facts_burst, clock)
    layers = interceptors(TokenVerifier(key_ring(environment, clock), clock), limits, telemetry, clock)
    # Metrics of its own, which nobody is shown: those of the process say whether a log can be written.
    health = Health(Metrics())
    with (
        metrics_at(environment.get(METRICS_VARIABLE), telemetry.metrics.registry),
        closing(server_store(environment)) as store,
        _watched(store, health),
    ):
        server = RpcServer(settings, [_servicer(store, clock)], layers, health)
        say_address(settings, server.start())
        try:
            wait()
        finally:
            server.stop()


def _servicer(store: Store, clock: Clock) -> ReportServicer:
    def live() -> Store:
        return live_store(store)

    return ReportServicer(
        live,
        lambda as_of_ms: standing_count(live(), as_of_ms),
        lambda: UnitTree.load(live(), EVER_MS),
        clock,
    )


@contextmanager
def _watched(store: Store, health: Health) -> Iterator[None]:
    """Within it the health says whether the store answers."""

    def look() -> float:
        try:
            live_store(store)
        except CchcError:
            health.writable(yes=False)
        else:
            health.writable(yes=True)
        return PROBE_S

    # Now, too: a server that starts says how it is.
    with upkeep("store-watch", look, first_after_s=look()):
        yield
