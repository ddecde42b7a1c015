"""The index as an XLSX workbook: typed number cells, one sheet for the ranking, the criteria and the flags each."""

from __future__ import annotations

import io
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from services.report.index_answer import IndexAnswer
from services.report.rendering.index_headings import CRITERIA, RANKING, STATES, UNRANKED, lost, percent, span_line
from services.report.rendering.sheets import Styles, new_book, write_headings, write_number, write_points

RANKING_SHEET = "Xếp hạng"
CRITERIA_SHEET = "Tiêu chí"
FLAG_SHEET = "Lưu ý"

_UNIT = (("Mã đơn vị", 16), ("Đơn vị", 30))


def index_workbook(answer: IndexAnswer) -> bytes:
    """The ranking, the criteria of every unit in the answer, and the flags."""
    out = io.BytesIO()
    book = new_book(out, answer.title, answer.as_of)
    styles = Styles(book)
    _write_ranking(book.add_worksheet(RANKING_SHEET), answer, styles)
    _write_criteria(book.add_worksheet(CRITERIA_SHEET), answer, styles)
    _write_flags(book.add_worksheet(FLAG_SHEET), answer, styles)
    book.close()
    return out.getvalue()


def _write_ranking(sheet: Worksheet, answer: IndexAnswer, styles: Styles) -> None:
    sheet.write_string(0, 0, answer.title, styles.title)
    sheet.write_string(1, 0, span_line(answer))
    headings = zip(("Nhóm", "Hạng", "Trên", *RANKING), (24, 8, 10, 16, 40, 12, 12, 12), strict=True)
    write_headings(sheet, headings, styles, at=3)
    for at, unit in enumerate(answer.units, 4):
        share = percent(unit)
        sheet.write_string(at, 0, unit.peer_group or UNRANKED, styles.text)
        write_number(sheet, at, 1, unit.ranked.rank if unit.ranked else None, styles.count)
        write_number(sheet, at, 2, unit.ranked.of if unit.ranked else None, styles.count)
        sheet.write_string(at, 3, unit.unit, styles.text)
        sheet.write_string(at, 4, unit.name, styles.text)
        write_points(sheet, at, 5, unit.score.points_hundredths if unit.score.max_hundredths else None, styles)
        write_points(sheet, at, 6, unit.score.max_hundredths, styles)
        write_number(sheet, at, 7, None if share is None else Decimal(share), styles.points)


def _write_criteria(sheet: Worksheet, answer: IndexAnswer, styles: Styles) -> None:
    write_headings(sheet, (*_UNIT, *zip(CRITERIA, (10, 50, 10, 10, 10, 10, 10, 16, 60), strict=True)), styles)
    lines = ((unit, leaf) for unit in answer.units for leaf in unit.score.leaves)
    for at, (unit, leaf) in enumerate(lines, 1):
        for column, text in enumerate((unit.unit, unit.name, leaf.code, leaf.name)):
            sheet.write_string(at, column, text, styles.text)
        write_points(sheet, at, 4, leaf.max_hundredths, styles)
        write_points(sheet, at, 5, leaf.points_hundredths, styles)
        write_points(sheet, at, 6, lost(leaf), styles)
        write_number(sheet, at, 7, leaf.n, styles.count)
        write_number(sheet, at, 8, leaf.d, styles.count)
        sheet.write_string(at, 9, STATES[leaf.state], styles.text)
        sheet.write_string(at, 10, leaf.reason, styles.text)


def _write_flags(sheet: Worksheet, answer: IndexAnswer, styles: Styles) -> None:
    write_headings(sheet, (("Mã", 24), ("Lưu ý", 120)), styles)
    for at, flag in enumerate(answer.flags, 1):
        sheet.write_string(at, 0, flag.code, styles.text)
        sheet.write_string(at, 1, flag.text, styles.text)
