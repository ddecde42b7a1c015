"""A call on the server, and doing something around it.

gRPC runs ``intercept_service`` on the one thread that takes calls in, so nothing is decided there: the handler is
wrapped, and what is done around a call is done on the call's own thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import grpc

Handler: TypeAlias = Any
"""A ``grpc.RpcMethodHandler``."""


class ServicerContext(Protocol):
    """What is used of gRPC's object of the same name."""

    def invocation_metadata(self) -> Sequence[tuple[str, str | bytes]] | None:
        """What the client sent beside the message."""

    def time_remaining(self) -> float | None:
        """Seconds until the client gives up; None = never."""

    def is_active(self) -> bool:
        """Whether the client still waits."""

    def add_callback(self, callback: Callable[[], None]) -> bool:
        """Have it called when the call ends, however it ends; False where it has ended."""

    def code(self) -> Any:
        """The status that was set, or None."""

    def abort_with_status(self, status: Any) -> Any:
        """End the call; raises."""

    def set_trailing_metadata(self, metadata: Sequence[tuple[str, str | bytes]]) -> None:
        """What the client is sent beside the answer."""

    def trailing_metadata(self) -> Sequence[tuple[str, str | bytes]]:
        """What was set so far."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call: ``/package.Service/Method``, its request (None where a stream comes in), and gRPC's context.

    The request is bytes to whatever is done before it is parsed.
    """

    method: str
    request: Any
    context: ServicerContext

    def metadata(self) -> Mapping[str, str | bytes]:
        """What the client sent beside the message, by lower-case name; of several, the last."""
        return dict(self.context.invocation_metadata() or ())


class Around(Protocol):
    """Something that is done around calls."""

    def around(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """Do it: ``proceed`` goes on with the call and returns its answer."""


class Wrapping:
    """Wraps the handler of a method once: gRPC asks with every call, on the one thread that takes calls in.

    Args:
        wrapped: a method's handler wrapped.
    """

    def __init__(self, wrapped: Callable[[Handler, str], Handler]) -> None:
        self._wrapped = wrapped
        self._known: dict[str, tuple[Handler, Handler]] = {}

    def of(self, handler: Handler, method: str) -> Handler:
        """The handler wrapped; None of none, which is how gRPC says that there is no such method."""
        if handler is None:
            return None
        known, wrapped = self._known.get(method, (None, None))
        if known is not handler:
            wrapped = self._wrapped(handler, method)
            self._known[method] = (handler, wrapped)
        return wrapped


class Interceptor:
    """A gRPC interceptor that does something around every call.

    Args:
        what: is done.
    """

    def __init__(self, what: Around) -> None:
        self._what = what
        self._wrapping = Wrapping(self._wrapped)

    def intercept_service(self, continuation: Callable[[Any], Handler], details: Any) -> Handler:
        """See ``grpc.ServerInterceptor``."""
        return self._wrapping.of(continuation(details), details.method)

    def _wrapped(self, handler: Handler, method: str) -> Handler:
        what = self._what

        def wrapped(behaviour: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
            def run(request: Any, context: Any) -> Any:
                call = Call(method, None if handler.request_streaming else request, context)
                return what.around(call, lambda: behaviour(request, context))

            return run

        return rebuilt(handler, wrapped, request_deserializer=handler.request_deserializer)


def rebuilt(
    handler: Handler,
    wrapped: Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]],
    *,
    request_deserializer: Callable[[bytes], Any] | None,
) -> Handler:
    """The same handler with its behaviour wrapped, that reads requests so; None = it takes their bytes."""
    kinds = {
        (False, False): ("unary_unary", grpc.unary_unary_rpc_method_handler),
        (False, True): ("unary_stream", grpc.unary_stream_rpc_method_handler),
        (True, False): ("stream_unary", grpc.stream_unary_rpc_method_handler),
        (True, True): ("stream_stream", grpc.stream_stream_rpc_method_handler),
    }
    name, make = kinds[handler.request_streaming, handler.response_streaming]
    return make(
        wrapped(getattr(handler, name)),
        request_deserializer=request_deserializer,
        response_serializer=handler.response_serializer,
    )
