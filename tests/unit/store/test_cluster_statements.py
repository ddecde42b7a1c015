"""The schema's statements as the nodes of a cluster run them."""

from __future__ import annotations

import pytest

from cchc.errors import Refused
from cchc.store.cluster.statements import Place, changes_tables, is_part, on_node, part_of
from cchc.store.migrate import SCHEMA, read_migrations

_PLACE = Place("hn", 2, 1)


def test_a_sharded_table_lies_in_the_part_and_is_whole_in_the_database() -> None:
    made = on_node("CREATE TABLE IF NOT EXISTS fact (subject String) ENGINE = MergeTree ORDER BY subject", "g1", _PLACE)
    assert made == [
        (
            "CREATE TABLE IF NOT EXISTS g1__part.fact (subject String)"
            " ENGINE = ReplicatedMergeTree('/cchc/hn/g1/fact/2', 's2r1') ORDER BY subject"
        ),
        (
            "CREATE TABLE IF NOT EXISTS g1.fact (subject String)"
            " ENGINE = Distributed(hn, g1__part, fact, cityHash64(subject))"
        ),
    ]


def test_any_other_table_lies_whole_in_the_database_and_is_seen_from_the_part() -> None:
    made = on_node("CREATE TABLE IF NOT EXISTS unit (code String)\n) ENGINE=MergeTree\nORDER BY code", "g1", _PLACE)
    assert "ReplicatedMergeTree('/cchc/hn/g1/unit/all', 's2r1') ORDER BY code" in made[0]
    assert made[1] == "CREATE VIEW IF NOT EXISTS g1__part.unit AS SELECT * FROM g1.unit"


def test_the_whole_of_a_sharded_table_is_asked_of_all_shards_from_everywhere() -> None:
    made = on_node("CREATE VIEW IF NOT EXISTS fact_everywhere AS SELECT * FROM fact", "g1", _PLACE)
    engine = "ENGINE = Distributed(hn, g1__part, fact, cityHash64(subject))"
    assert made == [
        f"CREATE TABLE IF NOT EXISTS {database}.fact_everywhere AS g1__part.fact {engine}"
        for database in ("g1", "g1__part")
    ]


def test_another_view_is_made_of_the_database_and_seen_from_the_part() -> None:
    made = on_node("CREATE VIEW IF NOT EXISTS n AS SELECT count() AS x FROM unit", "g1", _PLACE)
    assert made == [
        "CREATE VIEW IF NOT EXISTS g1.n AS SELECT count() AS x FROM g1.unit",
        "CREATE VIEW IF NOT EXISTS g1__part.n AS SELECT * FROM g1.n",
    ]


def test_changes_reach_both_databases_where_the_table_lies_in_both() -> None:
    assert on_node("DROP TABLE IF EXISTS unit", "g1", _PLACE) == [
        "DROP TABLE IF EXISTS g1__part.unit",
        "DROP TABLE IF EXISTS g1.unit",
    ]
    changed = "ALTER TABLE {} MODIFY COLUMN x Int64"
    assert on_node(changed.format("fact"), "g1", _PLACE) == [changed.format("g1__part.fact"), changed.format("g1.fact")]
    assert on_node(changed.format("unit"), "g1", _PLACE) == [changed.format("g1.unit")]


def test_every_statement_of_the_schema_can_run_on_a_cluster() -> None:
    for migration in read_migrations(SCHEMA):
        for statement in migration.statements:
            assert changes_tables(statement)
            assert len(on_node(statement, "g1", _PLACE)) == 2


def test_what_a_cluster_cannot_replicate_is_refused() -> None:
    with pytest.raises(Refused, match=r"store\.statement_refused"):
        on_node("CREATE TABLE IF NOT EXISTS x (y Int8) ENGINE = Memory", "g1", _PLACE)
    assert not changes_tables("INSERT INTO x SELECT 1")
    assert is_part(part_of("g1"))
    assert not is_part("g1")
