from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cchc.calendar.periods import parse_period
from cchc.calendar.vietnam_time import end_of_day_ms, start_of_day_ms
from cchc.clock import FixedClock
from cchc.errors import Refused
from services.single.asking import as_of_ms, criteria_of, form_name, period_of

CLOCK = FixedClock(start_of_day_ms(date(2026, 7, 1)))


def test_without_an_as_of_the_answer_is_as_known_now() -> None:
    assert as_of_ms(None, CLOCK, parse_period("2026Q2")) == CLOCK.now_ms()


def test_a_bare_as_of_date_means_the_end_of_that_day() -> None:
    assert as_of_ms("14/03/2026", CLOCK, parse_period("2026Q2")) == end_of_day_ms(date(2026, 3, 14))


def test_nothing_is_known_of_the_future() -> None:
    assert as_of_ms("2099-01-01", CLOCK, parse_period("2026Q4")) == CLOCK.now_ms()


def test_a_future_as_of_changes_nothing_of_a_period_that_is_over_and_is_taken_as_it_stands() -> None:
    assert as_of_ms("2099-01-01", CLOCK, parse_period("2026Q1")) == end_of_day_ms(date(2099, 1, 1))


def test_a_period_is_chosen_in_one_way_only() -> None:
    assert period_of(None, None, "01/01/2026", "31/03/2026").first == date(2026, 1, 1)
    for period, calendar in (("2026Q1", None), (None, "nd09")):
        with pytest.raises(Refused) as refused:
            period_of(period, calendar, "2026-01-01", "2026-03-31")
        assert refused.value.code == "period.two_ways"
    for first, last in ((None, None), ("2026-01-01", None)):
        with pytest.raises(Refused) as refused:
            period_of(None, None, first, last)
        assert refused.value.code == "period.missing"


def test_an_unknown_form_and_an_unreadable_instant_say_what_to_write() -> None:
    assert form_name("ii.06A") == "II.06a"
    with pytest.raises(Refused, match=r"form\.unknown"):
        form_name("II.99")
    with pytest.raises(Refused, match=r"as_of\.unreadable"):
        as_of_ms("13/25/2026", CLOCK, parse_period("2026Q1"))


@pytest.mark.parametrize("text", ["1980-01-01", "2101-01-01", "", "hôm qua"])
def test_what_is_said_of_a_bad_as_of_speaks_of_the_moment_and_of_no_due_time(text: str) -> None:
    with pytest.raises(Refused) as refused:
        as_of_ms(text, CLOCK, parse_period("2026Q1"))
    assert refused.value.code == "as_of.unreadable"
    assert ("thời điểm" in refused.value.vi, "hạn trả" in refused.value.vi) == (True, False)
    assert ("moment" in refused.value.en, "due" in refused.value.en) == (True, False)


def test_a_criteria_set_may_be_a_file_of_ones_own(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "cchc" / "index" / "sets" / "tt01-2018.toml"
    own = tmp_path / "own.toml"
    own.write_bytes(shipped.read_bytes())

    assert criteria_of(str(own)).fingerprint() == criteria_of("tt01-2018").fingerprint()
