from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.simulator.dice import Dice, Table

GOLDEN = [890_359, 114_984, 760_371, 889_176, 356_734]


def test_a_stream_gives_the_same_numbers_on_every_machine_and_python() -> None:
    dice = Dice(7, "unit/H99.101")
    assert [dice.between(0, 999_999) for _ in range(5)] == GOLDEN


def test_streams_of_other_names_or_seeds_are_other_streams() -> None:
    throws = {tuple(Dice(seed, name).between(0, 999) for _ in range(1)) for seed in range(20) for name in ("a", "b")}
    assert len(throws) > 30


@given(st.integers(-1_000, 1_000), st.integers(0, 1_000), st.integers())
def test_throws_stay_within_their_bounds(low: int, width: int, seed: int) -> None:
    dice, high = Dice(seed, "bounds"), low + width
    throws = [dice.between(low, high), dice.near_low(low, high), dice.near_high(low, high)]
    assert all(low <= throw <= high for throw in throws)


def test_an_empty_range_gives_its_lower_end() -> None:
    dice = Dice(1, "empty")
    assert [dice.between(5, 4), dice.near_low(5, 4), dice.near_high(5, 4)] == [5, 5, 5]


def test_a_table_gives_each_value_its_weight_and_nothing_without_weight() -> None:
    table = Table([("a", 1), ("never", 0), ("b", 3)])
    assert [table.at(point / 8) for point in range(8)] == ["a", "a", "b", "b", "b", "b", "b", "b"]


def test_no_chance_never_happens_and_certainty_always() -> None:
    dice = Dice(1, "chance")
    assert not any(dice.chance(0) for _ in range(1_000))
    assert all(dice.chance(1_000) for _ in range(1_000))
