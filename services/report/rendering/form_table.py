"""A form as a table for the terminal, in Vietnamese: figures as 1.234, official column numbers, every doubt below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SQUARE
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from services.report.bridge import bridge
from services.report.form_ii06a import FormII06a, Row
from services.report.on_time import DEFINITIONS, Rate
from services.report.rendering.form_headings import (
    FORM_NAME,
    HEADINGS,
    RECONCILING,
    TITLE,
    TOTAL,
    UNDEFINED,
    field_name,
    reconciling_lines,
    unit_line,
)
from services.report.rendering.terminal import flag_lines, plain, printed
from services.report.vietnamese import day, decimal, instant, whole

_FIGURE_WIDTH = 9


def form_table(form: FormII06a) -> str:
    """The form, its reconciling lines, D1…D5 with definition and source, what tells them apart, and the flags."""
    return printed(_parts(form))


def _parts(form: FormII06a) -> Iterable[RenderableType]:
    yield plain(f"{FORM_NAME}\n{TITLE}")
    yield plain(f"Đơn vị: {unit_line(form)}")
    period = f"Kỳ báo cáo: {form.period.id} " if form.period.id else "Kỳ báo cáo: "
    yield plain(f"{period}từ {day(form.period.first)} đến {day(form.period.last)}; số liệu đến {instant(form.as_of)}")
    yield _form(form)
    yield plain("\nTỷ lệ giải quyết đúng hạn theo năm cách tính")
    yield _rates(form.on_time)
    yield plain("\nChênh lệch giữa các cách tính so với D1 (+: chỉ cách tính sau tính; -: chỉ D1 tính)")
    yield _bridges(form)
    yield from flag_lines(form.flags)


def _form(form: FormII06a) -> Table:
    table = Table(box=SQUARE, padding=0)
    table.add_column(plain("STT\n(1)"), justify="right", vertical="bottom")
    table.add_column(plain("Lĩnh vực\n(2)"), overflow="fold", max_width=40, vertical="bottom")
    for heading in HEADINGS:
        text = plain("\n".join((_group(heading.levels[0]), *heading.levels[1:], f"({heading.number})")))
        widest = max(_FIGURE_WIDTH, *(len(whole(row.figures()[heading.figure])) for row in (*form.rows, form.total)))
        table.add_column(text, justify="right", vertical="bottom", width=widest)
    for number, row in enumerate(form.rows, 1):
        table.add_row(*_cells(str(number), field_name(row), _figures(row)))
    table.add_section()
    table.add_row(*_cells("", TOTAL, _figures(form.total)))
    table.add_section()
    table.add_row(*_cells("", RECONCILING, [""] * len(HEADINGS)))
    for line in reconciling_lines(form.total):
        told = {number: whole(figure) for number, figure in line.figures.items()}
        table.add_row(*_cells("", line.label, [told.get(heading.number, "") for heading in HEADINGS]))
    return table


def _rates(rates: dict[str, Rate]) -> Table:
    table = Table(box=SQUARE)
    for heading in ("", "Tử số", "Mẫu số", "Tỷ lệ (%)"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Cách tính", max_width=60)
    table.add_column("Nguồn", max_width=45)
    for code, rate in rates.items():
        definition = DEFINITIONS[code]
        pct = UNDEFINED if rate.pct is None else decimal(rate.pct)
        table.add_row(*map(plain, (code, whole(rate.n), whole(rate.d), pct, definition.vi, definition.source)))
    return table


def _bridges(form: FormII06a) -> Table:
    table = Table(box=SQUARE)
    table.add_column("Từ → đến")
    table.add_column("Hồ sơ")
    table.add_column("Tử số", justify="right")
    table.add_column("Mẫu số", justify="right")
    for code in list(DEFINITIONS)[1:]:
        crossing = bridge(form, "D1", code)
        path = f"D1 → {code}"
        for step in crossing.differences:
            table.add_row(*map(plain, (path, step.vi, _signed(step.n), _signed(step.d))))
        if not crossing.differences:
            table.add_row(*map(plain, (path, "không có chênh lệch", "", "")))
    return table


def _signed(number: int) -> str:
    return f"+{whole(number)}" if number > 0 else whole(number)


def _group(text: str) -> str:
    """Nhận / đã / đang giải quyết: the group without what all groups have."""
    return text.removeprefix("Số hồ sơ ").capitalize()


def _figures(row: Row) -> list[str]:
    figures = row.figures()
    return [whole(figures[heading.figure]) for heading in HEADINGS]


def _cells(number: str, name: str, figures: Sequence[str]) -> list[Text]:
    return [plain(text) for text in (number, name, *figures)]
