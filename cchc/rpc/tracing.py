"""A span for every call, below the client's when it sends one (W3C ``traceparent``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.trace import SpanKind, TracerProvider, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from cchc.rpc.calls import Call


class Tracing:
    """Makes spans: one a call, and so one a batch of facts; never one a fact.

    Args:
        provider: of the tracer.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("cchc.rpc")
        self._propagator = TraceContextTextMapPropagator()

    def around(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """See ``Around``."""
        carrier = {key: value for key, value in call.metadata().items() if isinstance(value, str)}
        above = self._propagator.extract(carrier)
        service, _, method = call.method.strip("/").partition("/")
        attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": method}
        with self._tracer.start_as_current_span(
            call.method.strip("/"), context=above, kind=SpanKind.SERVER, attributes=attributes
        ):
            return proceed()


class FactsInSpan:
    """Notes in the span of a call how many facts it brings, once that is known."""

    def around(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """See ``Around``."""
        facts = getattr(call.request, "facts", None)
        if facts is not None:
            get_current_span().set_attribute("cchc.facts", len(facts))
        return proceed()
