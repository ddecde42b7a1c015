"""A form as an XLSX workbook in the official layout: typed number cells, values and no formulas.

The same form gives the same bytes: the workbook is dated with the form's ``as_of``, and nothing asks the clock.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.report.bridge import bridge
from services.report.form_ii06a import FormII06a
from services.report.on_time import DEFINITIONS
from services.report.rendering.headings import (
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
from services.report.vietnamese import day, instant

FORM_SHEET = "II.06a"
RATE_SHEET = "Tỷ lệ đúng hạn"
BRIDGE_SHEET = "Đối chiếu cách tính"

_HEADER = 5
"""First row (from 0) of the header, which is three rows of headings and one of column numbers."""
_DEPTH = 3
_FIRST_COLUMN = 2
_LAST_COLUMN = _FIRST_COLUMN + len(HEADINGS) - 1
_COUNT = {"num_format": "#,##0", "border": 1}
_WRAPPED = {"border": 1, "text_wrap": True, "valign": "top"}


def form_workbook(form: FormII06a) -> bytes:
    """The form, D1…D5 with the flags, and the bridges from D1, one sheet each. Texts are Vietnamese."""
    out = io.BytesIO()
    # in_memory: no temporary files, whose dates would get into the package.
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": f"{FORM_NAME}: {unit_line(form)}", "created": form.as_of.astimezone(UTC).replace(tzinfo=None)}
    )
    styles = _Styles(book)
    _write_form(book.add_worksheet(FORM_SHEET), form, styles)
    _write_rates(book.add_worksheet(RATE_SHEET), form, styles)
    _write_bridges(book.add_worksheet(BRIDGE_SHEET), form, styles)
    book.close()
    return out.getvalue()


class _Styles:
    """Cell formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "align": "center", "font_size": 13})
        self.line: Format = book.add_format({"align": "center", "italic": True})
        self.heading: Format = book.add_format(
            {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        )
        self.number: Format = book.add_format({"italic": True, "border": 1, "align": "center"})
        self.text: Format = book.add_format(_WRAPPED)
        self.count: Format = book.add_format(_COUNT)
        self.signed: Format = book.add_format({**_COUNT, "num_format": "+#,##0;-#,##0;0"})
        self.percent: Format = book.add_format({**_COUNT, "num_format": "0.00"})
        self.total_text: Format = book.add_format({**_WRAPPED, "bold": True})
        self.total_count: Format = book.add_format({**_COUNT, "bold": True})


def _write_form(sheet: Worksheet, form: FormII06a, styles: _Styles) -> None:
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


def _write_top(sheet: Worksheet, form: FormII06a, styles: _Styles) -> None:
    period = f"Kỳ báo cáo {form.period.id}: " if form.period.id else "Kỳ báo cáo: "
    lines = (
        (FORM_NAME, styles.line),
        (TITLE, styles.title),
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


def _write_header(sheet: Worksheet, styles: _Styles) -> None:
    """Merged downwards where a column has fewer levels than the deepest, and across where neighbours share a level."""
    bottom = _HEADER + _DEPTH - 1
    for column, text in enumerate(("STT", "Lĩnh vực")):
        sheet.merge_range(_HEADER, column, bottom, column, text, styles.heading)
        sheet.write_string(bottom + 1, column, f"({column + 1})", styles.number)
    columns = [(column, heading.levels) for column, heading in enumerate(HEADINGS, _FIRST_COLUMN)]
    for depth in range(_DEPTH):
        deep = [
            (column, levels[: depth + 1], len(levels) == depth + 1) for column, levels in columns if depth < len(levels)
        ]
        for (path, last), group in groupby(deep, key=itemgetter(1, 2)):
            span = [column for column, *_ in group]
            _write_heading(sheet, (_HEADER + depth, bottom if last else _HEADER + depth), span, path[-1], styles)
    for column, heading in enumerate(HEADINGS, _FIRST_COLUMN):
        sheet.write_string(bottom + 1, column, f"({heading.number})", styles.number)


def _write_heading(sheet: Worksheet, rows: tuple[int, int], columns: Sequence[int], text: str, styles: _Styles) -> None:
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


def _write_rates(sheet: Worksheet, form: FormII06a, styles: _Styles) -> None:
    _write_headings(
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


def _write_bridges(sheet: Worksheet, form: FormII06a, styles: _Styles) -> None:
    _write_headings(sheet, (("Từ", 6), ("Đến", 6), ("Hồ sơ", 60), ("Tử số", 14), ("Mẫu số", 14)), styles)
    steps = ((code, step) for code in list(DEFINITIONS)[1:] for step in bridge(form, "D1", code).differences)
    for at, (code, step) in enumerate(steps, 1):
        sheet.write_string(at, 0, "D1", styles.text)
        sheet.write_string(at, 1, code, styles.text)
        sheet.write_string(at, 2, step.vi, styles.text)
        sheet.write_number(at, 3, step.n, styles.signed)
        sheet.write_number(at, 4, step.d, styles.signed)


def _write_headings(sheet: Worksheet, headings: Iterable[tuple[str, int]], styles: _Styles) -> None:
    for column, (text, width) in enumerate(headings):
        sheet.write_string(0, column, text, styles.heading)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
