from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.errors import Refused
from cchc.index.band import Band, Condition
from cchc.index.count import Count
from cchc.index.points import Points, round_half_up
from cchc.index.rules import (
    RULES,
    Bands,
    Earned,
    MeanOfPoints,
    NoOccurrence,
    PointsEach,
    Proportional,
    Rule,
    Shortfall,
    Target,
    Terms,
    Unscorable,
    Unscored,
)

FLOOR_80 = Proportional(indicator="x", floor=Fraction(4, 5))
TIME = MeanOfPoints(each=(PointsEach(indicator="early", points=2), PointsEach(indicator="equal", points=1)))


def points(rule: Rule, maximum: str, unit_type: str | None = None, **counts: tuple[int, int]) -> int:
    """Rounded hundredths of a rule that earns points."""
    given = {name: Count(*pair) for name, pair in counts.items()}
    outcome = rule.earn(given, Terms(Points.parse(maximum), unit_type))
    assert isinstance(outcome, Earned)
    return round_half_up(outcome.hundredths, 2)


@pytest.mark.parametrize(
    ("n", "d", "expected"),
    [(100, 100, 200), (80, 100, 160), (79_999, 100_000, 0), (4, 5, 160), (99, 100, 198), (0, 7, 0)],
)
def test_a_ratio_that_equals_the_floor_has_passed_it(n: int, d: int, expected: int) -> None:
    assert expected == points(FLOOR_80, "2", x=(n, d))


@pytest.mark.parametrize("floor", [70, 80, 90, 95])
def test_every_floor_is_compared_exactly(floor: int) -> None:
    rule = Proportional(indicator="x", floor=Fraction(floor, 100))

    assert floor == points(rule, "1", x=(floor * 10**12, 100 * 10**12))
    assert points(rule, "1", x=(floor * 10**12 - 1, 100 * 10**12)) == 0


def test_below_the_floor_the_reason_is_said() -> None:
    outcome = FLOOR_80.earn({"x": Count(1, 2)}, Terms(Points(200)))

    assert isinstance(outcome, Earned)
    assert outcome.reason == "Tỷ lệ 1/2 thấp hơn ngưỡng 80 %: 0 điểm."


def test_without_a_floor_sixteen_percent_earn_016_of_one_point() -> None:
    earned = points(Proportional(indicator="x"), "1", x=(16, 100))

    assert earned == 16
    assert Points.parse(1) - earned == Points.parse("0.84")


@pytest.mark.parametrize(
    ("n", "d", "expected"), [(8, 10, 200), (10, 10, 200), (4, 10, 100), (82, 124, 165), (1, 3, 83), (0, 9, 0)]
)
def test_a_target_is_full_points_from_there_on(n: int, d: int, expected: int) -> None:
    assert expected == points(Target(indicator="x", target=Fraction(4, 5)), "2", x=(n, d))


def test_the_payment_factor_of_two_and_a_half_is_the_target_of_80_percent() -> None:
    rule = Target(indicator="x", target=Fraction(4, 5))

    for n in range(31):
        assert round_half_up(min(Fraction(200), Fraction(250 * n, 30)), 2) == points(rule, "2", x=(n, 30))


def test_shortfall_scores_what_is_left_after_the_late_and_the_complained_about() -> None:
    rule = Shortfall(indicator="x", target=Fraction(9, 10))

    assert points(rule, "6", x=(10, 100)) == 600
    assert points(rule, "6", x=(55, 100)) == 300
    assert points(rule, "6", x=(100, 100)) == 0
    assert points(rule, "6", x=(130, 100)) == 0


def test_mean_of_points_is_twice_the_early_plus_the_equal_over_all() -> None:
    outcome = TIME.earn({"early": Count(5, 12), "equal": Count(4, 12)}, Terms(Points(200)))

    assert isinstance(outcome, Earned)
    assert (outcome.n, outcome.d) == (14, 12)
    assert round_half_up(outcome.hundredths, 1) == 120


def test_mean_of_points_refuses_counts_over_different_dossiers() -> None:
    with pytest.raises(Refused, match=r"index\.denominators_differ"):
        TIME.earn({"early": Count(5, 12), "equal": Count(4, 13)}, Terms(Points(200)))


def test_bands_ask_for_all_of_their_conditions() -> None:
    rule = Bands(
        bands=(
            Band(
                points=Points(200),
                all=(
                    Condition(indicator="level", at_least=Fraction(1, 5)),
                    Condition(indicator="online", at_least=Fraction(3, 10)),
                    Condition(indicator="late", n_at_most=0),
                ),
            ),
            Band(
                points=Points(100),
                all=(
                    Condition(indicator="level", n_at_least=1),
                    Condition(indicator="online", at_least=Fraction(3, 20)),
                    Condition(indicator="late", n_at_most=0),
                ),
            ),
        )
    )

    assert points(rule, "2", level=(20, 100), online=(30, 100), late=(0, 30)) == 200
    assert points(rule, "2", level=(19, 100), online=(30, 100), late=(0, 30)) == 100
    assert points(rule, "2", level=(20, 100), online=(299, 1000), late=(0, 30)) == 100
    assert points(rule, "2", level=(20, 100), online=(15, 100), late=(0, 0)) == 100
    assert points(rule, "2", level=(20, 100), online=(149, 1000), late=(0, 30)) == 0
    assert points(rule, "2", level=(0, 100), online=(30, 100), late=(0, 30)) == 0
    assert points(rule, "2", level=(100, 100), online=(100, 100), late=(1, 30)) == 0


def test_bands_that_only_count_several_things_have_no_ratio_and_say_the_counts() -> None:
    none_of = (Condition(indicator="a", n_at_most=0), Condition(indicator="b", n_at_most=0))
    rule = Bands(bands=(Band(points=Points(200), all=none_of),))

    outcome = rule.earn({"a": Count(1, 3), "b": Count(0, 0)}, Terms(Points(200)))

    assert isinstance(outcome, Earned)
    assert (int(outcome.hundredths), outcome.n, outcome.d) == (0, None, None)
    assert outcome.reason == "Không đạt mức điểm nào: 0 điểm. Xét cùng: a 1/3, b 0/0."


def test_bands_for_unit_types_read_the_unit_s_own() -> None:
    def on_site(share: Fraction, unit_type: str) -> Band:
        return Band(Points(200), (Condition(indicator="site", at_least=share),), (unit_type,))

    rule = Bands(
        bands=(
            on_site(Fraction(1, 5), "department"),
            on_site(Fraction(1), "commune"),
            Band(points=Points(100), all=(Condition(indicator="received", at_least=Fraction(1)),)),
        )
    )

    assert points(rule, "2", "department", site=(2, 10), received=(10, 10)) == 200
    assert points(rule, "2", "commune", site=(2, 10), received=(10, 10)) == 100
    for unknown in (None, "ministry"):
        outcome = rule.earn({"site": Count(2, 10), "received": Count(10, 10)}, Terms(Points(200), unknown))
        assert isinstance(outcome, Unscorable)


@pytest.mark.parametrize(
    "rule",
    [
        Proportional(indicator="x"),
        Target(indicator="x", target=Fraction(1, 2)),
        Shortfall(indicator="x", target=Fraction(9, 10)),
        MeanOfPoints(each=(PointsEach(indicator="x", points=2),)),
        Bands(bands=(Band(points=Points(200), all=(Condition(indicator="x", at_least=Fraction(1, 2)),)),)),
    ],
)
def test_a_zero_denominator_is_no_occurrence_whatever_the_rule(rule: Rule) -> None:
    assert NoOccurrence(0, 0) == rule.earn({"x": Count(0, 0)}, Terms(Points(200)))


def test_a_numerator_above_its_denominator_is_capped_and_said() -> None:
    outcome = Proportional(indicator="x").earn({"x": Count(11, 10)}, Terms(Points(600)))

    assert isinstance(outcome, Earned)
    assert outcome.hundredths == 600
    assert "11 lớn hơn mẫu số 10" in outcome.reason


def test_counts_below_zero_are_refused() -> None:
    with pytest.raises(Refused, match=r"index\.negative_count"):
        Count(-1, 2)


def test_the_table_of_rules_names_each_by_its_own_tag() -> None:
    assert {name: kind.__struct_config__.tag for name, kind in RULES.items()} == {name: name for name in RULES}
    assert set(RULES.values()) == {Proportional, Target, Shortfall, MeanOfPoints, Bands, Unscored}


shares = st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=100)
growing: st.SearchStrategy[Rule] = st.one_of(
    st.just(Proportional(indicator="x")),
    shares.map(lambda floor: Proportional(indicator="x", floor=floor)),
    shares.map(lambda target: Target(indicator="x", target=target)),
    st.just(MeanOfPoints(each=(PointsEach(indicator="x", points=2),))),
    shares.map(lambda low: Bands(bands=(Band(Points(200), (Condition(indicator="x", at_least=low),)),))),
)
maxima = st.integers(200, 10_000).map(Points)


@given(growing, maxima, st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10**6))
def test_points_lie_within_the_maximum_and_never_fall_as_n_grows(
    rule: Rule, maximum: Points, n: int, d: int, more: int
) -> None:
    less = rule.earn({"x": Count(n, d)}, Terms(maximum))
    grown = rule.earn({"x": Count(n + more, d)}, Terms(maximum))

    assert isinstance(less, Earned)
    assert isinstance(grown, Earned)
    assert 0 <= less.hundredths <= grown.hundredths <= maximum


@given(shares, maxima, st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10**6))
def test_shortfall_never_rises_as_more_goes_wrong(target: Fraction, maximum: Points, n: int, d: int, more: int) -> None:
    rule = Shortfall(indicator="x", target=target)

    fewer = rule.earn({"x": Count(n, d)}, Terms(maximum))
    worse = rule.earn({"x": Count(n + more, d)}, Terms(maximum))

    assert isinstance(fewer, Earned)
    assert isinstance(worse, Earned)
    assert 0 <= worse.hundredths <= fewer.hundredths <= maximum
