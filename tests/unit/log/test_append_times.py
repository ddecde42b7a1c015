"""Times that a broker gave, made so that they never go back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cchc.log.append_times import Stamped, latest_before

_TIMES = st.lists(st.integers(0, 50) | st.integers(0, 10_000_000_000), max_size=12)


@given(stamped=_TIMES, offset=st.integers(0, 12), at_least=st.integers(0, 60))
def test_the_latest_time_before_an_offset_is_found_by_asking_for_first_batches(
    stamped: list[int], offset: int, at_least: int
) -> None:
    def first_at(time_ms: int) -> Stamped | None:
        return next((Stamped(o, t) for o, t in enumerate(stamped) if t >= time_ms), None)

    assert latest_before(first_at, offset, at_least) == max([at_least, *stamped[:offset]])


def test_where_no_clock_went_back_it_asks_once() -> None:
    asked = []

    def first_at(time_ms: int) -> Stamped | None:
        asked.append(time_ms)
        return next((Stamped(o, t) for o, t in enumerate([10, 20, 30, 40]) if t >= time_ms), None)

    assert latest_before(first_at, 2, 30) == 30
    assert len(asked) == 1


def test_a_clock_that_went_back_by_an_hour_costs_dozens_of_questions_not_millions() -> None:
    hour_ms = 3_600_000
    stamped = [*range(hour_ms), 5]
    asked = []

    def first_at(time_ms: int) -> Stamped | None:
        asked.append(time_ms)
        return Stamped(time_ms, time_ms) if time_ms < hour_ms else None

    assert latest_before(first_at, len(stamped) - 1, 5) == hour_ms - 1
    assert len(asked) < 60
