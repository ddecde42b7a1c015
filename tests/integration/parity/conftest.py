"""The embedded store and a server's, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from cchc.clock import FixedClock
from cchc.store.migrate import migrate
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from cchc.testing.store_directory import StoreDirectory
from tests.integration.parity.both import Both
from tests.servers import Address


@pytest.fixture(scope="module")
def server(clickhouse_server: Address) -> Iterator[ClickHouseStore]:
    """A store on the server, with names of its own."""
    prefix = f"p{uuid4().hex}_"
    store = ClickHouseStore(ClickHouseSettings(clickhouse_server.host, clickhouse_server.port, prefix=prefix)).open()
    yield store
    for name in store.databases():
        store.drop_database(name)
    store.close()


@pytest.fixture(scope="module")
def both(store_directory: StoreDirectory, server: ClickHouseStore) -> Iterator[Both]:
    """A fresh database with the schema in both, for all tests of a module."""
    name = f"g{uuid4().hex}"
    server.create_database(name)
    with store_directory.database() as embedded:
        both = Both(embedded, server.in_database(name))
        migrate(both, FixedClock(0))
        yield both
