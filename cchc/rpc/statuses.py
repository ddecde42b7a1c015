"""Errors as rich statuses (google.rpc): a code that clients understand, and the details of ours within.

Every status carries ErrorInfo (domain ``cchc``, the stable code) and the text in Vietnamese and English; a refused
field comes as BadRequest, a wait as RetryInfo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status
from structlog.typing import FilteringBoundLogger

from cchc.errors import CchcError, Corrupt, Refused, Unavailable
from cchc.rpc.calls import Call
from cchc.rpc.correlation import correlation_id
from cchc.rpc.failures import FactRefused, RateLimited, internal

DOMAIN = "cchc"
_RETRY_AFTER_MS = 1_000

_CODES: Mapping[str, int] = MappingProxyType(
    {
        "token.invalid": code_pb2.UNAUTHENTICATED,
        "token.expired": code_pb2.UNAUTHENTICATED,
        "rights.denied": code_pb2.PERMISSION_DENIED,
        "fact.no_right": code_pb2.PERMISSION_DENIED,
        "fact.not_your_source": code_pb2.PERMISSION_DENIED,
        "report.unknown_unit": code_pb2.NOT_FOUND,
        "criteria_set.unknown": code_pb2.NOT_FOUND,
        "rpc.rate_limited": code_pb2.RESOURCE_EXHAUSTED,
        "rpc.too_many_streams": code_pb2.RESOURCE_EXHAUSTED,
        "rpc.too_many_searches": code_pb2.RESOURCE_EXHAUSTED,
        "rpc.deadline": code_pb2.DEADLINE_EXCEEDED,
        "rpc.not_confirmed": code_pb2.DEADLINE_EXCEEDED,
        "rpc.not_found_in_time": code_pb2.DEADLINE_EXCEEDED,
        "rpc.internal": code_pb2.INTERNAL,
    }
)
_KINDS: tuple[tuple[type[CchcError], int], ...] = (
    (Refused, code_pb2.INVALID_ARGUMENT),
    (Unavailable, code_pb2.UNAVAILABLE),
    (Corrupt, code_pb2.DATA_LOSS),
)


def status_of(error: CchcError) -> status_pb2.Status:
    """The status of an error."""
    code = _CODES.get(error.code) or next(number for kind, number in _KINDS if isinstance(error, kind))
    details = []
    for detail in _details(error):
        packed = any_pb2.Any()
        packed.Pack(detail)
        details.append(packed)
    return status_pb2.Status(code=code, message=f"{error.code}: {error.en} {error.next_en}", details=details)


def _details(error: CchcError) -> Iterator[Message]:
    yield error_details_pb2.ErrorInfo(
        reason=error.code.upper().replace(".", "_"), domain=DOMAIN, metadata={"code": error.code}
    )
    yield error_details_pb2.LocalizedMessage(locale="vi", message=f"{error.vi} {error.next_vi}")
    yield error_details_pb2.LocalizedMessage(locale="en", message=f"{error.en} {error.next_en}")
    if isinstance(error, FactRefused):
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=error.refusal.field, description=error.refusal.en, reason=error.refusal.code
        )
        yield error_details_pb2.BadRequest(field_violations=[violation])
    if error.retryable:
        after_ms = error.retry_after_ms if isinstance(error, RateLimited) else _RETRY_AFTER_MS
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(after_ms)
        yield error_details_pb2.RetryInfo(retry_delay=delay)


class Statuses:
    """Turns errors raised on purpose into statuses, and all others into one that tells nothing but where to look.

    Args:
        log: is told of the others, with their trace.
    """

    def __init__(self, log: FilteringBoundLogger) -> None:
        self._log = log

    def around(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """See ``Around``."""
        try:
            return proceed()
        except CchcError as error:
            status = status_of(error)
        except Exception as error:
            # A fault of ours must not tell strangers what is inside.
            if call.context.code() is not None:
                raise
            self._log.error("call_failed", method=call.method, exc_info=error)
            status = status_of(internal(correlation_id()))
        ended = rpc_status.to_status(status)
        # What was set before is lost when a call is aborted.
        metadata = (*ended.trailing_metadata, *call.context.trailing_metadata())
        return call.context.abort_with_status(ended._replace(trailing_metadata=metadata))
