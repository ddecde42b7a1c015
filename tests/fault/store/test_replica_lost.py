"""A replica that is killed: what was acknowledged is answered by the other, and nothing is half stored."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import stamina

from cchc.clock import FixedClock
from cchc.errors import Unavailable
from cchc.store.cluster.cluster import ClusterStore
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.store.server.settings import ClickHouseSettings
from tests.servers import require, two_clickhouses

_COUNTED = "SELECT count(), uniqExact(subject) FROM fact"
_ROWS = 1_000


def _insert(store: Store, call: int) -> None:
    numbers = range(call * _ROWS, (call + 1) * _ROWS)
    store.insert("fact", {"subject": [f"DS-{number}" for number in numbers], "id_lo": list(numbers)})


def _insert_when_it_is_back(store: Store, call: int) -> None:
    for attempt in stamina.retry_context(on=Unavailable, attempts=None, timeout=60):
        with attempt:
            _insert(store, call)


@pytest.mark.fault
def test_a_lost_replica_loses_nothing(tmp_path: Path) -> None:
    require("clickhouse_cluster")
    with two_clickhouses(tmp_path) as (first, second):
        store = ClusterStore(ClickHouseSettings(f"{first.address},{second.address}", cluster="replicated")).open()
        with contextlib.closing(store):
            store.create_database("g1")
            facts = store.in_database("g1")
            migrate(facts, FixedClock(0))
            _insert(facts, 0)
            second.kill()
            assert facts.query(_COUNTED).rows == [(_ROWS, _ROWS)]
            # One of two is not most of them: acknowledged would be what the next loss could take.
            with pytest.raises(Unavailable, match=r"store\.unavailable"):
                _insert(facts, 1)
            assert facts.query_by_subject(_COUNTED).rows == [(_ROWS, _ROWS)]
            second.start()
            _insert_when_it_is_back(facts, 1)
            _insert(facts, 2)
            first.kill()
            for ask in (facts.query, facts.query_by_subject):
                assert ask(_COUNTED).rows[0][1] == 3 * _ROWS
            first.start()
            _insert_when_it_is_back(facts, 3)
            assert facts.query(_COUNTED).rows[0][1] == 4 * _ROWS
