"""How far a worker is behind."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from cchc.log.port import Prefix
from services.aggregator.standing import Standing, StandingGauges, standing_of

_MINE = frozenset({"a/0", "a/1"})


def _standing(head: dict[str, int], taken_in: dict[str, int], until: dict[str, int], now_ms: int = 10_000) -> Standing:
    return standing_of(_MINE, Prefix(head), Prefix(taken_in), until, now_ms, events=7, quarantined=2, store_away=False)


def test_what_is_not_in_the_store_of_its_own_partitions_is_its_lag() -> None:
    standing = _standing({"a/0": 10, "a/1": 5, "b/0": 99}, {"a/0": 7, "a/1": 5}, {})
    assert (standing.partitions, standing.lag_batches, standing.freshness_ms) == (2, 3, 0)


def test_a_worker_that_lacks_nothing_is_fresh_however_old_the_last_batch_is() -> None:
    assert _standing({"a/0": 7, "a/1": 5}, {"a/0": 7, "a/1": 5}, {"a/0": 1, "a/1": 1}).freshness_ms == 0


def test_freshness_is_that_of_the_partition_that_is_furthest_behind() -> None:
    head, taken_in = {"a/0": 10, "a/1": 10}, {"a/0": 7, "a/1": 8}
    assert _standing(head, taken_in, {"a/0": 9_000, "a/1": 4_000}).freshness_ms == 6_000


def test_a_head_that_was_asked_before_the_last_insert_is_no_negative_lag() -> None:
    assert _standing({"a/0": 5}, {"a/0": 7}, {"a/0": 20_000}).lag_batches == 0


def test_the_gauges_show_it() -> None:
    registry = CollectorRegistry()
    StandingGauges(registry).show(Standing(4, 30, 2_500, 99, 3, store_away=True))
    shown = {
        name: registry.get_sample_value(f"cchc_aggregator_{name}")
        for name in ("partitions", "lag_batches", "freshness_seconds", "events", "quarantined", "store_away")
    }
    assert shown == {
        "partitions": 4,
        "lag_batches": 30,
        "freshness_seconds": 2.5,
        "events": 99,
        "quarantined": 3,
        "store_away": 1,
    }
