"""Facts of one dossier in few words, for examples that are worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message
from hypothesis import HealthCheck, settings

from cchc.api.log.v1.event_pb2 import Event
from cchc.log.batch import make_event
from tests.reference.dossier_fold import VIETNAM, DossierState, Known, fold

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Witnesses are slow on purpose, and the machine may be busy."""

FOREVER = 4_102_444_800_000
"""2100-01-01T00:00:00Z: everything is known."""


def at(text: str) -> int:
    """Milliseconds of an ISO time; without an offset it is Vietnamese time."""
    time = datetime.fromisoformat(text)
    local = time if time.tzinfo else time.replace(tzinfo=VIETNAM)
    return (local - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def said(fact: Message, when: str, *, subject: str = "DS", unit: str = "U1", replaces: Event | None = None) -> Event:
    """A fact of the dossier ``DS``, handled by ``U1`` unless told."""
    return make_event(
        fact,
        source_system="one-stop",
        subject=subject,
        unit_code=unit,
        occurred_at_ms=at(when),
        replaces=replaces.event_id if replaces else b"",
    )


def recorded(*events: Event) -> list[Known]:
    """Each recorded when it occurred."""
    return [Known(event, event.occurred_at_ms) for event in events]


def state_of(*events: Event) -> DossierState:
    """The one dossier that these facts are about, when all is known."""
    (state,) = fold(recorded(*events), as_of_ms=FOREVER).values()
    return state
