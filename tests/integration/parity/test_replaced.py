"""What another source replaced, in dossiers and in registers: both stores say the same."""

from __future__ import annotations

from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.clock import FixedClock
from cchc.log.batch import encode, make_event
from cchc.log.memory import MemoryLog
from cchc.register.types import REGISTER_FACTS
from services.aggregator.consume import Aggregator
from services.report.replaced import INDEXED, replaced_in_dossiers, replaced_in_registers
from tests.integration.parity.both import Both
from tests.integration.report.register_story import story
from tests.unit.recording.senders import NOW_MS, definitions


def _taken_away(one: Event, unit: str) -> Event:
    return make_event(
        Retraction(),
        source_system="elsewhere",
        subject=one.subject,
        unit_code=unit,
        occurred_at_ms=one.occurred_at_ms + 1,
        replaces=one.event_id,
    )


def test_what_another_source_replaced(both: Both) -> None:
    said = list(story())
    taken = [_taken_away(one, ("H21.65", "H21.66")[number % 2]) for number, one in enumerate(said) if number % 3]
    with MemoryLog(FixedClock(NOW_MS)) as log:
        log.append([encode([*definitions(), *said])])
        log.append([encode(taken)])
        log.append([encode(taken)])
        aggregator = Aggregator(log, both)
        aggregator.catch_up()

    of_dossiers = replaced_in_dossiers(both, NOW_MS, NOW_MS, INDEXED)
    of_registers = replaced_in_registers(both, NOW_MS, REGISTER_FACTS)

    assert {(one.source, one.by_source) for one in (*of_dossiers, *of_registers)} == {("desk", "elsewhere")}
    assert of_dossiers
    assert sum(one.times for one in (*of_dossiers, *of_registers)) > len(taken) // 2
    assert replaced_in_dossiers(both, NOW_MS - 1, NOW_MS, INDEXED) == ()
    assert replaced_in_registers(both, NOW_MS - 1, REGISTER_FACTS) == ()
