from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.report.flags import Surroundings, flags_of
from services.report.form_ii06a import FormII06a
from services.report.rendering.form import FormFormat, render_form
from tests.unit.report.counted import form_of, line

FIRST_FIELD_ROW = 10


@pytest.fixture
def form() -> FormII06a:
    made = form_of(
        line("LV01", received_online=1_000, received_direct=234, resolved_early=1_200, pending_overdue=18, returned=16),
        line("=HYPERLINK(1)", received_direct=1_500_000, resolved_on_time=1_499_991, resolved_no_due=9, declined=3),
        line("", carried_over=2, pending_in_time=2),
    )
    made = replace(made, unit="U1", unit_name="Xã Tân Phú")
    return replace(made, flags=flags_of(made, [], Surroundings(quarantined=5)))


def text(form: FormII06a, form_format: FormFormat) -> str:
    rendered = render_form(form, form_format)
    assert isinstance(rendered, str)
    return rendered


def sheets(form: FormII06a) -> dict[str, Worksheet]:
    rendered = render_form(form, "xlsx")
    assert isinstance(rendered, bytes)
    book = load_workbook(io.BytesIO(rendered))
    return {name: book[name] for name in book.sheetnames}


def test_json_is_the_form_with_vietnamese_letters_as_they_are(form: FormII06a) -> None:
    rendered = text(form, "json")
    assert json.loads(rendered) == form.as_json()
    assert rendered.startswith('{\n  "form": "II.06a",\n  "unit": "U1",\n')
    assert "mục dữ liệu đang bị cách ly" in rendered
    assert rendered.endswith("}\n")


def test_csv_has_machine_names_and_every_figure(form: FormII06a) -> None:
    lines = list(csv.DictReader(io.StringIO(text(form, "csv"), newline="")))
    assert list(lines[0])[:10] == [
        *("form", "unit", "period", "calendar", "from", "to", "as_of", "row", "field", "received_total")
    ]
    assert [(it["row"], it["field"]) for it in lines] == [
        *(("field", ""), ("field", "'=HYPERLINK(1)"), ("field", "LV01"), ("total", ""))
    ]
    total = lines[-1]
    assert {name: int(total[name]) for name in form.total.figures()} == form.total.figures()
    assert (total["D1_n"], total["D1_d"], total["D1_pct"]) == ("1501191", "1501191", "100.00")
    assert total["D5_pct"] == ""
    assert total["flags"].split(";")[0] == "quarantine"
    assert lines[0]["D1_n"] == ""


@pytest.mark.parametrize("field", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "'x"])
def test_csv_gives_no_spreadsheet_a_formula(field: str) -> None:
    rendered = text(form_of(line(field, received_direct=1, pending_in_time=1)), "csv")
    (row, _) = csv.DictReader(io.StringIO(rendered, newline=""))
    assert row["field"] == f"'{field}"


def test_the_table_reads_as_an_officer_writes(form: FormII06a) -> None:
    rendered = text(form, "table")
    assert "Đơn vị: Xã Tân Phú (U1)" in rendered
    assert "Kỳ báo cáo: 2026Q2 từ 15/03/2026 đến 14/06/2026; số liệu đến 12:00 15/06/2026" in rendered
    assert all(f"({number})" in rendered for number in range(1, 14))
    assert "1.501.236" in rendered
    assert "100,00" in rendered
    for label in ("Trả lại", "Rút", "Dừng xử lý", "Không tiếp nhận", "Không có hạn trả", "(chưa rõ lĩnh vực)"):
        assert label in rendered
    for source in ("Nghị định 61/2018/NĐ-CP, Điều 30", "Quyết định 766/QĐ-TTg", "Gia Lai", "Vĩnh Phúc"):
        assert source in rendered
    assert "không xác định" in rendered
    assert "[quarantine] 5 mục" in rendered


def test_the_table_takes_no_markup_and_no_control_characters_from_a_code() -> None:
    rendered = text(form_of(line("[red]A[/red]\x1b[31m", received_direct=1, pending_in_time=1)), "table")
    assert "[red]A[/red]" in rendered
    assert "\x1b" not in rendered


def test_the_workbook_has_the_official_columns(form: FormII06a) -> None:
    sheet = sheets(form)["II.06a"]
    assert [sheet.cell(9, column).value for column in range(1, 14)] == [f"({number})" for number in range(1, 14)]
    merged = {str(span) for span in sheet.merged_cells.ranges}
    assert {"A6:A8", "B6:B8", "C6:F6", "D7:E7", "G6:J6", "K6:M6", "C7:C8", "M7:M8"} <= merged
    assert sheet["C6"].value == "Số hồ sơ nhận giải quyết"
    assert [sheet.cell(8, column).value for column in (4, 5)] == ["Trực tuyến", "Trực tiếp, bưu chính"]
    assert [sheet.cell(7, column).value for column in (7, 8, 9, 10)] == ["Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn"]
    assert sheet.freeze_panes == "C10"
    assert sheet["A3"].value == "Đơn vị: Xã Tân Phú (U1)"
    assert "từ 15/03/2026 đến 14/06/2026" in str(sheet["A4"].value)


def test_the_workbook_has_typed_figures_and_no_formula(form: FormII06a) -> None:
    sheet = sheets(form)["II.06a"]
    fields = [sheet.cell(row, 2).value for row in range(FIRST_FIELD_ROW, FIRST_FIELD_ROW + 4)]
    assert fields == ["(chưa rõ lĩnh vực)", "=HYPERLINK(1)", "LV01", "Tổng số"]
    total_row = FIRST_FIELD_ROW + 3
    cells = [sheet.cell(total_row, column) for column in range(3, 14)]
    assert [cell.value for cell in cells] == [1_501_236, 1_000, 1_500_234, 2, 1_501_200, 1_200, 1_499_991, 0, 20, 2, 18]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("n", "#,##0")}
    labels = {sheet.cell(row, 2).value: row for row in range(total_row + 2, total_row + 7)}
    assert sheet.cell(labels["Trả lại"], 3).value == 16
    assert sheet.cell(labels["Không tiếp nhận (ngoài tổng số)"], 3).value == 3
    assert sheet.cell(labels["Không có hạn trả"], 7).value == 9
    assert sheet.cell(labels["Không có hạn trả"], 11).value == 0
    assert sheet.cell(FIRST_FIELD_ROW + 1, 2).data_type == "s"


def test_no_cell_of_the_workbook_is_stored_as_a_formula(form: FormII06a) -> None:
    rendered = render_form(form, "xlsx")
    assert isinstance(rendered, bytes)
    with zipfile.ZipFile(io.BytesIO(rendered)) as package:
        parts = [package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(parts) == 3
    assert not any(b"<f>" in part for part in parts)


def test_the_workbook_has_the_rates_with_their_definitions_and_the_flags(form: FormII06a) -> None:
    sheet = sheets(form)["Tỷ lệ đúng hạn"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in rows[1:6]] == ["D1", "D2", "D3", "D4", "D5"]
    assert rows[1][1:4] == [1_501_191, 1_501_191, 100]
    assert rows[2][1:4] == [1_501_191, 1_501_236, 100]
    assert rows[5][1:4] == [0, 0, "không xác định"]
    assert rows[2][5] == "Nghị định 61/2018/NĐ-CP, Điều 30"
    flags = [(row[1], row[4]) for row in rows[6:] if row[0] == "Lưu ý"]
    assert flags == [(flag.code, flag.text) for flag in form.flags]
    assert "rounded_to_full" in {code for code, _ in flags}


def test_the_workbook_has_the_bridges_from_d1(form: FormII06a) -> None:
    sheet = sheets(form)["Đối chiếu cách tính"]
    steps = [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[1] == "D2"]
    assert [row[2:] for row in steps] == [
        ("đã giải quyết, không có hạn trả", 0, 9),
        ("đang giải quyết, trong hạn", 0, 2),
        ("đang giải quyết, quá hạn", 0, 18),
        ("trả lại hồ sơ", 0, 16),
    ]


@pytest.mark.parametrize("form_format", ["table", "json", "csv", "xlsx"])
def test_the_same_form_is_the_same_to_the_byte(form: FormII06a, form_format: FormFormat) -> None:
    assert render_form(form, form_format) == render_form(form, form_format)


def test_the_workbook_is_dated_with_the_form_and_not_with_the_clock(form: FormII06a) -> None:
    rendered = render_form(form, "xlsx")
    assert isinstance(rendered, bytes)
    with zipfile.ZipFile(io.BytesIO(rendered)) as package:
        core = package.read("docProps/core.xml").decode()
        assert {entry.date_time[:3] for entry in package.infolist()} == {(1980, 1, 1)}
    assert core.count("2026-06-15T05:00:00Z") == 2


@pytest.mark.parametrize("form_format", ["table", "json", "csv", "xlsx"])
def test_an_empty_form_is_rendered_too(form_format: FormFormat) -> None:
    assert render_form(form_of(), form_format)
