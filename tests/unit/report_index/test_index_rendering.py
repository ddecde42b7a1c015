from __future__ import annotations

import csv
import io
import json
from datetime import date

from msgspec.structs import replace
from openpyxl import load_workbook

from cchc.calendar.periods import parse_period
from cchc.calendar.vietnam_time import start_of_day_ms
from cchc.index import criteria_set as sets
from cchc.index.count import Count, Indicators, Missing
from cchc.index.criteria_set import Classification, ScoreClass
from cchc.index.points import Points
from cchc.index.ranking import Ranked
from cchc.index.scoring import score_unit
from services.report.flag import Flag
from services.report.index_answer import IndexAnswer, UnitIndex
from services.report.rendering.index import render_index
from services.report.rendering.index_csv import index_csv
from services.report.rendering.index_table import index_table
from services.report.rendering.index_workbook import (
    CRITERIA_SHEET,
    DEDUCTION_SHEET,
    FLAG_SHEET,
    GROUP_SHEET,
    RANKING_SHEET,
    index_workbook,
)
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
    ranked = None if place is None else Ranked(code, "xa", place, 2)
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
    _, _, criteria = text.partition("Tiêu chí của")
    (line,) = [line for line in criteria.splitlines() if "trước hạn, đúng hạn" in line]
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


def test_one_unit_s_table_lists_what_cost_it_points_and_the_sums_of_its_groups() -> None:
    before, _, after = index_table(ONE).partition("Điểm bị trừ của Xã An Bình (X1)")
    (timeliness,) = [line for line in before.splitlines() if "Tiến độ giải quyết" in line]
    assert [cell.strip() for cell in timeliness.strip("│").split("│")][2:] == ["20,00", "16,92", "3,08"]
    (publicity,) = [line for line in before.splitlines() if "Công khai, minh bạch" in line]
    assert [cell.strip() for cell in publicity.strip("│").split("│")][2:] == ["0,00", "–", "–"]
    deducted, _, _ = after.partition("Tiêu chí của")
    (line,) = [line for line in deducted.splitlines() if line.startswith("│ 2.1")]
    assert [cell.strip() for cell in line.strip("│").split("│")][2:] == [
        "20,00",
        "16,92",
        "3,08",
        "Tử số 1.100, mẫu số 1.300.",
    ]
    assert "5.2" not in deducted, "a criterion with all its points costs nothing"


def test_a_unit_that_lost_nothing_is_told_so() -> None:
    sound = index_of("X1", "Xã An Bình", 1, {"on_time_including_pending": Count(5, 5)})
    assert "Không có tiêu chí nào bị trừ điểm." in index_table(answered(sound, unit="X1"))


TT01 = sets.load("tt01-2018")


def classed(points: int) -> UnitIndex:
    """A commune by a set whose classes ask for no more than its one criterion."""
    classification = Classification(Points(200), (ScoreClass(Points(150), "Tốt", "Good"),))
    one = replace(TT01, leaves=TT01.leaves[:1], max=Points(200), classification=classification)
    counts = {"handled_early": Count(points, 2), "handled_on_due": Count(0, 2)}
    return UnitIndex("X1", "Xã Một", "xa", score_unit(one, counts), Ranked("X1", "xa", 1, 1))


def test_the_class_of_a_unit_stands_beside_its_points_in_every_format() -> None:
    answer = answered(classed(2))
    assert [line.split("│")[-2].strip() for line in index_table(answer).splitlines() if "Xã Một" in line] == ["Tốt"]
    assert [line["class"] for line in csv.DictReader(io.StringIO(index_csv(answer)))] == ["Tốt"]
    ranking = load_workbook(io.BytesIO(index_workbook(answer)))[RANKING_SHEET]
    assert [cell.value for cell in ranking[4]][8:] == ["Xếp loại", "Lý do chưa xếp loại"]
    assert [cell.value for cell in ranking[5]][8:] == ["Tốt", ""]


def test_a_unit_without_a_class_says_why() -> None:
    unit = UnitIndex("X1", "Xã Một", "xa", score_unit(TT01, {}), Ranked("X1", "xa", None, 0))
    text = index_table(answered(unit, unit="X1"))
    assert "chưa xếp loại" in text
    assert "Chưa xếp loại: điểm tối đa có thể đạt là 0,00, cần 18,00." in text
    ranking = load_workbook(io.BytesIO(index_workbook(answered(unit))))[RANKING_SHEET]
    assert "cần 18,00" in str(ranking["J5"].value)


def test_a_set_without_classes_shows_none() -> None:
    assert "Xếp loại" not in index_table(ALL)
    assert load_workbook(io.BytesIO(index_workbook(ALL)))[RANKING_SHEET]["I4"].value is None


def test_the_workbook_lists_deductions_and_groups_of_every_unit() -> None:
    book = load_workbook(io.BytesIO(index_workbook(ALL)))
    deducted = list(book[DEDUCTION_SHEET].iter_rows(min_row=2, values_only=True))
    assert [(line[0], line[2], *line[4:]) for line in deducted] == [
        ("X1", "2.1", 20, 16.92, 3.08, "Tử số 1.100, mẫu số 1.300."),
    ]
    groups = {(line[0], line[3]): line[4:] for line in book[GROUP_SHEET].iter_rows(min_row=2, values_only=True)}
    assert groups["X1", "Tiến độ giải quyết"] == (20, 16.92, 3.08)
    assert groups["X2", "Tiến độ giải quyết"] == (0, None, None)


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
