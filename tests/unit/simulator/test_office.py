from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.calendar.vietnam_time import VIETNAM, day_of, epoch_day
from cchc.calendar.working_days import WorkingCalendar
from services.simulator.catalogue import PROCEDURES
from services.simulator.office import Appointments, OfficeTime

OFFICE = OfficeTime(WorkingCalendar.official(), date(2025, 11, 1), date(2027, 12, 31))
THREE_DAYS = next(one for one in PROCEDURES if one.code == "1.001731")
NO_LIMIT = next(one for one in PROCEDURES if one.code == "1.003622")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp()) * 1000


@given(st.integers(0, 400 * 8 * 3600))
def test_an_instant_of_work_leads_back_to_its_position(position: int) -> None:
    assert OFFICE.position(OFFICE.instant(position)) == position


@given(st.integers(at("2025-11-01T00:00:00") // 1000, at("2027-06-30T00:00:00") // 1000), st.integers(0, 3_000_000))
def test_positions_never_go_back(second: int, later: int) -> None:
    assert OFFICE.position(second * 1000) <= OFFICE.position((second + later) * 1000)


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        ("2026-03-05T17:00:00", "2026-03-06T07:00:00"),
        ("2026-02-13T17:00:00", "2026-02-23T07:00:00"),
        ("2026-01-09T17:00:00", "2026-01-10T07:00:00"),
        ("2026-03-05T11:30:00", "2026-03-05T13:30:00"),
    ],
)
def test_office_time_stands_still_over_nights_tet_and_lunch_and_runs_on_swapped_saturdays(
    evening: str, morning: str
) -> None:
    assert OFFICE.position(at(evening)) == OFFICE.position(at(morning))
    assert OFFICE.position(at(morning) + 1000) == OFFICE.position(at(morning)) + 1


def test_whether_a_day_is_worked_is_as_the_calendar_says() -> None:
    calendar = WorkingCalendar.official()
    days = range(epoch_day(date(2025, 11, 1)), epoch_day(date(2027, 12, 31)))
    assert [OFFICE.is_working(day) for day in days] == [calendar.is_working(day) for day in days]


@pytest.mark.parametrize(("printed", "due"), [("2025-12-24T09:00:00", None), ("2025-12-31T09:00:00", "2026-01-07")])
def test_slips_are_printed_by_the_calendar_that_was_known_on_the_day(printed: str, due: str | None) -> None:
    reckoned = Appointments().due(THREE_DAYS, at(printed))
    assert reckoned is not None
    known = WorkingCalendar.official(known_on=day_of(at(printed)))
    assert day_of(reckoned.at_ms) == known.add_working_days(day_of(at(printed)), 3)
    assert due is None or day_of(reckoned.at_ms).isoformat() == due


def test_a_procedure_without_a_limit_has_no_due_time() -> None:
    assert Appointments().due(NO_LIMIT, at("2026-03-05T09:00:00")) is None
