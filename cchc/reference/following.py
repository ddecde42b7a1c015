"""Units and procedures followed in the log itself, for a service that writes and asks no store.

The same definition of what counts as ``definitions`` (docs/dossier-semantics.md, "Which facts count"): live, and of one
code and first day the last one.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import Event, EventBatch
from cchc.api.reference.v1.reference_pb2 import ProcedureDefined, UnitDefined
from cchc.log.batch import FACT_TYPES, UndecodableBatchError, decoded, events
from cchc.log.port import Log, Prefix

_UNIT = FACT_TYPES["unit_defined"]
_PROCEDURE = FACT_TYPES["procedure_defined"]
_RETRACTION = FACT_TYPES["retraction"]
_FOLLOWED = frozenset({_UNIT, _PROCEDURE, _RETRACTION})

Fact = TypeVar("Fact", bound=Message)


class ReferenceFollower:
    """What the log has said of units and procedures, as far as it was read.

    Cost: a pass over what is new in the log, almost all of it skipped batch by batch. Memory: the definitions, and the
    identities of what was retracted.

    Args:
        log: is read from its beginning.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._turn = threading.Lock()
        self._read = Prefix()
        self._definitions: dict[int, dict[bytes, Event]] = {_UNIT: {}, _PROCEDURE: {}}
        self._replaced: set[tuple[int, str, bytes]] = set()

    def refresh(self) -> bool:
        """Read what is new; returns whether any of it may have changed a definition. Errors as ``Log.read``."""
        with self._turn:
            changed = False
            for record in self._log.records(self._read):
                # One that cannot be read defines nothing; the aggregator sets it aside and says so.
                with contextlib.suppress(UndecodableBatchError):
                    changed = self._take(decoded(record)) or changed
                self._read = self._read.including(record.position)
            return changed

    def units(self) -> list[UnitDefined]:
        """The live definitions of units, the last one of each code and first day."""
        return self._live(_UNIT, lambda event: event.unit_defined, lambda unit: unit.valid_from_day)

    def procedures(self) -> list[ProcedureDefined]:
        """The same of procedures."""
        return self._live(_PROCEDURE, lambda event: event.procedure_defined, lambda one: one.valid_from_day)

    def _take(self, batch: EventBatch) -> bool:
        if _FOLLOWED.isdisjoint(batch.fact_type):
            return False
        for number, event in _typed(batch):
            if number == _RETRACTION:
                self._replaced |= {(kind, event.subject, event.replaces) for kind in self._definitions}
            elif number in self._definitions:
                self._definitions[number][event.event_id] = event
                if event.replaces:
                    self._replaced.add((number, event.subject, event.replaces))
        return True

    def _live(self, number: int, fact: Callable[[Event], Fact], first_day: Callable[[Fact], int]) -> list[Fact]:
        last: dict[tuple[str, int], Event] = {}
        with self._turn:
            for event in self._definitions[number].values():
                if (number, event.subject, event.event_id) in self._replaced:
                    continue
                key = (event.subject, first_day(fact(event)))
                if key not in last or _precedence(event) > _precedence(last[key]):
                    last[key] = event
        return [fact(event) for _, event in sorted(last.items())]


def _typed(batch: EventBatch) -> list[tuple[int, Event]]:
    """All or none: a batch that does not fit together says nothing."""
    listed = zip(batch.fact_type, events(batch), strict=True)
    return [(number, event) for number, event in listed if event.WhichOneof("fact") is not None]


def _precedence(event: Event) -> tuple[int, bytes]:
    """Happened last, ties broken by identity."""
    return event.occurred_at_ms, event.event_id[:8]
