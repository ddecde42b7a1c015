"""What is asked of a server by its version."""

from __future__ import annotations

import pytest

from cchc.store.migrate import SCHEMA, read_migrations
from cchc.store.port import Store
from cchc.store.server.settings import ClickHouseSettings, drop_database_sql, made_on_server, statement_settings

_OLD, _NEW = (18, 16), (26, 9)
_STATEMENTS = [statement for migration in read_migrations(SCHEMA) for statement in migration.statements]


def test_every_table_of_the_schema_syncs_its_inserts_where_the_server_can(store: Store) -> None:
    for statement in _STATEMENTS:
        store.execute(made_on_server(statement, _NEW))
    made = store.query(
        "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() AND engine = 'MergeTree'"
    )
    assert len(made.rows) >= 8
    assert [name for name, sql in made.rows if "fsync_after_insert = 1" not in sql] == []


def test_texts_are_plain_on_every_server() -> None:
    assert "LowCardinality" in "".join(_STATEMENTS)
    assert "LowCardinality" not in "".join(made_on_server(statement, _NEW) for statement in _STATEMENTS)
    assert made_on_server("SELECT 'LowCardinality(String)'", _OLD) == "SELECT 'LowCardinality(String)'"


def test_an_old_server_is_asked_for_nothing_that_it_does_not_know() -> None:
    made = [made_on_server(statement, _OLD) for statement in _STATEMENTS]
    assert made == [statement.replace("LowCardinality(String)", "String") for statement in _STATEMENTS]
    assert "LowCardinality" not in "".join(made)
    assert "async_insert" not in statement_settings(ClickHouseSettings("h"), _OLD)
    assert drop_database_sql("g1", _OLD) == "DROP DATABASE IF EXISTS g1"
    assert drop_database_sql("g1", _NEW) == "DROP DATABASE IF EXISTS g1 SYNC"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'CREATE TABLE x ENGINE = MergeTree'",
        "CREATE TABLE x (y Int8) ENGINE = Memory",
        "CREATE TABLE x (y Int8) ENGINE = MergeTree ORDER BY y SETTINGS fsync_after_insert = 0",
        "INSERT INTO x SELECT 1",
    ],
)
def test_other_statements_stay_as_they_are(sql: str) -> None:
    assert made_on_server(sql, _NEW) == sql


def test_an_address_has_the_port_that_belongs_to_the_way_of_speaking() -> None:
    assert ClickHouseSettings("h").address == "h:9000"
    assert ClickHouseSettings("h", secure=True).address == "h:9440"
    assert ClickHouseSettings("h", 1).address == "h:1"
