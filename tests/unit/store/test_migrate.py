"""Migrations: in order, once, and never over something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from cchc.clock import FixedClock
from cchc.errors import Corrupt, Refused
from cchc.store.migrate import SCHEMA, migrate, read_migrations, statements_of
from cchc.store.port import Store

_CLOCK = FixedClock(1_790_000_000_000)
_FIRST = """-- Facts; all of them.
CREATE TABLE IF NOT EXISTS fact (
    number Int64,   -- joined by ';'
    text String DEFAULT 'a -- b'
) ENGINE = MergeTree ORDER BY number;

CREATE VIEW IF NOT EXISTS facts AS SELECT count() AS n FROM fact;
-- the end;
"""
_SECOND = "CREATE TABLE IF NOT EXISTS late (number Int64) ENGINE = MergeTree ORDER BY number;\n"
_CREATE = "CREATE TABLE IF NOT EXISTS x (n Int64) ENGINE = MergeTree ORDER BY n;"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "0001_facts.sql").write_text(_FIRST, encoding="utf-8")
    return tmp_path


def _tables(store: Store) -> list[str]:
    rows = store.query("SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name").rows
    return [name for (name,) in rows]


def test_statements_end_with_a_semicolon_at_the_end_of_a_line_and_lose_their_comments() -> None:
    table, view = statements_of(_FIRST)
    assert table.startswith("CREATE TABLE")
    assert "joined" not in table
    assert "'a -- b'" in table
    assert view == "CREATE VIEW IF NOT EXISTS facts AS SELECT count() AS n FROM fact"


def test_each_file_is_applied_once_and_recorded(store: Store, directory: Path) -> None:
    applied = migrate(store, _CLOCK, directory)
    assert [(migration.number, migration.name) for migration in applied] == [(1, "facts")]
    assert _tables(store) == ["fact", "facts", "schema_migration"]
    assert migrate(store, _CLOCK, directory) == []
    (directory / "0002_late.sql").write_text(_SECOND, encoding="utf-8")
    assert [migration.name for migration in migrate(store, _CLOCK, directory)] == ["late"]
    rows = store.query("SELECT number, name, checksum, applied_at FROM schema_migration ORDER BY number").rows
    assert [(number, name, at) for number, name, _, at in rows] == [
        (1, "facts", _CLOCK.now_ms()),
        (2, "late", _CLOCK.now_ms()),
    ]
    assert all(len(checksum) == 64 for _, _, checksum, _ in rows)


def test_the_default_value_of_a_text_with_two_dashes_is_kept(store: Store, directory: Path) -> None:
    migrate(store, _CLOCK, directory)
    store.insert("fact", {"number": [1]})
    assert store.query("SELECT text FROM fact").scalar() == "a -- b"


def test_a_crash_before_the_record_is_healed_by_the_next_run(store: Store, directory: Path) -> None:
    for statement in read_migrations(directory)[0].statements:
        store.execute(statement)
    store.insert("fact", {"number": [1]})
    assert len(migrate(store, _CLOCK, directory)) == 1
    assert store.query("SELECT count() AS x FROM fact").scalar() == 1


def test_two_runs_at_a_time_leave_a_database_that_is_up_to_date(store: Store, directory: Path) -> None:
    migrate(store, _CLOCK, directory)
    store.execute("INSERT INTO schema_migration SELECT * FROM schema_migration")
    assert migrate(store, _CLOCK, directory) == []


def test_a_file_that_changed_after_it_was_applied_is_corrupt_and_nothing_is_applied(
    store: Store, directory: Path
) -> None:
    migrate(store, _CLOCK, directory)
    (directory / "0001_facts.sql").write_text(_FIRST + "-- a word more\n", encoding="utf-8")
    (directory / "0002_late.sql").write_text(_SECOND, encoding="utf-8")
    with pytest.raises(Corrupt, match=r"store\.migration_changed"):
        migrate(store, _CLOCK, directory)
    assert "late" not in _tables(store)


def test_line_ends_do_not_change_a_file(store: Store, directory: Path) -> None:
    migrate(store, _CLOCK, directory)
    (directory / "0001_facts.sql").write_bytes(_FIRST.replace("\n", "\r\n").encode())
    assert migrate(store, _CLOCK, directory) == []


def test_a_database_of_a_newer_program_is_left_alone(store: Store, directory: Path) -> None:
    (directory / "0002_late.sql").write_text(_SECOND, encoding="utf-8")
    migrate(store, _CLOCK, directory)
    (directory / "0002_late.sql").unlink()
    with pytest.raises(Corrupt, match=r"store\.newer_schema"):
        migrate(store, _CLOCK, directory)


def test_a_database_that_lacks_an_earlier_record_is_corrupt(store: Store, directory: Path) -> None:
    (directory / "0002_late.sql").write_text(_SECOND, encoding="utf-8")
    migrate(store, _CLOCK, directory)
    store.execute("ALTER TABLE schema_migration DELETE WHERE number = 1")
    with pytest.raises(Corrupt, match=r"store\.migration_changed"):
        migrate(store, _CLOCK, directory)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"0002_x.sql": _CREATE}, id="does not begin with 1"),
        pytest.param({"0001_x.sql": _CREATE, "0003_x.sql": _CREATE}, id="a gap"),
        pytest.param({"0001_x.sql": _CREATE, "0001_y.sql": _CREATE}, id="a number twice"),
        pytest.param({"1_x.sql": _CREATE}, id="a short number"),
        pytest.param({"0001-X.sql": _CREATE}, id="a name of another shape"),
        pytest.param({"0001_x.sql": "-- nothing;\n"}, id="no statement"),
        pytest.param({"0001_x.sql": _CREATE.replace("IF NOT EXISTS ", "")}, id="a bare CREATE TABLE"),
        pytest.param({"0001_x.sql": _CREATE + "\nINSERT INTO x VALUES (1);"}, id="an INSERT"),
        pytest.param({"0001_x.sql": "DROP TABLE x;"}, id="a bare DROP"),
        pytest.param({"0001_x.sql": f"{_CREATE} {_CREATE}"}, id="two statements in a line"),
    ],
)
def test_files_that_break_a_rule_are_refused_before_anything_is_applied(
    store: Store, tmp_path: Path, files: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=r"store\.migration_refused"):
        migrate(store, _CLOCK, tmp_path)
    assert _tables(store) == []


def test_the_schema_of_this_package_is_applied_and_then_up_to_date(store: Store) -> None:
    assert migrate(store, _CLOCK) == read_migrations(SCHEMA)
    assert migrate(store, _CLOCK) == []
