from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from services.report.flag import Flag
from services.report.on_time import Rate
from services.report.rendering.tabled import render_tabled
from services.report.tabled import Column, NamedRate, Tabled, TabledAnswer

ANSWER = TabledAnswer(
    "II.99",
    "BIỂU THỬ",
    ("Đơn vị: toàn bộ",),
    1_767_582_000_000,
    (
        Tabled(
            "first",
            "Bảng [một]",
            (Column("unit", "Đơn vị", "text"), Column("n", "Số", number="3"), Column("pct", "Tỷ lệ", "percent")),
            ({"unit": "=1+1", "n": 1_234, "pct": "12.50"}, {"unit": "B", "n": None, "pct": None}),
            {"n": 1_234, "pct": "12.50"},
        ),
        Tabled("second", "Bảng hai", (Column("what", "Gì", "text"),), ()),
    ),
    {"unit": None, "rows": []},
    (NamedRate("r", "Đã xử lý / phải xử lý", Rate(2_305, 3_960)), NamedRate("none", "Không có", Rate(0, 0))),
    (Flag("off", "Chênh 20."),),
)


def test_a_table_has_vietnamese_figures_and_every_doubt() -> None:
    text = render_tabled(ANSWER, "table")
    assert isinstance(text, str)
    for shown in ("1.234", "12,50", "58,21", "không xác định", "(3)", "- [off] Chênh 20.", "(không có)", "Tổng số"):
        assert shown in text


def test_json_has_rates_and_flags_under_the_answer() -> None:
    told = json.loads(str(render_tabled(ANSWER, "json")))
    assert list(told) == ["form", "unit", "rows", "as_of", "rates", "flags"]
    assert told["rates"] == {"r": {"n": 2305, "d": 3960, "pct": "58.21"}, "none": {"n": 0, "d": 0, "pct": None}}
    assert told["as_of"] == "2026-01-05T10:00:00+07:00"


def test_csv_names_each_line_s_table_and_guards_formulas() -> None:
    lines = list(csv.DictReader(io.StringIO(str(render_tabled(ANSWER, "csv")))))
    assert [(line["table"], line["row"], line["unit"], line["n"], line["pct"]) for line in lines] == [
        ("first", "1", "'=1+1", "1234", "12.50"),
        ("first", "2", "B", "", ""),
        ("first", "total", "", "1234", "12.50"),
    ]
    assert {line["flags"] for line in lines} == {"off"}


def test_a_workbook_has_typed_cells_and_is_the_same_twice() -> None:
    content = render_tabled(ANSWER, "xlsx")
    assert isinstance(content, bytes)
    assert content == render_tabled(ANSWER, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["1. Bảng  một", "2. Bảng hai", "Tỷ lệ, lưu ý"]
    values = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=6)]
    assert [1, "=1+1", 1_234, 12.5] in values
    assert [None, "Tổng số", 1_234, 12.5] in values
    assert book.worksheets[0].cell(8, 2).data_type == "s"
    rest = [[cell.value for cell in row] for row in book.worksheets[-1].iter_rows(min_row=2, max_row=3)]
    assert rest[0][1:] == [2_305, 3_960, pytest.approx(58.21)]
    assert rest[1][3] == "không xác định"
