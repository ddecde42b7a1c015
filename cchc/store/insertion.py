"""What is inserted into which table: the names and the number of rows, checked, for every store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cchc.store import failures, names
from cchc.store.port import MAX_INSERT_ROWS, Coded, Column


@dataclass(frozen=True, slots=True)
class Insertion:
    """Rows for a table.

    Args:
        table: ``table`` or ``database.table``, checked.
        listed: the columns as SQL lists them, each checked.
        rows: how many; from 0 to ``MAX_INSERT_ROWS``.
    """

    table: str
    listed: str
    rows: int

    @classmethod
    def of(cls, table: str, columns: Mapping[str, Column]) -> Insertion:
        """That of equally long columns.

        Raises:
            Refused: ``store.name_refused``; ``store.column_refused`` where they are not equally long;
                ``store.insert_too_large``.
        """
        rows = _length(columns)
        if rows > MAX_INSERT_ROWS:
            raise failures.insert_too_large(rows, MAX_INSERT_ROWS)
        return cls(names.table(table), ", ".join(f"`{names.plain(name)}`" for name in columns), rows)

    @property
    def into(self) -> str:
        """``INSERT INTO table (columns)``."""
        return f"INSERT INTO {self.table} ({self.listed})"


def _length(columns: Mapping[str, Column]) -> int:
    lengths = {name: len(column.codes if isinstance(column, Coded) else column) for name, column in columns.items()}
    rows = next(iter(lengths.values()), 0)
    for name, count in lengths.items():
        if count != rows:
            raise failures.column_refused(name, f"{count} rows where others have {rows}")
    return rows
