from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.index.points import Points, parse_percent, percent_text, points_text, round_half_up


@pytest.mark.parametrize(("written", "hundredths"), [(20, 2000), ("0.5", 50), ("0.16", 16), ("84.66", 8466), (0, 0)])
def test_points_are_read_exactly(written: int | str, hundredths: int) -> None:
    assert hundredths == Points.parse(written)


@pytest.mark.parametrize("written", ["0,5", "-1", "05", "1e2", "NaN", "0.125", "", " 1", -1, True])
def test_what_is_not_plainly_points_is_refused(written: int | str) -> None:
    with pytest.raises(ValueError, match="points are"):
        Points.parse(written)


def test_a_share_is_an_exact_fraction() -> None:
    assert Fraction(4, 5) == parse_percent("80%")
    assert Fraction(333, 1000) == parse_percent("33.3 %")


@pytest.mark.parametrize("written", [80, "80", "80,5%", "0.8", "-1%", None])
def test_what_is_not_plainly_a_share_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="share"):
        parse_percent(written)


@pytest.mark.parametrize(
    ("hundredths", "decimals", "expected"),
    [
        (Fraction(1, 2), 2, 1),  # 0.005
        (Fraction(5, 2), 2, 3),  # 0.025, where the nearest even would be 0.02
        (Fraction(3, 2), 2, 2),  # 0.015
        (Fraction(49_999_999, 100_000_000), 2, 0),
        (Fraction(125), 1, 130),  # 1.25 → 1.3
        (Fraction(145), 1, 150),
        (Fraction(1249, 10), 1, 120),
        (Fraction(150), 0, 200),
    ],
)
def test_halves_go_up(hundredths: Fraction, decimals: int, expected: int) -> None:
    assert expected == round_half_up(hundredths, decimals)


@given(st.integers(0, 10**9), st.sampled_from([0, 1, 2]))
def test_rounding_agrees_with_decimal_where_decimal_is_exact(millionths: int, decimals: int) -> None:
    exact = Decimal(millionths).scaleb(-6)

    rounded = round_half_up(Fraction(millionths, 10_000), decimals)

    assert exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) == Decimal(rounded).scaleb(-2)


def test_a_hair_below_half_is_not_rounded_twice() -> None:
    below = Fraction(1, 2) - Fraction(1, 10**40)

    assert round_half_up(below, 2) == 0


def test_points_and_shares_are_shown_as_the_contract_and_the_officer_read_them() -> None:
    assert points_text(16) == "0.16"
    assert points_text(8466) == "84.66"
    assert points_text(-150) == "-1.50"
    assert percent_text(Fraction(4, 5)) == "80 %"
    assert percent_text(Fraction(1, 8)) == "12,5 %"
    assert percent_text(Fraction(2, 3)) == "66,67 %"
