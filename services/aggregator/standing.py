"""How far a worker is behind: for those who operate it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge

from cchc.log.port import Prefix


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a worker stands with the partitions that it has.

    Args:
        partitions: how many they are.
        lag_batches: batches in them that are not in the store.
        freshness_ms: how long ago the oldest was recorded that the store lacks of them; where that was not read yet,
            the last that it has. 0 where it lacks nothing.
        events: taken in since the worker's start.
        quarantined: events and whole batches that were set aside since the worker's start.
        store_away: whether the store does not answer.
    """

    partitions: int
    lag_batches: int
    freshness_ms: int
    events: int
    quarantined: int
    store_away: bool


def standing_of(
    partitions: frozenset[str],
    head: Prefix,
    taken_in: Prefix,
    recorded_ms: Mapping[str, int],
    now_ms: int,
    *,
    events: int,
    quarantined: int,
    store_away: bool,
) -> Standing:
    """The standing with some partitions.

    Args:
        partitions: their names.
        head: of the log.
        taken_in: what the store has.
        recorded_ms: by partition, when the first was recorded that was read and is not in the store; where there is
            none, the last that was taken in since it was assigned.
        now_ms: what time it is; all times are milliseconds UTC.
        events: as in ``Standing``.
        quarantined: the same.
        store_away: the same.

    A partition that has no such time does not count for freshness.
    """
    lags = {name: max(head.end(name) - taken_in.end(name), 0) for name in partitions}
    behind_since = [recorded_ms[name] for name, lag in lags.items() if lag and name in recorded_ms]
    freshness_ms = max((now_ms - one for one in behind_since), default=0)
    lag = sum(lags.values())
    return Standing(len(partitions), lag, max(freshness_ms, 0), events, quarantined, store_away)


class StandingGauges:
    """A standing as gauges of Prometheus.

    Args:
        registry: where they are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._partitions = Gauge("cchc_aggregator_partitions", "Partitions that this worker has", registry=registry)
        self._lag = Gauge("cchc_aggregator_lag_batches", "Batches that are not in the store yet", registry=registry)
        self._freshness = Gauge(
            "cchc_aggregator_freshness_seconds", "How old is the oldest that the store lacks", registry=registry
        )
        self._events = Gauge("cchc_aggregator_events", "Events taken in since the start", registry=registry)
        self._quarantined = Gauge(
            "cchc_aggregator_quarantined", "Events and whole batches set aside since the start", registry=registry
        )
        self._away = Gauge("cchc_aggregator_store_away", "1 while the store does not answer", registry=registry)

    def show(self, standing: Standing) -> None:
        """Set them."""
        self._partitions.set(standing.partitions)
        self._lag.set(standing.lag_batches)
        self._freshness.set(standing.freshness_ms / 1_000)
        self._events.set(standing.events)
        self._quarantined.set(standing.quarantined)
        self._away.set(int(standing.store_away))
