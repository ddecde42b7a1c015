"""Making a client of the library so that one that could not connect leaves nothing running."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from kafka.net.compat import KafkaNetClient

from cchc.log.kafka_errors import explained
from cchc.log.kafka_settings import KafkaSettings

Client = TypeVar("Client")


def connected(kind: Callable[..., Client], settings: KafkaSettings, **configuration: Any) -> Client:
    """A client of this kind, connected.

    Raises:
        Unavailable: ``log.unavailable``.
        Refused: ``log.not_allowed``.
    """
    made: list[KafkaNetClient] = []

    def network(**said: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**said))
        return made[-1]

    try:
        with explained(settings.address):
            return kind(**settings.client(), **configuration, kafka_client=network)
    except BaseException:
        # Its constructor leaves a thread and sockets behind when it raises.
        for one in made:
            one.close()
        raise
