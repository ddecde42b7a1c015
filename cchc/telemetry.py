"""What an operator sees: lines of log, metrics, spans. Made by who composes a process, passed on as arguments."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO, cast

import stamina.instrumentation
import structlog
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from stamina.instrumentation import RetryDetails
from structlog.typing import FilteringBoundLogger

from cchc.errors import CchcError

ENDPOINT_VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""Environment variable that says where spans go; where it is not set, none are made."""

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_FACTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)


class _StandardError(io.TextIOBase):
    """Standard error, as it is whenever a line is said: it may be put elsewhere, and what it was be closed."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def log_to(stream: TextIO | None = None, level: str = "info") -> FilteringBoundLogger:
    """A log of JSON lines, each with what is bound to the thread's context (``structlog.contextvars``).

    Args:
        stream: standard error when None.
        level: debug, info, warning, error.
    """
    return cast(
        "FilteringBoundLogger",
        structlog.wrap_logger(
            structlog.PrintLogger(stream or cast("TextIO", _StandardError())),
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(level),
            cache_logger_on_first_use=True,
        ),
    )


def tell_retries(log: FilteringBoundLogger) -> None:
    """Have whatever this process tries again said in this log, from now on.

    For who composes a process: what tries again says it by itself, and without this on standard output, where answers
    go. A second call takes the place of the first.
    """

    def told(details: RetryDetails) -> None:
        cause = details.caused_by
        reason = cause.en if isinstance(cause, CchcError) else repr(cause)
        code = cause.code if isinstance(cause, CchcError) else type(cause).__name__
        log.warning(
            "tried_again", number=details.retry_num, in_seconds=round(details.wait_for, 3), code=code, reason=reason
        )

    stamina.instrumentation.set_on_retry_hooks([told])


class Metrics:
    """Counters of a process, in a registry of their own. Labels are few: no subject, no unit, no caller."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.calls = Counter("cchc_rpc_calls", "Calls that ended.", ("method", "code"), registry=self.registry)
        self.call_seconds = Histogram(
            "cchc_rpc_call_seconds", "How long a call took.", ("method",), buckets=_SECONDS, registry=self.registry
        )
        self.calls_now = Gauge("cchc_rpc_calls_now", "Calls under way.", registry=self.registry)
        self.facts_recorded = Counter(
            "cchc_facts_recorded", "Facts that got a receipt.", ("context",), registry=self.registry
        )
        self.facts_refused = Counter(
            "cchc_facts_refused", "Facts that were not taken.", ("context", "code"), registry=self.registry
        )
        self.facts_per_call = Histogram(
            "cchc_facts_per_call", "Facts in a call.", ("context",), buckets=_FACTS, registry=self.registry
        )
        self.log_writable = Gauge(
            "cchc_log_writable",
            "1 while the log takes batches, 0 since it refused one or did not answer.",
            registry=self.registry,
        )


@dataclass(frozen=True, slots=True)
class Telemetry:
    """All three."""

    log: FilteringBoundLogger
    metrics: Metrics
    tracing: trace.TracerProvider


def tracer_provider(service: str, environment: Mapping[str, str]) -> trace.TracerProvider:
    """Spans by OTLP to where the environment says, or to nowhere. Whoever made a ``TracerProvider`` shuts it down."""
    if not environment.get(ENDPOINT_VARIABLE):
        return trace.NoOpTracerProvider()
    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    # Takes longer to load than all else here, and hardly any process needs it.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 — as said

    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=environment[ENDPOINT_VARIABLE])))
    return provider
