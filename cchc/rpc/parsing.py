"""Reading what a caller sent: only once it is known who calls, and with an answer that says what is wrong with it.

gRPC itself reads a message before anybody is asked, and calls what it cannot read a fault of the server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError

from cchc.rpc.calls import Handler, Wrapping, rebuilt
from cchc.rpc.failures import unreadable_message


class Parsing:
    """A gRPC interceptor within which requests are messages, and outside of which they are bytes."""

    def __init__(self) -> None:
        self._wrapping = Wrapping(_parsing)

    def intercept_service(self, continuation: Callable[[Any], Handler], details: Any) -> Handler:
        """See ``grpc.ServerInterceptor``. The call raises ``rpc.unreadable_message`` (``Refused``)."""
        return self._wrapping.of(continuation(details), details.method)


def _parsing(handler: Handler, _method: str) -> Handler:
    if handler.request_deserializer is None:
        return handler
    read = handler.request_deserializer

    def parsed(written: bytes) -> Any:
        try:
            return read(written)
        except DecodeError as error:
            raise unreadable_message() from error

    def wrapped(behaviour: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        if handler.request_streaming:
            return lambda requests, context: behaviour(map(parsed, requests), context)
        return lambda request, context: behaviour(parsed(request), context)

    return rebuilt(handler, wrapped, request_deserializer=None)
