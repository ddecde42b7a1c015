from __future__ import annotations

from cchc.clock import FixedClock
from cchc.log.batch import decode, encode, events
from cchc.log.memory import MemoryLog
from cchc.log.port import Prefix
from services.simulator.filling import fill_log
from services.simulator.payload import payload_of
from services.simulator.province import Province, arrivals, sendings


def test_the_log_has_every_event_recorded_when_it_arrived(spring: Province) -> None:
    clock = FixedClock(0)
    with MemoryLog(clock) as log:
        filled = fill_log(spring, log, clock)
        records = list(log.records(Prefix()))
    assert filled == len(spring.facts)
    assert [(one.recorded_at_ms, list(events(decode(one.payload)))) for one in records] == list(arrivals(spring))


def test_nothing_is_recorded_before_it_occurred(spring: Province) -> None:
    clock = FixedClock(0)
    with MemoryLog(clock) as log:
        fill_log(spring, log, clock)
        for record in log.records(Prefix()):
            assert max(decode(record.payload).occurred_at_ms) <= record.recorded_at_ms


def test_facts_are_laid_out_as_the_batch_of_their_events(spring: Province) -> None:
    for facts in sendings(spring.facts):
        assert payload_of(facts) == encode([fact.event() for fact in facts])


def test_progress_counts_events(spring: Province) -> None:
    told: list[tuple[int, int]] = []
    clock = FixedClock(0)
    with MemoryLog(clock) as log:
        fill_log(spring, log, clock, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(spring.facts), len(spring.facts))
    assert told == sorted(told)
