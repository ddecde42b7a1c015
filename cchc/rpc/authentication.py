"""Who calls: a token in ``authorization: Bearer …``, and the caller for whoever asks on the call's thread."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Protocol

from structlog.contextvars import bound_contextvars

from cchc.keys.tokens import invalid
from cchc.rights import Caller
from cchc.rpc.calls import Call

_BEARER = "Bearer "
_OPEN = ("/grpc.health.v1.Health/",)
"""Whoever balances load asks without a token."""

_CALLER: ContextVar[Caller] = ContextVar("caller")


class Verifier(Protocol):
    """Says whose token it is."""

    def caller(self, token: str) -> Caller:
        """Whose it is; raises ``Refused`` otherwise."""
        ...


def current_caller() -> Caller:
    """Whose call runs on this thread.

    Raises:
        Refused: ``token.invalid`` outside a call with a token.
    """
    caller = _CALLER.get(None)
    if caller is None:
        raise invalid()
    return caller


class Authentication:
    """Lets calls with a good token through, and health checks.

    Args:
        verifier: judges tokens.
    """

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def around(self, call: Call, proceed: Callable[[], Any]) -> Any:
        """See ``Around``. Errors as ``TokenVerifier.caller``."""
        if call.method.startswith(_OPEN):
            return proceed()
        said = call.metadata().get("authorization", "")
        if not isinstance(said, str) or not said.startswith(_BEARER):
            raise invalid()
        caller = self._verifier.caller(said.removeprefix(_BEARER))
        mark = _CALLER.set(caller)
        try:
            with bound_contextvars(caller=caller.name):
                return proceed()
        finally:
            _CALLER.reset(mark)
