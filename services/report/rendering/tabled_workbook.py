"""Tables as an XLSX workbook: typed number cells, a sheet for each table, one for the rates and the flags."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cchc.calendar.vietnam_time import clock_at
from services.report.rendering.sheets import Styles, new_book, write_headings, write_number
from services.report.rendering.tabled_table import TOTAL, UNDEFINED
from services.report.tabled import Cell, Column, Tabled, TabledAnswer
from services.report.vietnamese import instant

REST_SHEET = "Tỷ lệ, lưu ý"
_SHEET_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def tabled_workbook(answer: TabledAnswer) -> bytes:
    """Every table under the title, the rates and the flags."""
    out = io.BytesIO()
    as_of = clock_at(answer.as_of_ms)
    book = new_book(out, answer.title, as_of)
    styles = Styles(book)
    lines = (*answer.lines, f"Số liệu đến {instant(as_of)}")
    for number, table in enumerate(answer.tables, 1):
        name = f"{number}. {table.title}".translate(_FORBIDDEN)[:_SHEET_NAME].rstrip()
        sheet = book.add_worksheet(name)
        sheet.write_string(0, 0, answer.title, styles.title)
        for at, line in enumerate((*lines, table.title), 1):
            sheet.write_string(at, 0, line)
        _write_table(sheet, table, len(lines) + 3, styles)
    _write_rest(book.add_worksheet(REST_SHEET), answer, styles)
    book.close()
    return out.getvalue()


def _write_table(sheet: Worksheet, table: Tabled, at: int, styles: Styles) -> None:
    headings = [("STT", 6), *((column.heading, 30 if column.kind == "text" else 13) for column in table.columns)]
    write_headings(sheet, headings, styles, at=at)
    at += 1
    if any(column.number for column in table.columns):
        for place, column in enumerate(table.columns, 1):
            sheet.write_string(at, place, f"({column.number})" if column.number else "", styles.column_number)
        at += 1
    for number, row in enumerate(table.rows, 1):
        sheet.write_number(at, 0, number, styles.count)
        _write_row(sheet, at, table.columns, row, (styles.text, styles.count, styles.percent))
        at += 1
    if table.total is not None:
        sheet.write_blank(at, 0, None, styles.total_text)
        total = {table.columns[0].key: TOTAL, **table.total}
        _write_row(sheet, at, table.columns, total, (styles.total_text, styles.total_count, styles.percent))


def _write_row(
    sheet: Worksheet,
    at: int,
    columns: Sequence[Column],
    row: Mapping[str, Cell],
    styles: tuple[Format, Format, Format],
) -> None:
    text, count, percent = styles
    for place, column in enumerate(columns, 1):
        cell = row.get(column.key)
        if column.kind == "text":
            sheet.write_string(at, place, "" if cell is None else str(cell), text)
        elif isinstance(cell, str):
            write_number(sheet, at, place, Decimal(cell), percent)
        else:
            write_number(sheet, at, place, cell, count)


def _write_rest(sheet: Worksheet, answer: TabledAnswer, styles: Styles) -> None:
    write_headings(sheet, (("Cách tính", 70), ("Tử số", 14), ("Mẫu số", 14), ("Tỷ lệ (%)", 14)), styles)
    at = 1
    for at, one in enumerate(answer.rates, 1):
        sheet.write_string(at, 0, one.vi, styles.text)
        sheet.write_number(at, 1, one.rate.n, styles.count)
        sheet.write_number(at, 2, one.rate.d, styles.count)
        if one.rate.pct is None:
            sheet.write_string(at, 3, UNDEFINED, styles.text)
        else:
            sheet.write_number(at, 3, Decimal(one.rate.pct), styles.percent)
    for below, flag in enumerate(answer.flags, at + 2):
        sheet.write_string(below, 0, flag.text, styles.text)
        sheet.merge_range(below, 1, below, 3, "", styles.text)
        sheet.write_string(below, 1, flag.code, styles.text)
