"""Workbooks, each written by XlsxWriter and read back."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from cchc.errors import Refused
from services.intake.cells.moments import Moment, read_due_moment, read_past_moment
from services.intake.cells.values import Unreadable, read_code
from services.intake.files.grid import Table
from services.intake.files.rejects import RejectedLines, rejects_path, write_rejects
from services.intake.files.tables import read_table
from services.intake.mapping import canonical_mapping
from services.intake.reading import open_table, read_rows
from services.intake.rows.canonical import DossierRow

NEEDED = ("dossier_code", "unit_code")
HEADER = ["dossier_code", "unit_code", "received_at", "due_at"]
NOW = 1_763_780_000_000


def workbook(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    fill(book, book.add_worksheet("Hồ sơ"))
    book.close()
    return path


def cells_of(table: Table) -> list[list[object]]:
    assert all(row.error is None for row in table.rows)
    return [list(row.cells) for row in table.rows]


def test_codes_keep_their_digits_and_dates_are_dates(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        minute = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        sheet.write_row(2, 1, HEADER)
        sheet.write_row(3, 1, [35211200053, 1.012644])
        sheet.write_datetime(3, 3, datetime(2025, 3, 4, 8, 30, 15), minute)  # noqa: DTZ001 — Excel knows no zone
        sheet.write_datetime(3, 4, datetime(2025, 3, 14), day)  # noqa: DTZ001 — the same
        sheet.write_row(4, 1, ["00352112000539", "H21", "04/03/2025 08:30", "14/03/2025"])

    table = read_table(workbook(tmp_path / "f.xlsx", fill), NEEDED)
    rows = list(table.rows)
    assert [row.line for row in rows] == [4, 5]
    assert [read_code(row.cells[0]) for row in rows] == ["35211200053", "00352112000539"]
    assert read_code(rows[0].cells[1]) == "1.012644"
    assert read_past_moment(rows[0].cells[2], now_ms=NOW) == Moment(1_741_051_815_000, is_date_only=False)
    assert rows[0].cells[3] == date(2025, 3, 14)
    assert read_due_moment(rows[0].cells[3]) == read_due_moment(rows[1].cells[3])


def test_what_excel_made_of_a_code_is_refused_and_the_same_digits_as_text_are_not(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 2, ["dossier_code", "unit_code"])
        sheet.write_number(2, 2, 12_345_678_901_234_567)
        sheet.write_string(3, 2, "12345678901234570")
        sheet.write_number(4, 2, 123_456_789_012_345)
        sheet.write_number(5, 2, 1e22)
        sheet.write_boolean(6, 2, True)
        sheet.write_datetime(7, 2, datetime(2025, 3, 4), book.add_format({"num_format": "dd/mm/yyyy"}))  # noqa: DTZ001 — Excel knows no zone
        sheet.write_datetime(8, 2, datetime(2025, 3, 4, 8), book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))  # noqa: DTZ001 — the same
        sheet.write_string(9, 2, "1,23457E+16")
        sheet.write_column(2, 3, ["U"] * 8)

    codes = [read_code(cells[0]) for _, cells, *_ in read_table(workbook(tmp_path / "f.xlsx", fill), NEEDED).rows]
    assert [code for code in codes if isinstance(code, str)] == ["12345678901234570", "123456789012345"]
    changed = [code for code in codes if isinstance(code, Unreadable)]
    assert {code.code for code in changed} == {"cell.code_changed"}
    assert len(changed) == 6
    assert all("Văn bản" in code.vi and "as text" in code.en for code in changed)


def test_a_title_above_the_header_of_a_workbook_is_told(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write(0, 0, "BÁO CÁO")
        sheet.write_row(2, 1, HEADER)

    refused = refusal(workbook(tmp_path / "f.xlsx", fill))
    assert refused.code == "import.missing_columns"
    assert "dòng 3" in refused.next_vi


def test_a_value_merged_over_rows_belongs_to_each_of_them(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 2, HEADER)
        sheet.write_column(1, 2, ["A", "B", "C", "D"])
        sheet.merge_range(1, 3, 3, 3, "H21")
        sheet.write(4, 3, "H22")
        sheet.merge_range(2, 4, 2, 5, "ngang")

    assert cells_of(read_table(workbook(tmp_path / "f.xlsx", fill), NEEDED)) == [
        ["A", "H21", None, None],
        ["B", "H21", "ngang", None],
        ["C", "H21", None, None],
        ["D", "H22", None, None],
    ]


def test_a_title_merged_down_to_the_header_fills_no_row(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 1, 0, "dossier_code")
        sheet.merge_range(0, 1, 1, 1, "unit_code")
        sheet.write_row(2, 0, ["A", "U"])

    assert cells_of(read_table(workbook(tmp_path / "f.xlsx", fill), NEEDED)) == [["A", "U"]]


def test_the_first_visible_sheet_is_read(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.hide()
        sheet.write_row(0, 0, ["dossier_code", "unit_code"])
        line = book.add_chart({"type": "line"})
        line.add_series({"values": "='Hồ sơ'!$A$1:$A$2"})
        book.add_chartsheet().set_chart(line)
        shown = book.add_worksheet("Hiện & rõ")
        shown.activate()
        shown.write_row(0, 0, ["dossier_code", "unit_code"])
        shown.write_row(1, 0, ["A", "U"])

    assert cells_of(read_table(workbook(tmp_path / "f.xlsx", fill), NEEDED)) == [["A", "U"]]


def test_a_formula_error_is_seen_and_not_taken_for_a_blank(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["dossier_code", "unit_code"])
        sheet.write(1, 0, "A")
        for row, error in enumerate(["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"], start=1):
            sheet.write_formula(row, 1, "=1/0", None, error)

    cells = cells_of(read_table(workbook(tmp_path / "f.xlsx", fill), NEEDED))
    assert [row[1] for row in cells] == ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"]


def test_a_file_of_rejects_that_was_saved_as_a_workbook_gives_back_its_cells(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["dossier_code", "unit_code", "Dòng bị từ chối"])
        sheet.write_row(1, 0, ["'-A", "'=1+1", "7"])

    assert cells_of(read_table(workbook(tmp_path / "f.xlsx", fill), NEEDED)) == [["-A", "=1+1", "7"]]


def test_blank_rows_and_styled_blank_columns_are_stepped_over(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, ["dossier_code", "unit_code"])
        sheet.write_row(2, 0, ["A", "U"])
        sheet.write_row(3, 0, ["  ", " "])
        sheet.write_blank(9, 9, None, bold)

    table = read_table(workbook(tmp_path / "f.xlsx", fill), NEEDED)
    assert table.header == ("dossier_code", "unit_code")
    assert [(row.line, list(row.cells)) for row in table.rows] == [(3, ["A", "U"])]


def test_many_rows_come_in_order_over_chunks(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["dossier_code", "unit_code"])
        for row in range(1, 10_001):
            sheet.write_row(row, 0, [f"A{row}", "U"])

    table = read_table(workbook(tmp_path / "f.xlsx", fill), NEEDED)
    assert [(row.line, row.cells[0]) for row in table.rows] == [(row + 1, f"A{row}") for row in range(1, 10_001)]


def refusal(path: Path) -> Refused:
    with pytest.raises(Refused) as raised:
        read_table(path, NEEDED)
    return raised.value


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    assert refusal(workbook(tmp_path / "f.xlsx", lambda _book, _sheet: None)).code == "import.empty_file"


def test_a_workbook_without_the_columns_is_refused(tmp_path: Path) -> None:
    refused = refusal(workbook(tmp_path / "f.xlsx", lambda _book, sheet: sheet.write_row(0, 0, ["a", "b"])))
    assert refused.code == "import.missing_columns"


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "f.xlsx", lambda _book, sheet: sheet.write_row(0, 0, HEADER)).read_bytes()
    cut = tmp_path / "cut.xlsx"
    for kept in (30, len(whole) // 2, len(whole) - 10):
        cut.write_bytes(whole[:kept])
        assert refusal(cut).code == "import.not_a_table"
    hollow = tmp_path / "hollow.xlsx"
    for broken in (b"<workbook", b"<workbook/>"):
        with zipfile.ZipFile(hollow, "w") as package:
            package.writestr("xl/workbook.xml", broken)
            package.writestr("xl/_rels/workbook.xml.rels", b"<Relationships/>")
        assert refusal(hollow).code == "import.not_a_table"


def test_flipping_any_byte_of_a_workbook_raises_nothing_but_a_refusal(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADER)
        sheet.merge_range(1, 1, 3, 1, "U")

    whole = workbook(tmp_path / "f.xlsx", fill).read_bytes()
    flipped = tmp_path / "flipped.xlsx"
    for place in range(0, len(whole), 61):
        flipped.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with suppress(Refused):
            list(read_table(flipped, NEEDED).rows)


def test_a_workbook_that_unpacks_out_of_all_bounds_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", lambda _book, sheet: sheet.write_row(0, 0, HEADER))
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(data)
    assert refusal(path).code == "import.unpacks_too_large"


def test_a_merged_key_is_not_filled_down_and_its_rows_say_which_merge(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, [*HEADER, "note"])
        sheet.merge_range(1, 0, 2, 0, "H1")
        sheet.merge_range(1, 1, 5, 1, "U1")
        sheet.write_row(1, 2, ["04/03/2025"])
        sheet.write_row(2, 2, ["05/04/2025"])
        sheet.merge_range(3, 0, 4, 0, "H2")
        sheet.merge_range(3, 2, 4, 2, "06/03/2025")
        sheet.write_row(5, 0, ["H3"])
        sheet.write_row(5, 2, ["07/03/2025"])

    path = workbook(tmp_path / "f.xlsx", fill)
    mapping = canonical_mapping("dossiers")
    table = open_table(path, mapping)
    read = list(read_rows(table, mapping, NOW))
    assert [row.row.dossier_code for row in read if isinstance(row.row, DossierRow)] == ["H1", "H2", "H3"]
    assert [(row.lines, [(e.column, e.value, e.code) for e in row.errors]) for row in read if row.row is None] == [
        ((3,), [("dossier_code", "H1", "row.merged_key")])
    ]
    assert "dòng 2" in next(row.errors[0].vi for row in read if row.errors)

    with RejectedLines() as rejected:
        rejected.add((3,), [error for row in read for error in row.errors])
        write_rejects(rejects_path(path), table, rejected)
    again = list(read_rows(open_table(rejects_path(path), mapping), mapping, NOW))
    assert [[error.code for error in row.errors] for row in again] == [["cell.required"]]


def test_a_formula_that_was_never_computed_is_no_blank_cell(tmp_path: Path) -> None:
    def fill(_book: Any, sheet: Any) -> None:
        sheet.write_row(1, 1, [*HEADER, "note"])
        sheet.write_row(2, 1, ["H1", "U"])
        sheet.write_formula(2, 3, "=TODAY()", None, "")
        sheet.write_row(3, 1, ["H2", "U"])
        sheet.write_formula(3, 3, '="04/03/2025"', None, "04/03/2025")
        sheet.write_formula(4, 1, "=A1", None, "")

    path = workbook(tmp_path / "f.xlsx", fill)
    mapping = canonical_mapping("dossiers")
    first, second, third = read_rows(open_table(path, mapping), mapping, NOW)
    assert [(error.column, error.code) for error in first.errors] == [("received_at", "cell.formula_without_value")]
    assert isinstance(second.row, DossierRow)
    assert third.lines == (5,)
    assert ("dossier_code", "cell.formula_without_value") in [(error.column, error.code) for error in third.errors]
