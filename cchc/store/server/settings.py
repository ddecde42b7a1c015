"""How to reach a ClickHouse server, and what is asked of it by its version: the one place that knows versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cchc.store.port import MAX_INSERT_ROWS

Version = tuple[int, int]
"""A server's version, for example (18, 16)."""

_SYNCED_INSERTS: Version = (20, 11)
"""The first version that can sync an insert before it answers."""

_ATOMIC_DATABASES: Version = (20, 10)
"""The first version whose databases drop tables later, unless told ``SYNC``."""

DROPPED_REPLICAS: Version = (20, 5)
"""The first version that forgets a lost replica when it is told to; an older one lets it be attached again."""

_SETTINGS_AS_TEXT: Version = (19, 14)
"""The first version that leaves out settings that it does not know, instead of refusing the statement."""

_REPEATED_TEXT = "LowCardinality(String)"

_MAKES_TABLE = re.compile(r"^\s*CREATE\s+TABLE\s", re.I)
_MERGE_TREE = re.compile(
    r"^\s*CREATE\s+TABLE\s.*ENGINE\s*=\s*(?:Replicated)?MergeTree\b(?!.*\bSETTINGS\b)", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class ClickHouseSettings:
    """A ClickHouse server, and what one statement may use of it.

    Attributes:
        host: name or address.
        port: of the native protocol; 9000, or 9440 with TLS, where it is None.
        user: who logs in.
        password: of the user.
        database: where the root store's unqualified table names resolve; it must exist. It holds no tables of its own.
        prefix: begins the name of every database on the server: several provinces may share one.
        secure: whether to speak TLS; the server's certificate is checked against its host name.
        ca_file: certificates that sign the server's, in PEM; the system's where it is None.
        connect_timeout_s: seconds until a server that does not answer a connection is away.
        statement_timeout_s: seconds without a byte from the server after which a statement has failed.
        cluster: the cluster's name in the servers' configuration, where the store is one; then ``host`` may name
            several of its servers, ``a:9000,b:9000``.
        max_memory_bytes: most memory of one statement; half of it is where grouping and sorting begin to use the disk.
        max_threads: most threads of one statement; the server's choice where it is None.
    """

    host: str
    port: int | None = None
    user: str = "default"
    password: str = ""
    database: str = "default"
    prefix: str = ""
    secure: bool = False
    ca_file: Path | None = None
    connect_timeout_s: float = 10.0
    statement_timeout_s: float = 300.0
    cluster: str = ""
    max_memory_bytes: int = 4_000_000_000
    max_threads: int | None = None

    def __repr__(self) -> str:
        """Where, and as whom; never the password."""
        return f"ClickHouseSettings({self.user}@{self.address})"

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port or (9440 if self.secure else 9000)}"


def statement_settings(settings: ClickHouseSettings, version: Version) -> dict[str, int | str]:
    """ClickHouse settings of every statement."""
    asked: dict[str, int | str] = {
        "max_memory_usage": settings.max_memory_bytes,
        "max_bytes_before_external_group_by": settings.max_memory_bytes // 2,
        "max_bytes_before_external_sort": settings.max_memory_bytes // 2,
        # Bound texts stand in the statement, and thousands of dossiers may be asked for at once.
        "max_query_size": 64_000_000,
        "max_ast_elements": 5_000_000,
        "max_expanded_ast_elements": 5_000_000,
        # A block that is larger than this would become several parts.
        "max_insert_block_size": 2 * MAX_INSERT_ROWS,
    }
    if settings.max_threads is not None:
        asked["max_threads"] = settings.max_threads
    if version >= _SETTINGS_AS_TEXT:
        asked |= {
            "async_insert": 0,
            "max_insert_threads": 1,
            "mutations_sync": 2,
            "implicit_select": 0,  # a typing error is an error, not a SELECT
            "session_timezone": "UTC",
            # With it, the flags of a dossier, which build on each other, take twice as long.
            "short_circuit_function_evaluation": "disable",
            # With it, the analyser searches all that the flags are made of for every AND.
            "optimize_and_compare_chain": 0,
        }
    return asked


def cluster_settings(settings: ClickHouseSettings, version: Version) -> dict[str, int | str]:
    """The same for a server of a cluster, so that every answer has all that was acknowledged, from all shards."""
    asked = statement_settings(settings, version) | {
        # An insert is acknowledged when it is on its shards, and not when it waits to be sent there.
        "insert_distributed_sync": 1,
        "insert_quorum_timeout": 30_000,
        # Equal rows of two inserts are rows of two inserts, as on one server.
        "insert_deduplicate": 0,
        # A replica that lacks an acknowledged insert refuses to answer, and another is asked.
        "select_sequential_consistency": 1,
        # A set or a small table that a shard needs is taken from all of them. The default refuses such a query.
        "distributed_product_mode": "global",
    }
    if version >= _SETTINGS_AS_TEXT:
        asked["insert_quorum_parallel"] = 0  # with it, replicas do not know what they lack
    return asked


def made_on_server(sql: str, version: Version) -> str:
    """A statement that makes a table, with durable inserts and plain texts as a server takes it; any other as it is.

    18.16 cannot sync: an insert survives the server's death, and the machine's only once the system wrote it out. Nor
    has it ``LowCardinality`` without a setting, and to any server texts are sent as plain ones (``driver_texts``).
    """
    if not _MAKES_TABLE.match(sql):
        return sql
    sql = sql.replace(_REPEATED_TEXT, "String")
    if version < _SYNCED_INSERTS or not _MERGE_TREE.match(sql):
        return sql
    table = {
        "fsync_after_insert": 1,
        "fsync_part_directory": 1,
        "min_rows_to_fsync_after_merge": 1,
        "max_suspicious_broken_parts": 0,
    }
    return f"{sql.rstrip()} SETTINGS {_listed(table)}"


def drop_database_sql(name: str, version: Version) -> str:
    """The statement that drops a database and frees its space at once."""
    return f"DROP DATABASE IF EXISTS {name}{' SYNC' if version >= _ATOMIC_DATABASES else ''}"


def _listed(settings: Mapping[str, int]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items())
