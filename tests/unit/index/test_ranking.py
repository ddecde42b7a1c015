from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cchc.index.points import Points
from cchc.index.ranking import Ranked, Standing, rank

# The national index of 2012: appraisal, survey, total, as published.
PROVINCES_2012 = """
Đà Nẵng 53.25 33.87 87.12|BR-VT 54.35 31.79 86.14|TP.HCM 52.75 31.08 83.83|Đồng Tháp 52.5 30.91 83.41
An Giang 54.25 29 83.25|Hải Phòng 51.5 31.55 83.05|Hà Nội 51.25 31.52 82.77|Bắc Giang 53.75 29 82.75
Thái Bình 50.25 31.7 81.95|Vĩnh Long 51.25 30.42 81.67|Bình Dương 50.5 30.76 81.26|Cần Thơ 50.5 30.37 80.87
Ninh Bình 50 30.73 80.73|Bạc Liêu 50.1 30.46 80.56|Hậu Giang 48.1 32.42 80.52|Thanh Hóa 51 29.41 80.41
Lào Cai 48.35 32.01 80.36|Tây Ninh 51.5 28.79 80.29|Quảng Ninh 49.75 30.46 80.21
"""


def provinces() -> list[tuple[str, int, int, int]]:
    """Name, appraisal, survey and total in hundredths."""
    rows = []
    for line in PROVINCES_2012.replace("\n", "|").strip("|").split("|"):
        name, appraisal, survey, total = line.rsplit(" ", 3)
        rows.append((name, Points.parse(appraisal) + 0, Points.parse(survey) + 0, Points.parse(total) + 0))
    return rows


def ranks(ranked: tuple[Ranked, ...]) -> dict[str, int | None]:
    """Rank by unit."""
    return {each.unit: each.rank for each in ranked}


def test_the_sums_of_2012_are_exact() -> None:
    assert len(provinces()) == 19
    assert all(appraisal + survey == total for _, appraisal, survey, total in provinces())


def test_the_ranking_by_total_is_not_the_ranking_by_appraisal() -> None:
    by_total = rank([Standing(name, total, 10_000) for name, _, _, total in provinces()])
    by_appraisal = rank([Standing(name, appraisal, 10_000) for name, appraisal, _, _ in provinces()])

    assert [name for name, *_ in provinces()] == [each.unit for each in by_total]
    assert by_appraisal[0].unit == "BR-VT"
    assert by_total[0].unit == "Đà Nẵng"
    assert (ranks(by_total)["BR-VT"], ranks(by_appraisal)["Đà Nẵng"]) == (2, 4)


def test_equal_appraisals_of_2012_share_a_rank() -> None:
    by_appraisal = {each.unit: each for each in rank([Standing(name, a, 10_000) for name, a, _, _ in provinces()])}

    assert by_appraisal["Hà Nội"].rank == by_appraisal["Vĩnh Long"].rank


def test_a_tie_shares_its_rank_and_the_next_is_skipped() -> None:
    tied = 8542
    standings = [Standing("ĐBSCL", tied, 10_000), Standing("Tây Nguyên", tied, 10_000)]
    others = [Standing("first", tied + 1, 10_000), Standing("last", tied - 1, 10_000)]

    ranked = rank([*standings, *others])

    assert [(each.unit, each.rank, each.of) for each in ranked] == [
        ("first", 1, 4),
        ("Tây Nguyên", 2, 4),
        ("ĐBSCL", 2, 4),
        ("last", 4, 4),
    ]


def test_a_share_is_compared_exactly_over_different_maxima() -> None:
    ranked = rank([Standing("a", 1000, 1200), Standing("b", 1500, 1800), Standing("c", 1499, 1798)], by="share")

    assert ranks(ranked) == {"c": 1, "a": 2, "b": 2}


def test_by_points_the_maximum_does_not_matter() -> None:
    assert ranks(rank([Standing("a", 1000, 1200), Standing("b", 1001, 1800)])) == {"b": 1, "a": 2}


def test_units_are_ranked_among_their_peers_only() -> None:
    ranked = rank([Standing("sở", 100, 200, "sở"), Standing("xã 1", 50, 200, "xã"), Standing("xã 2", 60, 200, "xã")])

    assert ranks(ranked) == {"sở": 1, "xã 2": 1, "xã 1": 2}
    assert [each.of for each in ranked] == [1, 2, 2]


NONE_AND_ZERO = [Standing("none", 0, 0), Standing("zero", 0, 100)]


def test_a_unit_of_which_nothing_was_scored_has_no_rank_and_is_not_counted() -> None:
    for ranked in (rank(NONE_AND_ZERO, by="points"), rank(NONE_AND_ZERO, by="share")):
        assert [(each.unit, each.rank, each.of) for each in ranked] == [("zero", 1, 1), ("none", None, 1)]


def test_ranking_nobody_gives_nothing() -> None:
    assert rank([]) == ()


standings_strategy = st.lists(
    st.builds(
        Standing,
        unit=st.integers(0, 10**6).map(str),
        points_hundredths=st.integers(0, 30),
        max_hundredths=st.integers(0, 30),
        peer_group=st.sampled_from(["sở", "xã"]),
    ),
    unique_by=lambda standing: standing.unit,
    max_size=12,
)


@given(st.data(), standings_strategy)
def test_the_order_of_the_units_does_not_matter(data: st.DataObject, standings: list[Standing]) -> None:
    shuffled = data.draw(st.permutations(standings))

    assert rank(standings, by="points") == rank(shuffled, by="points")
    assert rank(standings, by="share") == rank(shuffled, by="share")


@given(standings_strategy)
def test_a_rank_is_one_more_than_the_number_of_better_peers(standings: list[Standing]) -> None:
    scored = [standing for standing in standings if standing.max_hundredths]

    by_unit = ranks(rank(standings, by="share"))

    for one in scored:
        better = [
            other
            for other in scored
            if other.peer_group == one.peer_group
            and other.points_hundredths * one.max_hundredths > one.points_hundredths * other.max_hundredths
        ]
        assert by_unit[one.unit] == len(better) + 1
