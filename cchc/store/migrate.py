"""The schema's migrations: numbered SQL files, applied in order, each once.

A file ``NNNN_name.sql`` holds statements that end with ``;`` at the end of a line, and ``--`` comments. A crash may
fall between a statement and the record that its file was applied, so every statement must be one that can run again:
``CREATE … IF NOT EXISTS``, ``DROP … IF EXISTS`` or ``ALTER TABLE … MODIFY COLUMN``. (18.16 has no ``ADD COLUMN IF NOT
EXISTS``: a table that needs another column gets it in the next generation's database, which is folded afresh.)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cchc.clock import Clock
from cchc.store import failures
from cchc.store.port import Store

SCHEMA = Path(__file__).with_name("schema")
"""The migrations of this package."""

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_COMMENT_OR_TEXT = re.compile(r"(?P<text>'(?:[^'\\]|\\.)*')|--.*")
_CAN_RUN_AGAIN = re.compile(
    r"CREATE\s+(?:TABLE|VIEW|MATERIALIZED\s+VIEW)\s+IF\s+NOT\s+EXISTS\s"
    r"|DROP\s+(?:TABLE|VIEW)\s+IF\s+EXISTS\s"
    r"|ALTER\s+TABLE\s+\S+\s+MODIFY\s+COLUMN\s",
    re.IGNORECASE,
)

_RECORD = """
CREATE TABLE IF NOT EXISTS schema_migration (
    number UInt32,
    name String,
    checksum String,
    applied_at Int64
) ENGINE = MergeTree ORDER BY number
"""

# On a cluster a change of tables needs every server, and most of the time there is none to make.
_HAS_RECORD = "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migration'"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the schema.

    Attributes:
        number: from 1, without gaps.
        name: what it is about.
        checksum: SHA-256 of the file's text, in hexadecimal.
        statements: what it runs, in order, without comments.
    """

    number: int
    name: str
    checksum: str
    statements: tuple[str, ...]


def migrate(store: Store, clock: Clock, directory: Path = SCHEMA) -> list[Migration]:
    """Bring the store's database to the schema of the directory.

    Two processes that migrate one database at a time do no harm: both run statements that can run again.

    Args:
        store: in the database to migrate.
        clock: tells when each migration was applied.
        directory: where the files are.

    Returns:
        What was applied now, oldest first; nothing where the database was up to date.

    Raises:
        Refused: ``store.migration_refused``, before anything is applied. Others as ``Store.execute``.
        Corrupt: ``store.migration_changed``, ``store.newer_schema``, before anything is applied.
    """
    migrations = read_migrations(directory)
    if not store.query(_HAS_RECORD).scalar():
        store.execute(_RECORD)
    pending = migrations[_applied(store, migrations) :]
    for migration in pending:
        for statement in migration.statements:
            store.execute(statement)
        _record(store, migration, clock.now_ms())
    return pending


def read_migrations(directory: Path) -> list[Migration]:
    """The migrations in the directory, by number.

    Raises:
        Refused: ``store.migration_refused`` for a file whose name or statement breaks a rule, and for gaps, repetitions
            or nothing at all.
    """
    migrations = [_read(path) for path in sorted(directory.glob("*.sql"))]
    if not migrations:
        raise failures.migration_refused(directory.name, "there is no migration")
    for expected, migration in enumerate(migrations, start=1):
        if migration.number != expected:
            raise failures.migration_refused(
                f"{migration.number:04d}_{migration.name}.sql", f"number {expected:04d} belongs here"
            )
    return migrations


def statements_of(text: str) -> tuple[str, ...]:
    """The statements of a file's text, without comments."""
    plain = "\n".join(
        _COMMENT_OR_TEXT.sub(lambda found: found["text"] or "", line).rstrip() for line in text.splitlines()
    )
    statements = (statement.strip() for statement in re.split(r";$", plain, flags=re.MULTILINE))
    return tuple(statement for statement in statements if statement)


def _read(path: Path) -> Migration:
    name = _FILE_NAME.fullmatch(path.name)
    if name is None:
        raise failures.migration_refused(path.name, "its name is not NNNN_name.sql")
    text = path.read_text(encoding="utf-8")
    statements = statements_of(text)
    _refuse_unless_it_can_run_again(path.name, statements)
    checksum = hashlib.sha256(text.encode()).hexdigest()
    return Migration(number=int(name[1]), name=name[2], checksum=checksum, statements=statements)


def _refuse_unless_it_can_run_again(file: str, statements: Sequence[str]) -> None:
    if not statements:
        raise failures.migration_refused(file, "it has no statement")
    for statement in statements:
        if not _CAN_RUN_AGAIN.match(statement):
            raise failures.migration_refused(file, f"this cannot run a second time: {statement.partition(chr(10))[0]}")
        if ";" in _COMMENT_OR_TEXT.sub("", statement):
            raise failures.migration_refused(file, "a semicolon stands inside a line")


def _applied(store: Store, migrations: Sequence[Migration]) -> int:
    """How many of the migrations the database has, each the same as here."""
    recorded = store.query("SELECT DISTINCT number, name, checksum FROM schema_migration ORDER BY number").rows
    numbers = [number for number, _, _ in recorded]
    if numbers and numbers[-1] > len(migrations):
        raise failures.newer_schema(numbers[-1], len(migrations))
    for (number, name, checksum), migration in zip(recorded, migrations, strict=False):
        if number != migration.number:
            raise failures.migration_changed(migration.number, f"the store has {number:04d} in its place")
        if (name, checksum) != (migration.name, migration.checksum):
            raise failures.migration_changed(number, "another text was applied")
    if len(numbers) > len(set(numbers)):
        raise failures.migration_changed(numbers[-1], "two texts were applied under one number")
    return len(numbers)


def _record(store: Store, migration: Migration, now_ms: int) -> None:
    store.execute(
        "INSERT INTO schema_migration (number, name, checksum, applied_at)"
        " SELECT toUInt32({number:Int64}), {name:String}, {checksum:String}, {applied_at:Int64}",
        {
            "number": migration.number,
            "name": migration.name,
            "checksum": migration.checksum,
            "applied_at": now_ms,
        },
    )
