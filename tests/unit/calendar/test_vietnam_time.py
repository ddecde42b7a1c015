"""Days of Viet Nam against the time zone database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.calendar.vietnam_time import (
    DAY_MS,
    VIETNAM,
    clock_ms_at,
    date_of,
    day_of,
    end_of_day_ms,
    epoch_day,
    epoch_day_at,
    start_of_day_ms,
)
from cchc.errors import Refused

HO_CHI_MINH = ZoneInfo("Asia/Ho_Chi_Minh")


@given(st.integers(631_152_000_000, 4_102_444_800_000))
def test_an_instant_has_the_day_and_clock_that_the_time_zone_database_gives(ms: int) -> None:
    local = datetime.fromtimestamp(ms // 1000, HO_CHI_MINH)
    assert day_of(ms) == local.date()
    assert clock_ms_at(ms) == ((local.hour * 60 + local.minute) * 60 + local.second) * 1000 + ms % 1000
    assert local.utcoffset() == VIETNAM.utcoffset(None) == timedelta(hours=7)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_runs_from_midnight_to_the_last_millisecond(day: date) -> None:
    start, end = start_of_day_ms(day), end_of_day_ms(day)
    assert end - start == DAY_MS - 1
    assert (day_of(start), day_of(end), day_of(start - 1)) == (day, day, day - timedelta(days=1))
    assert epoch_day_at(start) == epoch_day(day) == epoch_day(epoch_day(day))
    assert date_of(epoch_day(day)) == day


def test_day_0_is_the_first_of_january_1970() -> None:
    assert epoch_day(date(1970, 1, 1)) == 0
    assert start_of_day_ms(0) == -7 * 3_600_000


@pytest.mark.parametrize("ms", [10**18, -(10**18)])
def test_an_instant_without_a_date_is_refused(ms: int) -> None:
    with pytest.raises(Refused) as refusal:
        day_of(ms)
    assert refusal.value.code == "calendar.out_of_range"
