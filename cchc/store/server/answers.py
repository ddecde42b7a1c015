"""Columns that a server answered as rows of integers, texts and lists; what is inexact is refused by its type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from cchc.store import failures
from cchc.store.port import Rows

_EXACT = re.compile(
    r"(?:Array|Tuple|Nullable|LowCardinality|Nothing|String|FixedString|U?Int(?:8|16|32|64)|[(), ]|\d+|[a-z_]\w* )+"
)


def rows_of(columns: Sequence[Sequence[Any]], described: Sequence[tuple[str, str]]) -> Rows:
    """The answer's rows.

    Args:
        columns: one sequence of values a column, as the driver reads them; none where there is no row.
        described: name and ClickHouse type of each column.

    Raises:
        Refused: ``store.answer_refused`` for floats, decimals and other types that the port does not carry, and for
            texts that are not UTF-8.
    """
    for name, type_name in described:
        if not _EXACT.fullmatch(type_name):
            raise failures.answer_refused(f"{name} is {type_name}")
    types = [type_name for _, type_name in described]
    read = (_column(values, type_name) for values, type_name in zip(columns, types, strict=False))
    return Rows(tuple(name for name, _ in described), list(zip(*read, strict=True)))


def _column(values: Sequence[Any], type_name: str) -> Iterable[Any]:
    if "Array" in type_name or "Tuple" in type_name:
        return map(_listed, values)
    if "String" in type_name and any(type(value) is bytes for value in values):
        raise failures.answer_refused("a text is not UTF-8")
    return values


def _listed(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return list(map(_listed, value))
    if isinstance(value, bytes):
        raise failures.answer_refused("a text is not UTF-8")
    return value
