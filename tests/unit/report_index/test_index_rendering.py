from __future__ import annotations

import csv
import io
import json
from datetime import date

from openpyxl import load_workbook

from cchc.calendar.periods import parse_period
from cchc.calendar.vietnam_time import start_of_day_ms
from cchc.index import criteria_set as sets
from cchc.index.count import Count, Indicators, Missing
from cchc.index.ranking import Ranked
from cchc.index.scoring import score_unit
from services.report.flag import Flag
from services.report.index_answer import IndexAnswer, UnitIndex
from services.report.rendering.index import render_index
from services.report.rendering.index_csv import index_csv
from services.report.rendering.index_table import index_table
from services.report.rendering.index_workbook import CRITERIA_SHEET, FLAG_SHEET, RANKING_SHEET, index_workbook
from services.report.rendering.json_text import json_text

SET = sets.load("qd766")
QUARTER = parse_period("2026Q3", SET.calendar)
COUNTS: Indicators = {
    "on_time_including_pending": Count(1_100, 1_300),
    "petitions_on_time": Count(0, 0),
    "dossiers_digitised": Missing("Chưa có dữ kiện.", "No facts."),
}


def index_of(code: str, name: str, place: int | None, counts: Indicators = COUNTS) -> UnitIndex:
    """A unit's index among two communes, or unranked."""
    ranked = None if place is None else Ranked(code, "xa", place, 2, ())
    return UnitIndex(code, name, "xa" if place else "", score_unit(SET, counts), ranked)


def answered(*units: UnitIndex, unit: str | None = None) -> IndexAnswer:
    """An answer with a flag."""
    flags = (Flag("quarantine", "3 mục dữ liệu đang bị cách ly."),)
    as_of_ms = start_of_day_ms(date(2026, 10, 20))
    return IndexAnswer(SET.name, SET.title, QUARTER, as_of_ms, unit, units, flags)


FIRST = index_of("X1", "Xã An Bình", 1)
SECOND = index_of("X2", "=1+1", 2, {})
ALL = answered(FIRST, SECOND)
ONE = answered(FIRST, unit="X1")


def test_the_table_ranks_with_vietnamese_figures_and_says_every_doubt() -> None:
    text = index_table(ALL)
    (line,) = [line for line in text.splitlines() if "Xã An Bình" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        "1/2",
        "X1",
        "Xã An Bình",
        "22,92",
        "26,00",
        "88,15",
    ]
    assert "từ 01/07/2026 đến 30/09/2026" in text
    assert "[quarantine] 3 mục dữ liệu" in text
    assert "Tiêu chí của" not in text


def test_a_unit_without_any_figure_has_dashes_and_not_zeros() -> None:
    (line,) = [line for line in index_table(ALL).splitlines() if "=1+1" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")][3:] == ["–", "0,00", "–"]


def test_one_unit_s_table_has_the_points_lost_and_why() -> None:
    text = index_table(ONE)
    assert "Tiêu chí của Xã An Bình (X1)" in text
    (line,) = [line for line in text.splitlines() if "trước hạn, đúng hạn" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")][2:8] == [
        "20,00",
        "16,92",
        "3,08",
        "1.100",
        "1.300",
        "đã chấm",
    ]
    assert "Chưa có dữ kiện." in text
    assert "không phát sinh" in text


def test_a_unit_that_is_not_ranked_says_so() -> None:
    text = index_table(answered(index_of("T", "Tỉnh", None), unit="T"))
    assert "Không xếp hạng" in text


def test_json_is_the_contract_and_nothing_else() -> None:
    text = json_text(ALL.as_json())
    assert json.loads(text) == ALL.as_json()
    assert "Xã An Bình" in text
    assert json.loads(text)["units"][1]["score"] is None
    assert json.loads(text)["flags"] == [{"code": "quarantine", "text": "3 mục dữ liệu đang bị cách ly."}]


def test_csv_has_a_line_a_unit_and_guards_formulas() -> None:
    first, second = csv.DictReader(io.StringIO(index_csv(ALL)))
    assert (first["unit"], first["rank"], first["of"], first["score"], first["max"], first["percent"]) == (
        "X1",
        "1",
        "2",
        "22.92",
        "26.00",
        "88.15",
    )
    assert (second["name"], second["score"], second["percent"]) == ("'=1+1", "", "")
    assert first["flags"] == "quarantine"


def test_csv_of_one_unit_has_a_line_a_criterion() -> None:
    lines = {line["id"]: line for line in csv.DictReader(io.StringIO(index_csv(ONE)))}
    assert len(lines) == len(SET.leaves)
    on_time, digitised = lines["qd766.2_1"], lines["qd766.4_2"]
    assert (on_time["points"], on_time["lost"], on_time["n"], on_time["d"]) == ("16.92", "3.08", "1100", "1300")
    assert (digitised["points"], digitised["lost"], digitised["state"]) == ("", "", "not_scored")


def test_the_workbook_has_numbers_and_blanks_and_no_formulas() -> None:
    book = load_workbook(io.BytesIO(index_workbook(ALL)))
    ranking, criteria, flags = book[RANKING_SHEET], book[CRITERIA_SHEET], book[FLAG_SHEET]
    assert [cell.value for cell in ranking[5]] == ["xa", 1, 2, "X1", "Xã An Bình", 22.92, 26, 88.15]
    assert [cell.value for cell in ranking[6]][3:] == ["X2", "=1+1", None, 0, None]
    assert ranking["E6"].data_type == "s"
    (on_time,) = [row for row in criteria.iter_rows(values_only=True) if row[0] == "X1" and row[2] == "2.1"]
    assert on_time[4:9] == (20, 16.92, 3.08, 1100, 1300)
    assert flags["A2"].value == "quarantine"


def test_the_same_answer_gives_the_same_bytes() -> None:
    assert index_workbook(ALL) == index_workbook(ALL)


def test_every_format_is_rendered_as_its_own_function_does() -> None:
    assert render_index(ALL, "table") == index_table(ALL)
    assert render_index(ALL, "json") == json_text(ALL.as_json())
    assert render_index(ALL, "csv") == index_csv(ALL)
    assert render_index(ALL, "xlsx") == index_workbook(ALL)
