"""Sheets of an XLSX workbook: typed cells, values and no formulas.

The same answer gives the same bytes: a workbook is dated with the answer's ``as_of``, and nothing asks the clock.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_COUNT = {"num_format": "#,##0", "border": 1, "valign": "top"}
_WRAPPED = {"border": 1, "text_wrap": True, "valign": "top"}


def new_book(out: io.BytesIO, title: str, as_of: datetime) -> Workbook:
    """A workbook that is written to ``out`` when it is closed."""
    # in_memory: no temporary files, whose dates would get into the package.
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": as_of.astimezone(UTC).replace(tzinfo=None)})
    return book


class Styles:
    """Cell formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 13})
        self.centred_title: Format = book.add_format({"bold": True, "align": "center", "font_size": 13})
        self.line: Format = book.add_format({"align": "center", "italic": True})
        self.heading: Format = book.add_format(
            {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        )
        self.column_number: Format = book.add_format({"italic": True, "border": 1, "align": "center"})
        self.text: Format = book.add_format(_WRAPPED)
        self.count: Format = book.add_format(_COUNT)
        self.signed: Format = book.add_format({**_COUNT, "num_format": "+#,##0;-#,##0;0"})
        self.percent: Format = book.add_format({**_COUNT, "num_format": "0.00"})
        self.points: Format = book.add_format({**_COUNT, "num_format": "#,##0.00"})
        self.total_text: Format = book.add_format({**_WRAPPED, "bold": True})
        self.total_count: Format = book.add_format({**_COUNT, "bold": True})


def write_headings(sheet: Worksheet, headings: Iterable[tuple[str, int]], styles: Styles, at: int = 0) -> None:
    """Headings with the widths of their columns in row ``at`` (from 0), which stays in view with all above it."""
    for column, (text, width) in enumerate(headings):
        sheet.write_string(at, column, text, styles.heading)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(at + 1, 0)


def write_number(sheet: Worksheet, at: int, column: int, number: int | Decimal | None, style: Format) -> None:
    """A number cell; a blank one where there is no figure, which is not 0."""
    if number is None:
        sheet.write_blank(at, column, None, style)
    else:
        sheet.write_number(at, column, number, style)


def write_points(sheet: Worksheet, at: int, column: int, hundredths: int | None, styles: Styles) -> None:
    """Points, given in hundredths, as a number with two decimals."""
    write_number(sheet, at, column, None if hundredths is None else Decimal(hundredths).scaleb(-2), styles.points)
