"""Reading reference facts back: the live definitions of a table, the last one of each key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cchc.log.batch import FACT_TYPES
from cchc.store.port import Store

_RETRACTION = FACT_TYPES["retraction"]


def live_definitions_sql(table: str, columns: Sequence[str], key: Sequence[str]) -> str:
    """SELECT of the named columns of a reference table: of each key the last live definition, ordered by key.

    Live and last are meant as in docs/dossier-semantics.md. Table and column names are constants of the caller; the
    query binds ``as_of`` (Int64, milliseconds UTC).
    """
    replaced = "replaces_hi, bitXor(replaces_lo, sipHash64(subject))"
    listed, keys = ", ".join(columns), ", ".join(key)
    return f"""
        SELECT {listed} FROM {table}
        WHERE recorded_at <= {{as_of:Int64}} AND (id_hi, bitXor(id_lo, sipHash64(subject))) NOT IN (
            SELECT {replaced} FROM {table}
            WHERE (replaces_hi != 0 OR replaces_lo != 0) AND recorded_at <= {{as_of:Int64}}
            UNION ALL
            SELECT {replaced} FROM fact_everywhere WHERE fact_type = {_RETRACTION} AND recorded_at <= {{as_of:Int64}}
        )
        ORDER BY {keys}, occurred_at DESC, id_hi DESC
        LIMIT 1 BY {keys}"""  # noqa: S608 — names are constants of the caller; values are bound


def live_definitions(
    store: Store, table: str, columns: Sequence[str], key: Sequence[str], as_of_ms: int
) -> list[dict[str, Any]]:
    """What ``live_definitions_sql`` selects, as it was known at ``as_of_ms``: one mapping a definition."""
    return store.query(live_definitions_sql(table, columns, key), {"as_of": as_of_ms}).dicts()
