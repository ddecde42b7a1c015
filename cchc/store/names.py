"""Names that may stand in SQL as they are."""

from __future__ import annotations

import re

from cchc.store import failures

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)

SYSTEM_DATABASES = frozenset({"default", "system", "information_schema", "INFORMATION_SCHEMA"})
"""Databases that every ClickHouse has and that are nobody's own."""


def plain(name: str) -> str:
    """The name, if it is lower-case ASCII letters, digits and underscores beginning with a letter.

    Raises:
        Refused: ``store.name_refused``.
    """
    if not _NAME.fullmatch(name):
        raise failures.name_refused(name)
    return name


def database(name: str) -> str:
    """The name of a database, checked; the server's own are refused.

    Raises:
        Refused: ``store.name_refused``.
    """
    if name in SYSTEM_DATABASES:
        raise failures.name_refused(name)
    return plain(name)


def table(name: str) -> str:
    """``table`` or ``database.table``, each part checked.

    Raises:
        Refused: ``store.name_refused``.
    """
    parts = name.split(".")
    if len(parts) > 2:
        raise failures.name_refused(name)
    return ".".join(plain(part) for part in parts)
