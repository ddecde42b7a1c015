"""A form as an XLSX workbook in the official layout: typed number cells, values and no formulas."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.report.bridge import bridge
from services.report.form_ii06a import FormII06a
from services.report.on_time import DEFINITIONS
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
from services.report.rendering.sheets import Styles, new_book, write_headings
from services.report.vietnamese import day, instant

FORM_SHEET = "II.06a"
RATE_SHEET = "Tỷ lệ đúng hạn"
BRIDGE_SHEET = "Đối chiếu cách tính"

_HEADER = 5
"""First row (from 0) of the header, which is three rows of headings and one of column numbers."""
_DEPTH = 3
_FIRST_COLUMN = 2
_LAST_COLUMN = _FIRST_COLUMN + len(HEADINGS) - 1


def form_workbook(form: FormII06a) -> bytes:
    """The form, D1…D5 with the flags, and the bridges from D1, one sheet each. Texts are Vietnamese."""
    out = io.BytesIO()
    book = new_book(out, f"{FORM_NAME}: {unit_line(form)}", form.as_of)
    styles = Styles(book)
    _write_form(book.add_worksheet(FORM_SHEET), form, styles)
    _write_rates(book.add_worksheet(RATE_SHEET), form, styles)
    _write_bridges(book.add_worksheet(BRIDGE_SHEET), form, styles)
    book.close()
    return out.getvalue()


def _write_form(sheet: Worksheet, form: FormII06a, styles: Styles) -> None:
    _write_top(sheet, form, styles)
    _write_header(sheet, styles)
    at = _HEADER + _DEPTH + 1
    for number, row in enumerate(form.rows, 1):
        sheet.write_number(at, 0, number, styles.count)
        _write_figures(sheet, at, field_name(row), row.figures(), (styles.text, styles.count))
        at += 1
    sheet.write_blank(at, 0, None, styles.total_text)
    _write_figures(sheet, at, TOTAL, form.total.figures(), (styles.total_text, styles.total_count))
    sheet.merge_range(at + 1, 0, at + 1, _LAST_COLUMN, RECONCILING, styles.text)
    for below, line in enumerate(reconciling_lines(form.total), at + 2):
        sheet.write_blank(below, 0, None, styles.text)
        sheet.write_string(below, 1, line.label, styles.text)
        for column, heading in enumerate(HEADINGS, _FIRST_COLUMN):
            if heading.number in line.figures:
                sheet.write_number(below, column, line.figures[heading.number], styles.count)
            else:
                sheet.write_blank(below, column, None, styles.count)
    sheet.freeze_panes(_HEADER + _DEPTH + 1, _FIRST_COLUMN)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER, _HEADER + _DEPTH)


def _write_top(sheet: Worksheet, form: FormII06a, styles: Styles) -> None:
    period = f"Kỳ báo cáo {form.period.id}: " if form.period.id else "Kỳ báo cáo: "
    lines = (
        (FORM_NAME, styles.line),
        (TITLE, styles.centred_title),
        (f"Đơn vị: {unit_line(form)}", styles.line),
        (
            f"{period}từ {day(form.period.first)} đến {day(form.period.last)}; số liệu đến {instant(form.as_of)}",
            styles.line,
        ),
    )
    for at, (text, style) in enumerate(lines):
        sheet.merge_range(at, 0, at, _LAST_COLUMN, "", style)
        sheet.write_string(at, 0, text, style)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 34)
    sheet.set_column(_FIRST_COLUMN, _LAST_COLUMN, 11)


def _write_header(sheet: Worksheet, styles: Styles) -> None:
    """Merged downwards where a column has fewer levels than the deepest, and across where neighbours share a level."""
    bottom = _HEADER + _DEPTH - 1
    for column, text in enumerate(("STT", "Lĩnh vực")):
        sheet.merge_range(_HEADER, column, bottom, column, text, styles.heading)
        sheet.write_string(bottom + 1, column, f"({column + 1})", styles.column_number)
    columns = [(column, heading.levels) for column, heading in enumerate(HEADINGS, _FIRST_COLUMN)]
    for depth in range(_DEPTH):
        deep = [
            (column, levels[: depth + 1], len(levels) == depth + 1) for column, levels in columns if depth < len(levels)
        ]
        for (path, last), group in groupby(deep, key=itemgetter(1, 2)):
            span = [column for column, *_ in group]
            _write_heading(sheet, (_HEADER + depth, bottom if last else _HEADER + depth), span, path[-1], styles)
    for column, heading in enumerate(HEADINGS, _FIRST_COLUMN):
        sheet.write_string(bottom + 1, column, f"({heading.number})", styles.column_number)


def _write_heading(sheet: Worksheet, rows: tuple[int, int], columns: Sequence[int], text: str, styles: Styles) -> None:
    if rows[0] == rows[1] and len(columns) == 1:
        sheet.write_string(rows[0], columns[0], text, styles.heading)
    else:
        sheet.merge_range(rows[0], columns[0], rows[1], columns[-1], text, styles.heading)


def _write_figures(
    sheet: Worksheet, at: int, name: str, figures: dict[str, int], styles: tuple[Format, Format]
) -> None:
    sheet.write_string(at, 1, name, styles[0])
    for column, heading in enumerate(HEADINGS, _FIRST_COLUMN):
        sheet.write_number(at, column, figures[heading.figure], styles[1])


def _write_rates(sheet: Worksheet, form: FormII06a, styles: Styles) -> None:
    write_headings(
        sheet, (("", 6), ("Tử số", 14), ("Mẫu số", 14), ("Tỷ lệ (%)", 14), ("Cách tính", 60), ("Nguồn", 50)), styles
    )
    at = 1
    for at, (code, rate) in enumerate(form.on_time.items(), 1):
        sheet.write_string(at, 0, code, styles.text)
        sheet.write_number(at, 1, rate.n, styles.count)
        sheet.write_number(at, 2, rate.d, styles.count)
        if rate.pct is None:
            sheet.write_string(at, 3, UNDEFINED, styles.text)
        else:
            sheet.write_number(at, 3, Decimal(rate.pct), styles.percent)
        sheet.write_string(at, 4, DEFINITIONS[code].vi, styles.text)
        sheet.write_string(at, 5, DEFINITIONS[code].source, styles.text)
    for below, flag in enumerate(form.flags, at + 3):
        sheet.write_string(below, 0, "Lưu ý", styles.text)
        sheet.merge_range(below, 1, below, 3, "", styles.text)
        sheet.write_string(below, 1, flag.code, styles.text)
        sheet.merge_range(below, 4, below, 5, "", styles.text)
        sheet.write_string(below, 4, flag.text, styles.text)


def _write_bridges(sheet: Worksheet, form: FormII06a, styles: Styles) -> None:
    write_headings(sheet, (("Từ", 6), ("Đến", 6), ("Hồ sơ", 60), ("Tử số", 14), ("Mẫu số", 14)), styles)
    steps = ((code, step) for code in list(DEFINITIONS)[1:] for step in bridge(form, "D1", code).differences)
    for at, (code, step) in enumerate(steps, 1):
        sheet.write_string(at, 0, "D1", styles.text)
        sheet.write_string(at, 1, code, styles.text)
        sheet.write_string(at, 2, step.vi, styles.text)
        sheet.write_number(at, 3, step.n, styles.signed)
        sheet.write_number(at, 4, step.d, styles.signed)
