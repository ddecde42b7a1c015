"""A store of the test's own on the run's ClickHouse server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from tests.servers import Address


@pytest.fixture
def store(clickhouse_server: Address) -> Iterator[ClickHouseStore]:
    """Its databases have a prefix of their own, and go at the end."""
    prefix = f"w{uuid4().hex[:12]}_"
    settings = ClickHouseSettings(clickhouse_server.host, clickhouse_server.port, prefix=prefix)
    with closing(ClickHouseStore(settings).open()) as store:
        yield store
        for name in store.databases():
            store.drop_database(name)
