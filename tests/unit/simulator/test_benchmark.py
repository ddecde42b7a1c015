from __future__ import annotations

from itertools import islice

import pytest

from cchc.api.log.v1.event_pb2 import Event
from cchc.log.batch import decode, events
from services.simulator.benchmark import GROUP, bench_batches
from services.simulator.province import BATCH_EVENTS


def all_events(total: int, units: int, dossiers: int) -> list[Event]:
    return [event for payload in bench_batches(total, units, dossiers) for event in events(decode(payload))]


@pytest.mark.parametrize("total", [0, 1, 499, 500, 501, 5_250])
def test_there_are_exactly_as_many_events_as_asked_for(total: int) -> None:
    batches = [len(decode(payload).fact_type) for payload in bench_batches(total, 5, 1_000)]
    assert sum(batches) == total
    assert all(size == BATCH_EVENTS for size in batches[:-1])


def test_the_same_arguments_give_the_same_bytes_and_another_seed_other_identities() -> None:
    once, again = list(bench_batches(3_000, 7, 600)), list(bench_batches(3_000, 7, 600))
    assert once == again
    other = next(bench_batches(3_000, 7, 600, seed=5))
    assert decode(other).event_ids != decode(once[0]).event_ids


def test_every_identity_is_its_own_and_units_and_dossiers_are_as_many_as_asked_for() -> None:
    found = all_events(10_000, 7, 1_500)
    assert len({event.event_id for event in found}) == len(found)
    assert len({event.unit_code for event in found}) == 7
    assert len({event.subject for event in found}) == 1_500


def test_each_dossier_goes_from_acceptance_to_delivery_in_order() -> None:
    by_dossier: dict[str, list[Event]] = {}
    for event in all_events(10_000, 7, 2_000):
        by_dossier.setdefault(event.subject, []).append(event)
    for facts in by_dossier.values():
        told = [event.WhichOneof("fact") for event in sorted(facts, key=lambda event: event.occurred_at_ms)]
        assert told[0] == "dossier_accepted"
        assert told[-1] == "result_delivered"
        assert "dossier_resolved" in told
        assert len({event.unit_code for event in facts}) == 1


def test_one_event_in_a_batch_corrects_the_result_of_the_same_dossier() -> None:
    found = all_events(20_000, 7, 4_000)
    by_identity = {event.event_id: event for event in found}
    corrections = [event for event in found if event.replaces]
    assert len(corrections) == 20_000 // BATCH_EVENTS
    for correction in corrections:
        replaced = by_identity[correction.replaces]
        assert replaced.subject == correction.subject
        assert replaced.WhichOneof("fact") == correction.WhichOneof("fact") == "dossier_resolved"


def test_some_results_are_late_and_most_are_not() -> None:
    found = all_events(50_000, 7, 10_000)
    due = {event.subject: event.dossier_accepted.due_at_ms for event in found if event.HasField("dossier_accepted")}
    results = [event for event in found if event.HasField("dossier_resolved")]
    late = sum(event.occurred_at_ms > due[event.subject] for event in results)
    assert 0.01 < late / len(results) < 0.1


def test_batches_can_be_had_one_by_one_without_making_the_rest() -> None:
    first = list(islice(bench_batches(10**12, 100, 10**9), 2))
    assert [next(iter(decode(payload).facts)).count for payload in first] == [GROUP, GROUP]
