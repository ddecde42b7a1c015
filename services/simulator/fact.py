"""What was keyed, and when it reached the log."""

from __future__ import annotations

import msgspec
from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event
from cchc.log.batch import make_event


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A fact as the log gets it; lighter than an ``Event``, which ``event`` makes of it.

    Args:
        arrives_at_ms: when it reaches the log, milliseconds UTC; never before it occurred.
        occurred_at_ms: when it happened, milliseconds UTC.
        subject: code of the dossier, petition, unit or procedure.
        unit_code: code of the unit that it counts for.
        source: source system.
        actor_role: an ``ActorRole`` of the contract.
        message: the typed fact. It may be shared between facts and is never changed.
        replaces: identity of the fact that it replaces, or empty.
        reason: why it replaces it.
    """

    arrives_at_ms: int
    occurred_at_ms: int
    subject: str
    unit_code: str
    source: str
    actor_role: int
    message: Message
    replaces: bytes = b""
    reason: str = ""

    def event(self) -> Event:
        """The event with its identity. Two facts that differ in their arrival only have the same."""
        return make_event(
            self.message,
            source_system=self.source,
            subject=self.subject,
            unit_code=self.unit_code,
            occurred_at_ms=self.occurred_at_ms,
            actor_role=self.actor_role,
            replaces=self.replaces,
            replaces_reason=self.reason,
        )

    def identity(self) -> bytes:
        """Its identity, 16 bytes."""
        return self.event().event_id
