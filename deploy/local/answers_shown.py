"""Answers as they came over gRPC, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SQUARE
from rich.console import Console
from rich.table import Table

from cchc.api.report.v1 import report_service_pb2 as report

_WIDTH = 120
_COLUMNS = (
    *("received_total", "received_online", "received_direct", "carried_over"),
    *("resolved_total", "resolved_early", "resolved_on_time", "resolved_late"),
    *("pending_total", "pending_in_time", "pending_overdue"),
)
"""Columns (3) to (13) of form II.06a."""


def show_form(form: report.GetFormII06aResponse) -> None:
    """Print form II.06a, and the five on-time rates."""
    console = Console(width=_WIDTH, highlight=False)
    span = f"từ {form.period.__getattribute__('from')} đến {form.period.to}"
    console.print(f"Biểu số {form.form}, {form.unit or 'tất cả đơn vị'}, kỳ {form.period.id} {span}")
    table = _table(["Lĩnh vực (2)", *(f"({number})" for number in range(3, 14))])
    for row in (*form.rows, form.total):
        table.add_row(row.field or "Tổng số", *(str(getattr(row, name)) for name in _COLUMNS))
    console.print(table)
    rates = _table(["Đúng hạn", "Tử số", "Mẫu số", "Tỷ lệ (%)"])
    for name, rate in sorted(form.on_time.items()):
        rates.add_row(name, str(rate.n), str(rate.d), rate.pct or "–")
    console.print(rates)
    _show_flags(console, form.flags)


def show_ranking(index: report.GetIndexResponse, below: str) -> None:
    """Print the ranking of the units whose codes begin like this one's."""
    console = Console(width=_WIDTH, highlight=False)
    console.print(f"Chỉ số theo bộ tiêu chí {index.set}, kỳ {index.period.id}")
    table = _table(["Đơn vị", "Tên", "Điểm", "Tối đa", "Hạng"])
    for unit in index.units:
        if unit.unit.startswith(below):
            rank = f"{unit.rank}/{unit.of}" if unit.HasField("rank") else "–"
            table.add_row(unit.unit, unit.name, unit.score or "–", unit.max, rank)
    console.print(table)
    _show_flags(console, index.flags)


def _table(headings: Sequence[str]) -> Table:
    table = Table(box=SQUARE)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number == 0 or heading == "Tên" else "right")
    return table


def _show_flags(console: Console, flags: Sequence[report.Flag]) -> None:
    for flag in flags:
        console.print(f"Lưu ý: {flag.text}", markup=False)
    console.print()
