from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cchc.calendar.periods import free_window
from cchc.calendar.vietnam_time import date_of, epoch_day
from cchc.procedures.register import Procedure, ProcedureRegister
from services.report.procedures_in_period import ProceduresInPeriod

FIRST = epoch_day(date(2026, 7, 1))
LENGTH = 12
PERIOD = free_window(date_of(FIRST), date_of(FIRST + LENGTH - 1))


def defined(code: str, valid_from: int, lasts: int, paper: bool) -> Procedure:
    """A definition from some day around the period on; ``lasts`` 0 = still valid."""
    since = FIRST + valid_from
    until = since + lasts if lasts else 0
    return Procedure(code, "", "", (), 0, 0, 0, False, paper, False, False, since, until, "", False)


DEFINITIONS = st.lists(
    st.builds(defined, st.sampled_from("PQ"), st.integers(-5, LENGTH + 3), st.integers(0, 9), st.booleans()),
    max_size=8,
    unique_by=lambda one: (one.code, one.valid_from),
)


@given(DEFINITIONS)
def test_on_every_day_a_procedure_is_what_its_definition_of_that_day_says(definitions: list[Procedure]) -> None:
    register = ProcedureRegister(definitions)
    found = ProceduresInPeriod.of("paper", register, PERIOD, lambda one: one.paper_result)
    for code in register.by_code():
        for day in range(FIRST, FIRST + LENGTH):
            on_the_day = register.on(code, day)
            behind = sum(change <= day for change in found.changes)
            assert (code in found.always or (behind, code) in found.at_times) == bool(
                on_the_day and on_the_day.paper_result
            )


def test_what_stays_as_it_is_costs_no_look_at_the_day() -> None:
    register = ProcedureRegister([defined("P", -5, 0, True), defined("P", 3, 0, True), defined("Q", -5, 0, False)])
    found = ProceduresInPeriod.of("paper", register, PERIOD, lambda one: one.paper_result)
    assert (found.always, found.changes, found.at_times) == (["P"], [], [])
    assert "received_at" not in found.sql()
