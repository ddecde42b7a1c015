"""Making a client of the library so that one that could not connect leaves nothing running, and says why."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from typing import Any, TypeVar

from kafka import errors
from kafka.net.compat import KafkaNetClient
from kafka.net.connection import KafkaConnection
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from cchc.log import failures
from cchc.log.kafka.errors import REFUSED_ACCESS, explained
from cchc.log.kafka.settings import KafkaSettings

Client = TypeVar("Client")

_PASSING_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""What a broker that ends in the middle of a handshake looks like."""


_CERTIFICATE_ALERT = re.compile(r"\[SSL: \w*ALERT_(?:\w+_)?(?:CERTIFICATE|CA)(?:_\w+)?\]")
"""What brokers say to a certificate that they do not know, or to none."""


def connected(kind: Callable[..., Client], settings: KafkaSettings, **configuration: Any) -> Client:
    """A client of this kind, connected.

    Raises:
        Unavailable: ``log.unavailable``.
        Refused: ``log.not_allowed``, ``log.tls_failed``.
    """
    made: list[KafkaNetClient] = []
    managers: list[_FirstConnection] = []

    def network(**said: Any) -> KafkaNetClient:
        net = NetworkSelector(**said)
        managers.append(_FirstConnection(net, **said))
        made.append(KafkaNetClient(net=net, manager=managers[-1], **said))
        return made[-1]

    try:
        with explained(settings.address):
            return kind(**settings.client(), **configuration, kafka_client=network)
    except BaseException as error:
        # Its constructor leaves a thread and sockets behind when it raises.
        for one in made:
            one.close()
        why = next((manager.failure for manager in managers if manager.failure is not None), None)
        if why is not None and isinstance(error.__cause__, errors.KafkaTimeoutError):
            raise failures.unavailable(settings.address, str(why)) from error
        raise


class _FirstConnection(KafkaConnectionManager):  # type: ignore[misc]  # the library has no types
    """Until the first connection stands, remembers why none does, and gives up where waiting cannot mend it.

    The library's own says only that time is up, after all of it.
    """

    def __init__(self, net: NetworkSelector, **configuration: Any) -> None:
        super().__init__(net, **configuration)
        self.failure: BaseException | None = None

    def get_connection(self, node_id: Any, *arguments: Any, **options: Any) -> KafkaConnection:
        """See the library's. Raises what no waiting mends."""
        if self.bootstrapped:
            return super().get_connection(node_id, *arguments, **options)
        if self.failure is not None and _stays(self.failure):
            raise self.failure
        connection = super().get_connection(node_id, *arguments, **options)
        connection.init_future.add_errback(self._note)
        return connection

    def _note(self, error: BaseException) -> None:
        # The library says "handshake failed" in the place of what failed, and repeats an alert that came later.
        if _CERTIFICATE_ALERT.search(str(error)):
            self.failure = ssl.SSLError(str(error))
        else:
            self.failure = error.__context__ if isinstance(error.__context__, OSError) else error


def _stays(failure: BaseException) -> bool:
    if isinstance(failure, ssl.SSLError):
        return not isinstance(failure, _PASSING_TLS)
    return isinstance(failure, REFUSED_ACCESS)
