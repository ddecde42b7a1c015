"""The index as an XLSX workbook with typed numbers: ranking, deductions, groups, criteria and flags, a sheet each."""

from __future__ import annotations

import io
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from cchc.index.deductions import deductions, reason_of
from services.report.index_answer import IndexAnswer
from services.report.rendering.index_headings import (
    CLASS,
    CRITERIA,
    DEDUCTIONS,
    GROUPS,
    NO_CLASS,
    RANKING,
    STATES,
    UNRANKED,
    class_name,
    has_classes,
    percent,
    span_line,
)
from services.report.rendering.sheets import Styles, new_book, write_headings, write_number, write_points

RANKING_SHEET = "Xếp hạng"
DEDUCTION_SHEET = "Điểm bị trừ"
GROUP_SHEET = "Nhóm tiêu chí"
CRITERIA_SHEET = "Tiêu chí"
FLAG_SHEET = "Lưu ý"

_UNIT = (("Mã đơn vị", 16), ("Đơn vị", 30))


def index_workbook(answer: IndexAnswer) -> bytes:
    """The ranking; of every unit in the answer what cost it points, its groups and its criteria; the flags."""
    out = io.BytesIO()
    book = new_book(out, answer.title, answer.as_of)
    styles = Styles(book)
    _write_ranking(book.add_worksheet(RANKING_SHEET), answer, styles)
    _write_deductions(book.add_worksheet(DEDUCTION_SHEET), answer, styles)
    if any(unit.score.groups for unit in answer.units):
        _write_groups(book.add_worksheet(GROUP_SHEET), answer, styles)
    _write_criteria(book.add_worksheet(CRITERIA_SHEET), answer, styles)
    _write_flags(book.add_worksheet(FLAG_SHEET), answer, styles)
    book.close()
    return out.getvalue()


def _write_ranking(sheet: Worksheet, answer: IndexAnswer, styles: Styles) -> None:
    sheet.write_string(0, 0, answer.title, styles.title)
    sheet.write_string(1, 0, span_line(answer))
    headings = zip(("Nhóm", "Hạng", "Trên", *RANKING), (24, 8, 10, 16, 40, 12, 12, 12), strict=True)
    classed = has_classes(answer)
    write_headings(sheet, (*headings, *(((CLASS, 16), ("Lý do chưa xếp loại", 60)) if classed else ())), styles, at=3)
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
        if classed:
            sheet.write_string(at, 8, class_name(unit) or NO_CLASS, styles.text)
            sheet.write_string(at, 9, unit.score.class_reason, styles.text)


def _write_deductions(sheet: Worksheet, answer: IndexAnswer, styles: Styles) -> None:
    write_headings(sheet, (*_UNIT, *zip(DEDUCTIONS, (10, 50, 10, 10, 10, 60), strict=True)), styles)
    lines = ((unit, leaf) for unit in answer.units for leaf in deductions(unit.score))
    for at, (unit, leaf) in enumerate(lines, 1):
        for column, text in enumerate((unit.unit, unit.name, leaf.code, leaf.name)):
            sheet.write_string(at, column, text, styles.text)
        for column, points in enumerate((leaf.max_hundredths, leaf.points_hundredths, leaf.lost_hundredths), 4):
            write_points(sheet, at, column, points, styles)
        sheet.write_string(at, 7, reason_of(leaf), styles.text)


def _write_groups(sheet: Worksheet, answer: IndexAnswer, styles: Styles) -> None:
    write_headings(sheet, (*_UNIT, *zip(GROUPS, (10, 50, 10, 10, 10), strict=True)), styles)
    lines = ((unit, group) for unit in answer.units for group in unit.score.groups)
    for at, (unit, group) in enumerate(lines, 1):
        for column, text in enumerate((unit.unit, unit.name, group.code, group.name)):
            sheet.write_string(at, column, text, styles.text)
        points, maximum = group.points_hundredths, group.max_hundredths
        write_points(sheet, at, 4, maximum, styles)
        write_points(sheet, at, 5, points if maximum else None, styles)
        write_points(sheet, at, 6, maximum - points if maximum else None, styles)


def _write_criteria(sheet: Worksheet, answer: IndexAnswer, styles: Styles) -> None:
    write_headings(sheet, (*_UNIT, *zip(CRITERIA, (10, 50, 10, 10, 10, 10, 10, 16, 60), strict=True)), styles)
    lines = ((unit, leaf) for unit in answer.units for leaf in unit.score.leaves)
    for at, (unit, leaf) in enumerate(lines, 1):
        for column, text in enumerate((unit.unit, unit.name, leaf.code, leaf.name)):
            sheet.write_string(at, column, text, styles.text)
        write_points(sheet, at, 4, leaf.max_hundredths, styles)
        write_points(sheet, at, 5, leaf.points_hundredths, styles)
        write_points(sheet, at, 6, leaf.lost_hundredths, styles)
        write_number(sheet, at, 7, leaf.n, styles.count)
        write_number(sheet, at, 8, leaf.d, styles.count)
        sheet.write_string(at, 9, STATES[leaf.state], styles.text)
        sheet.write_string(at, 10, leaf.reason, styles.text)


def _write_flags(sheet: Worksheet, answer: IndexAnswer, styles: Styles) -> None:
    write_headings(sheet, (("Mã", 24), ("Lưu ý", 120)), styles)
    for at, flag in enumerate(answer.flags, 1):
        sheet.write_string(at, 0, flag.code, styles.text)
        sheet.write_string(at, 1, flag.text, styles.text)
