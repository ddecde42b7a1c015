"""Reading the cells of one row: every value, or every reason against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from services.intake.cells.values import Cell, CellError, Unreadable, cell_error

T = TypeVar("T")


class RowReading:
    """Reads the cells of one row and keeps every reason against it."""

    def __init__(self, cells: Mapping[str, Cell]) -> None:
        self._cells = cells
        self.errors: list[CellError] = []

    def take(self, column: str, read: Callable[[Cell], T | Unreadable | None]) -> T | None:
        """The value of a column; None where it is blank or unreadable."""
        cell = self._cells.get(column)
        if cell is None or cell == "":
            return None
        value = read(cell)
        if isinstance(value, Unreadable):
            self.errors.append(cell_error(column, cell, value))
            return None
        return value

    def need(self, column: str, read: Callable[[Cell], T | Unreadable | None], absent: T) -> T:
        """A value that must be there; ``absent`` stands in for it in a row that is rejected anyway."""
        before = len(self.errors)
        value = self.take(column, read)
        if value is None and len(self.errors) == before:
            self.object(column, "cell.required", "Không được để trống cột này.", "This column may not be blank.")
        return absent if value is None else value

    def object(self, column: str, code: str, vi: str, en: str) -> None:
        """Keep a reason against a cell that can be read."""
        self.errors.append(cell_error(column, self._cells.get(column), Unreadable(code, vi, en)))

    def failed(self, column: str) -> bool:
        """Whether there is a reason against a column."""
        return any(error.column == column for error in self.errors)
