"""Tables for the terminal, in Vietnamese: figures as 1.234, rates as 1.234,56, every doubt below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.box import SQUARE
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cchc.calendar.vietnam_time import clock_at
from services.report.rendering.terminal import flag_lines, plain, printed
from services.report.tabled import Cell, Column, NamedRate, Tabled, TabledAnswer
from services.report.vietnamese import decimal, instant, whole

TOTAL = "Tổng số"
UNDEFINED = "không xác định"
_TEXT_WIDTH = 48
_FIGURE_WIDTH = 12


def tabled_table(answer: TabledAnswer) -> str:
    """The title, every table that has rows or a total, the rates, and the flags."""
    return printed(_parts(answer))


def _parts(answer: TabledAnswer) -> Iterable[RenderableType]:
    yield plain(answer.title)
    for line in answer.lines:
        yield plain(line)
    yield plain(f"Số liệu đến {instant(clock_at(answer.as_of_ms))}")
    for table in answer.tables:
        yield plain(f"\n{table.title}")
        yield _table(table) if table.rows or table.total is not None else plain("(không có)")
    if answer.rates:
        yield plain("\nTỷ lệ")
        yield _rates(answer.rates)
    yield from flag_lines(answer.flags)


def _table(tabled: Tabled) -> Table:
    table = Table(box=SQUARE, padding=0)
    table.add_column("STT", justify="right", vertical="bottom")
    for column in tabled.columns:
        heading = f"{column.heading}\n({column.number})" if column.number else column.heading
        is_text = column.kind == "text"
        table.add_column(
            plain(heading),
            justify="left" if is_text else "right",
            overflow="fold",
            vertical="bottom",
            max_width=_TEXT_WIDTH if is_text else _FIGURE_WIDTH,
        )
    for number, row in enumerate(tabled.rows, 1):
        table.add_row(*_cells(str(number), tabled.columns, row))
    if tabled.total is not None:
        table.add_section()
        table.add_row(*_cells("", tabled.columns, {tabled.columns[0].key: TOTAL, **tabled.total}))
    return table


def _cells(number: str, columns: Iterable[Column], row: Mapping[str, Cell]) -> list[Text]:
    return [plain(number), *(plain(_shown(row.get(column.key), column)) for column in columns)]


def _shown(cell: Cell, column: Column) -> str:
    if cell is None:
        return UNDEFINED if column.kind == "percent" else ""
    if isinstance(cell, int):
        return whole(cell)
    return decimal(cell) if column.kind == "percent" else cell


def _rates(rates: Iterable[NamedRate]) -> Table:
    table = Table(box=SQUARE)
    table.add_column("Cách tính", max_width=90)
    for heading in ("Tử số", "Mẫu số", "Tỷ lệ (%)"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in rates:
        pct = UNDEFINED if one.rate.pct is None else decimal(one.rate.pct)
        table.add_row(*map(plain, (one.vi, whole(one.rate.n), whole(one.rate.d), pct)))
    return table
