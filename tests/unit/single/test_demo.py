from __future__ import annotations

from dataclasses import replace

from cchc.calendar.periods import parse_period
from cchc.calendar.working_days import WorkingCalendar
from cchc.index.criteria_set import load
from cchc.procedures.register import ProcedureRegister
from cchc.units.tree import Unit, UnitTree
from services.report.question import Question
from services.single.demo import closing

UNIT = Unit("X1", "Xã Một", 4, "", "xa", 0, 0, "1/QĐ", unconfirmed=False)
QUESTION = Question(parse_period("2026Q2"), 0, UnitTree([UNIT]), ProcedureRegister([]), WorkingCalendar.official())


def lines(question: Question) -> dict[str, str]:
    """What a close names, by its label."""
    told = closing(7, load("qd766"), question, ["{}"]).splitlines()[2:]
    return {line[2:15].strip(): line[15:] for line in told}


def test_a_close_names_the_log_the_criteria_set_the_calendar_the_unit_tree_and_the_figures() -> None:
    told = lines(QUESTION)
    assert list(told) == ["nhật ký", "bộ tiêu chí", "lịch", "cây đơn vị", "số liệu"]
    assert told["cây đơn vị"] == QUESTION.units.fingerprint()[:16]
    assert told["lịch"] == QUESTION.calendar.fingerprint()[:16]


def test_another_parent_is_another_unit_tree_and_nothing_else_changes() -> None:
    other = lines(replace(QUESTION, units=UnitTree([replace(UNIT, parent="T")])))
    assert {label for label, said in lines(QUESTION).items() if said != other[label]} == {"cây đơn vị"}


def test_the_order_of_definitions_is_not_in_the_fingerprint_of_a_tree() -> None:
    second = replace(UNIT, code="X2")
    assert UnitTree([UNIT, second]).fingerprint() == UnitTree([second, UNIT]).fingerprint()
