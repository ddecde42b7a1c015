"""Definitions of procedures and working days from their facts: rules 1 to 3 of ``docs/dossier-semantics.md`` again.

A definition is told from others of its kind by its key; of several live ones with the same key the last counts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from cchc.api.log.v1.event_pb2 import Event
from cchc.api.reference.v1.reference_pb2 import CalendarDayDecided, ProcedureDefined
from tests.reference.dossier_fold import Known


def procedures_of(known: Iterable[Known], *, as_of_ms: int) -> list[ProcedureDefined]:
    """What is defined of procedures, as known at an instant: one definition for each first day of validity."""
    events = _last_live(
        known, "procedure_defined", as_of_ms, lambda event: (event.subject, event.procedure_defined.valid_from_day)
    )
    return [event.procedure_defined for event in events]


def decisions_of(known: Iterable[Known], *, as_of_ms: int) -> list[CalendarDayDecided]:
    """What is decided on working days, as known at an instant: one decision for each day and day of becoming known."""
    events = _last_live(
        known,
        "calendar_day_decided",
        as_of_ms,
        lambda event: (event.calendar_day_decided.day, event.calendar_day_decided.known_from_day),
    )
    return [event.calendar_day_decided for event in events]


def _last_live(known: Iterable[Known], kind: str, as_of_ms: int, key: Callable[[Event], Hashable]) -> list[Event]:
    facts = {one.event.event_id: one.event for one in known if one.recorded_at_ms <= as_of_ms}.values()
    replaced = {
        (fact.subject, fact.replaces)
        for fact in facts
        if fact.replaces and fact.WhichOneof("fact") in {kind, "retraction"}
    }
    live = [fact for fact in facts if (fact.subject, fact.event_id) not in replaced]
    last: dict[Hashable, Event] = {}
    for fact in sorted(live, key=lambda fact: (fact.occurred_at_ms, fact.event_id[:8])):
        if fact.WhichOneof("fact") == kind:
            last[key(fact)] = fact
    return list(last.values())
