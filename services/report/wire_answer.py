"""Answers as they go over the wire: the JSON answer, field by field, as its message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message

from cchc.rpc.calls import Handler, ServicerContext

Answer = TypeVar("Answer", bound=Message)


def handler(answer: Callable[[Any, ServicerContext], Message], request: Any, response: Any) -> Handler:
    """A call for gRPC."""
    return grpc.unary_unary_rpc_method_handler(
        answer, request_deserializer=request.FromString, response_serializer=response.SerializeToString
    )


def message_of(said: dict[str, Any], answer: Answer) -> Answer:
    """The JSON answer as its message; null is unset."""
    ParseDict(said, answer, ignore_unknown_fields=True)
    return answer
