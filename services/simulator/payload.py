"""Facts laid out as a batch, without an object per envelope: the same bytes as the batch of their events, sooner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import EventBatch
from cchc.log.batch import SCHEMA_VERSION, fact_type, laid_out
from services.simulator.fact import Fact


def payload_of(facts: Sequence[Fact]) -> bytes:
    """One serialised batch of all these facts, in their order: what ``encode`` makes of their events."""
    sources: dict[str, int] = {}
    subjects: dict[str, int] = {}
    units: dict[str, int] = {}
    kinds = {type(fact.message): fact_type(fact.message) for fact in facts}
    messages: dict[type[Message], list[Message]] = {kind: [] for kind in kinds}
    for fact in facts:
        messages[type(fact.message)].append(fact.message)
    replacing = [(row, fact) for row, fact in enumerate(facts) if fact.replaces]
    typed: dict[str, Any] = laid_out({kinds[kind]: found for kind, found in messages.items()})
    batch = EventBatch(
        schema_version=SCHEMA_VERSION,
        event_ids=b"".join([fact.identity() for fact in facts]),
        source_system=[sources.setdefault(fact.source, len(sources)) for fact in facts],
        subject=[subjects.setdefault(fact.subject, len(subjects)) for fact in facts],
        unit_code=[units.setdefault(fact.unit_code, len(units)) for fact in facts],
        occurred_at_ms=[fact.occurred_at_ms for fact in facts],
        actor_role=[fact.actor_role for fact in facts],
        fact_type=[kinds[type(fact.message)] for fact in facts],
        replacing_row=[row for row, _ in replacing],
        replaced_event_ids=b"".join([fact.replaces for _, fact in replacing]),
        replaces_reason=[fact.reason for _, fact in replacing],
        **typed,
    )
    batch.source_systems.extend(sources)
    batch.subjects.extend(subjects)
    batch.unit_codes.extend(units)
    return batch.SerializeToString(deterministic=True)
