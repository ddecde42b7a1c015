from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_struct

from cchc.index import criteria_set as sets
from cchc.index.count import Count, Indicators, Missing, NotApplicable
from cchc.index.criteria_set import ZeroPolicy
from cchc.index.scoring import Scored, UnitScore, score_unit

QD766 = sets.load("qd766")
TT01 = sets.load("tt01-2018")
NO_FACTS = Missing("Chưa có dữ kiện.", "No facts.")

# A department as the national portal published it for 2026 (Gia Lai, on 1 October): counts and points.
PUBLISHED: Indicators = {
    "procedures_published_on_time": Count(1, 47),
    "procedures_public_on_time": Count(43, 47),
    "procedures_complete": Count(47, 47),
    "dossiers_synced": Count(451, 451),
    "on_time_including_pending": Count(596, 597),
    "online_payment_dossiers": Count(129, 151),
    "fee_procedures_with_online_payment": Count(8, 12),
    "electronic_results": Count(574, 620),
    "dossiers_digitised": Count(567, 620),
    "digitised_reused": Count(602, 620),
    "results_shared": Count(0, 620),
    "citizen_data_dossiers": Count(220, 620),
    "citizen_data_procedures": Count(16, 147),
    "petitions_on_time": Count(0, 0),
    "petitions_satisfied": Count(0, 0),
    "late_or_complained": Count(1, 613),
}


def leaf(score: UnitScore, identity: str) -> Scored:
    """The criterion of that id."""
    return next(each for each in score.leaves if each.id == identity)


@pytest.mark.parametrize(
    ("identity", "points"),
    [
        ("qd766.1_1", 13),
        ("qd766.1_2", 366),
        ("qd766.1_3", 200),
        ("qd766.1_4", 600),
        ("qd766.2_1", 1997),
        ("qd766.4_1", 555),
        ("qd766.4_2", 366),
        ("qd766.4_3", 200),
        ("qd766.4_4", 0),
        ("qd766.4_5a", 71),
        ("qd766.4_5b", 22),
        ("qd766.5_2", 600),
        ("qd766.5_3", 600),
        ("qd766.5_4", 600),
    ],
)
def test_the_portal_s_published_points_come_out_of_its_published_counts(identity: str, points: int) -> None:
    assert points == leaf(score_unit(QD766, PUBLISHED), identity).points_hundredths


def test_group_sums_are_sums_of_rounded_points() -> None:
    groups = {group.id: group for group in score_unit(QD766, PUBLISHED).groups}

    assert groups["qd766.1"].points_hundredths == 1179
    assert groups["qd766.5"].points_hundredths == 1800
    assert (groups["qd766.4"].points_hundredths, groups["qd766.4"].max_hundredths) == (1414 - 200, 2000)


def test_the_three_parts_of_the_payment_indicator_add_up_to_the_published_847() -> None:
    counts = {**PUBLISHED, "fee_procedures_with_dossiers": Count(8, 12)}

    groups = {group.id: group for group in score_unit(QD766, counts).groups}

    assert groups["qd766.3b"].points_hundredths == 847


def test_what_has_no_facts_leaves_points_and_maximum() -> None:
    counts: Indicators = {**PUBLISHED, "electronic_results": NO_FACTS}

    with_it, without = score_unit(QD766, PUBLISHED), score_unit(QD766, counts)
    missing = leaf(without, "qd766.4_1")

    assert (missing.state, missing.points_hundredths) == ("not_scored", None)
    assert (missing.reason, missing.reason_en) == ("Chưa có dữ kiện.", "No facts.")
    assert with_it.points_hundredths - without.points_hundredths == 555
    assert with_it.max_hundredths - without.max_hundredths == 600


def test_an_indicator_that_nobody_gave_is_not_scored_and_named() -> None:
    score = score_unit(QD766, {})

    assert {each.state for each in score.leaves} == {"not_scored"}
    assert (score.points_hundredths, score.max_hundredths) == (0, 0)
    assert "on_time_including_pending" in leaf(score, "qd766.2_1").reason


def test_what_is_not_the_unit_s_duty_is_not_applicable() -> None:
    not_theirs = NotApplicable("Đơn vị không được giao.", "Not assigned.")

    score = score_unit(QD766, {**PUBLISHED, "online_payment_dossiers": not_theirs})

    assert leaf(score, "qd766.3_6a").state == "not_applicable"
    assert leaf(score, "qd766.3_6a").points_hundredths is None


def test_average_time_and_certified_copies_are_shown_without_points() -> None:
    score = score_unit(QD766, PUBLISHED)

    for identity in ("qd766.2_2", "qd766.4_6"):
        assert leaf(score, identity).state == "not_scored"
        assert leaf(score, identity).points_hundredths is None
        assert leaf(score, identity).reason


@pytest.mark.parametrize(
    ("identity", "points"), [("qd766.2_1", 0), ("qd766.5_2", 600), ("qd766.5_3", 600), ("qd766.5_4", 0)]
)
def test_qd766_has_its_own_answer_to_each_zero_denominator(identity: str, points: int) -> None:
    nothing: Indicators = {name: Count(0, 0) for name in QD766.indicators()}

    scored = leaf(score_unit(QD766, nothing), identity)

    assert (scored.state, scored.points_hundredths) == ("no_occurrence", points)
    assert (scored.n, scored.d) == (0, 0)


@pytest.mark.parametrize(
    ("policy", "state", "points"),
    [
        ("zero", "no_occurrence", 0),
        ("full", "no_occurrence", 2000),
        ("left_out", "no_occurrence", None),
        ("not_scored", "not_scored", None),
        ("not_applicable", "not_applicable", None),
    ],
)
def test_each_policy_gives_its_state_its_points_and_its_maximum(
    policy: ZeroPolicy, state: str, points: int | None
) -> None:
    only = replace_struct(next(each for each in QD766.leaves if each.id == "qd766.2_1"), zero_denominator=policy)
    small = replace_struct(QD766, leaves=(only,))

    score = score_unit(small, {"on_time_including_pending": Count(0, 0)})

    assert (score.leaves[0].state, score.leaves[0].points_hundredths) == (state, points)
    assert score.max_hundredths == (0 if points is None else 2000)
    assert score.leaves[0].reason


def test_a_numerator_over_a_zero_denominator_is_said() -> None:
    score = score_unit(QD766, {"on_time_including_pending": Count(3, 0)})

    assert "Tử số là 3" in leaf(score, "qd766.2_1").reason


def test_the_online_share_is_full_from_half_and_times_the_sync_rate() -> None:
    half, synced = Count(50, 100), Count(3, 4)

    alone = leaf(score_unit(QD766, {"dossiers_online_with_result": half, "dossiers_synced": NO_FACTS}), "qd766.3_3")
    multiplied = leaf(score_unit(QD766, {"dossiers_online_with_result": half, "dossiers_synced": synced}), "qd766.3_3")

    assert (alone.points_hundredths, multiplied.points_hundredths) == (600, 450)
    assert "chưa nhân tỷ lệ đồng bộ" in alone.reason
    assert multiplied.reason == ""


def test_a_sync_rate_above_one_or_over_nothing_adds_nothing() -> None:
    above = score_unit(QD766, {"dossiers_online_with_result": Count(1, 4), "dossiers_synced": Count(5, 4)})
    nothing = score_unit(QD766, {"dossiers_online_with_result": Count(1, 4), "dossiers_synced": Count(0, 0)})

    assert leaf(above, "qd766.3_3").points_hundredths == 300
    assert leaf(nothing, "qd766.3_3").points_hundredths == 300
    assert "chưa nhân" in leaf(nothing, "qd766.3_3").reason


def test_a_multiplier_that_is_needed_leaves_the_criterion_unscored_while_missing() -> None:
    online = next(each for each in QD766.leaves if each.id == "qd766.3_3")
    assert online.multiplier is not None
    needed = replace_struct(online, multiplier=replace_struct(online.multiplier, missing="not_scored"))

    score = score_unit(replace_struct(QD766, leaves=(needed,)), {"dossiers_online_with_result": Count(1, 4)})

    assert score.leaves[0].state == "not_scored"


def tt01_counts() -> dict[str, Count | Missing | NotApplicable]:
    """A commune for which all nine indicators have data."""
    return {
        "handled_early": Count(60, 100),
        "handled_on_due": Count(35, 100),
        "unit_step_time_early": Count(60, 100),
        "unit_step_time_on_due": Count(40, 100),
        "contacts_none": Count(95, 100),
        "contacts_one": Count(3, 100),
        "agencies_contacted_none": Count(0, 100),
        "agencies_contacted_one": Count(100, 100),
        "one_stop_received": Count(80, 80),
        "one_stop_on_site": Count(80, 80),
        "publicity_posted": Count(80, 80),
        "publicity_electronic": Count(79, 80),
        "attitude_good": Count(60, 100),
        "attitude_ok": Count(34, 100),
        "petitions_on_time": Count(9, 10),
        "petitions_prolonged": Count(0, 10),
        "procedures_online_provided": Count(40, 80),
        "dossiers_online": Count(30, 100),
        "online_late": Count(0, 30),
    }


def test_tt01_rounds_each_indicator_to_one_decimal_and_sums() -> None:
    score = score_unit(TT01, tt01_counts(), unit_type="commune")

    # 1.55 → 1.6 (half up), 1.6, 1.93 → 1.9, 1, 2, 1, 1.54 → 1.5, 1, 2
    assert [each.points_hundredths for each in score.leaves] == [160, 160, 190, 100, 200, 100, 150, 100, 200]
    assert (score.points_hundredths, score.max_hundredths) == (1360, 1800)
    assert score.score_class is not None
    assert score.score_class.name == "Tốt"


def test_tt01_leaves_out_what_has_no_data_and_then_gives_no_class() -> None:
    counts = {**tt01_counts(), "attitude_good": Count(0, 0), "attitude_ok": Count(0, 0)}

    score = score_unit(TT01, counts, unit_type="commune")
    attitude = leaf(score, "tt01-2018.7")

    assert (attitude.state, attitude.points_hundredths) == ("no_occurrence", None)
    assert score.max_hundredths == 1600
    assert score.score_class is None
    assert ("16,00" in score.class_reason, "16.00" in score.class_reason_en) == (True, True)


@pytest.mark.parametrize(
    ("on_time", "prolonged", "points"),
    [((0, 0), 0, 200), ((10, 10), 0, 200), ((9, 10), 0, 100), ((899, 1000), 0, 0), ((10, 10), 1, 0)],
)
def test_tt01_petitions_have_compound_bands(on_time: tuple[int, int], prolonged: int, points: int) -> None:
    counts = {
        **tt01_counts(),
        "petitions_on_time": Count(*on_time),
        "petitions_prolonged": Count(prolonged, on_time[1]),
    }

    assert points == leaf(score_unit(TT01, counts), "tt01-2018.8").points_hundredths


@pytest.mark.parametrize(("unit_type", "points"), [("department", 200), ("district", 100), ("commune", 100)])
def test_tt01_on_site_share_depends_on_the_level(unit_type: str, points: int) -> None:
    counts = {**tt01_counts(), "one_stop_on_site": Count(20, 100), "one_stop_received": Count(100, 100)}

    assert points == leaf(score_unit(TT01, counts, unit_type=unit_type), "tt01-2018.5").points_hundredths


def test_without_the_unit_s_type_the_on_site_share_is_not_scored() -> None:
    assert leaf(score_unit(TT01, tt01_counts()), "tt01-2018.5").state == "not_scored"


def test_the_counts_behind_a_score_are_kept_in_the_set_s_order() -> None:
    online = leaf(score_unit(TT01, tt01_counts()), "tt01-2018.9")

    assert [name for name, _ in online.counts] == ["procedures_online_provided", "dossiers_online", "online_late"]


def test_tt01_bands_tell_the_ratio_that_leads_them_and_the_counts_beside_it() -> None:
    score = score_unit(TT01, tt01_counts(), unit_type="commune")
    bands = {number: leaf(score, f"tt01-2018.{number}") for number in (5, 6, 8, 9)}

    assert {number: (each.n, each.d) for number, each in bands.items()} == {
        5: (80, 80),
        6: (80, 80),
        8: (9, 10),
        9: (40, 80),
    }
    assert bands[6].reason == "Xét cùng: thủ tục công khai điện tử 79/80."
    assert bands[9].reason == "Xét cùng: hồ sơ trực tuyến 30/100, hồ sơ trực tuyến chậm 0/30."
    assert all("_" not in each.reason for each in bands.values()), "a name that officers do not know"
    assert bands[9].reason_en == "Also tested: dossiers_online 30/100, online_late 0/30."


anything = st.one_of(
    st.builds(Count, st.integers(0, 10**6), st.integers(0, 10**6)),
    st.just(NO_FACTS),
    st.just(NotApplicable("Không áp dụng.", "Not applicable.")),
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(QD766.indicators(), anything)))
def test_a_unit_s_points_are_the_sum_of_its_criteria_and_within_their_maxima(counts: Indicators) -> None:
    score = score_unit(QD766, counts)

    counted = [each for each in score.leaves if each.points_hundredths is not None]
    assert score.points_hundredths == sum(each.points_hundredths or 0 for each in counted)
    assert score.max_hundredths == sum(each.max_hundredths for each in counted)
    assert all(0 <= (each.points_hundredths or 0) <= each.max_hundredths for each in counted)
    assert all(
        (each.points_hundredths is None) == (each.state in {"not_scored", "not_applicable"}) for each in score.leaves
    )
    assert all(each.reason and each.reason_en for each in score.leaves if each.state != "scored")
    assert score == score_unit(QD766, dict(reversed(list(counts.items()))))
