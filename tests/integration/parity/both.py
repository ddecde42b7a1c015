"""Two stores as one: what goes in goes into both, and what is asked is asked of both and must be the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cchc.store.port import Column, Parameter, Rows, Store

_GROUPED = re.compile(r"GROUP BY ([\w, ]+)\s*$")


class Both(Store):
    """Answers from the first store, after the second has said the same to the digit.

    Rows are compared in any order, and so are the members of a list; integers with integers, texts with texts.

    Args:
        first: whose answers count.
        second: who must agree.
    """

    def __init__(self, first: Store, second: Store) -> None:
        self._first, self._second = first, second

    def execute(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> None:
        self._first.execute(sql, parameters)
        self._second.execute(sql, parameters)

    def query(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Rows:
        first, second = self._first.query(sql, parameters), self._second.query(sql, parameters)
        assert sorted(map(_comparable, first.rows)) == sorted(map(_comparable, second.rows)), sql
        return first

    def query_by_subject(self, sql: str, parameters: Mapping[str, Parameter] | None = None) -> Rows:
        first = self._first.query_by_subject(sql, parameters)
        second = self._second.query_by_subject(sql, parameters)
        grouped = _GROUPED.search(sql)
        keys = len(grouped[1].split(",")) if grouped else 0
        assert sorted(map(_comparable, first.added(keys))) == sorted(map(_comparable, second.added(keys))), sql
        return first

    def insert(self, table: str, columns: Mapping[str, Column]) -> None:
        self._first.insert(table, columns)
        self._second.insert(table, columns)

    def in_database(self, name: str) -> Both:
        return Both(self._first.in_database(name), self._second.in_database(name))

    def create_database(self, name: str) -> None:
        self._first.create_database(name)
        self._second.create_database(name)

    def drop_database(self, name: str) -> None:
        self._first.drop_database(name)
        self._second.drop_database(name)

    def databases(self) -> list[str]:
        first, second = self._first.databases(), self._second.databases()
        return [name for name in first if name in second]

    def close(self) -> None:
        """Who opened the two closes them."""


def _comparable(value: Any) -> str:
    if isinstance(value, tuple):
        return repr([_comparable(cell) for cell in value])
    return repr(sorted(map(_comparable, value))) if isinstance(value, list) else repr(value)
