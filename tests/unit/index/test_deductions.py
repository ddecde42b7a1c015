from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cchc.index import criteria_set as sets
from cchc.index.count import Count, Indicators, Missing
from cchc.index.deductions import deductions, reason_of
from cchc.index.scoring import score_unit

QD766 = sets.load("qd766")
COUNTS: Indicators = {
    "on_time_including_pending": Count(1_100, 1_300),
    "petitions_on_time": Count(1, 2),
    "petitions_satisfied": Count(2, 2),
    "digitised_reused": Count(0, 0),
    "dossiers_online_with_result": Count(1, 3),
    "late_or_complained": Count(30, 240),
    "dossiers_digitised": Missing("Chưa có dữ kiện.", "No facts."),
}


def test_the_dearest_criteria_come_first_and_those_without_a_loss_not_at_all() -> None:
    lost = deductions(score_unit(QD766, COUNTS))

    assert [(leaf.code, leaf.lost_hundredths) for leaf in lost][:2] == [("2.1", 308), ("5.2", 300)]
    assert {"5.3", "4.2"}.isdisjoint(leaf.code for leaf in lost)


def test_the_reason_is_the_ratio_behind_a_criterion_and_what_the_criterion_says_itself() -> None:
    reasons = {leaf.code: reason_of(leaf) for leaf in deductions(score_unit(QD766, COUNTS))}

    assert reasons["2.1"] == "Tử số 1.100, mẫu số 1.300."
    assert reasons["3.3"].startswith("Tử số 1, mẫu số 3. Chưa có tỷ lệ đồng bộ")
    assert reasons["4.3"].startswith("Không phát sinh")
    assert reasons["5.4"] == ("Tử số 30, mẫu số 240. Tử số đếm những gì không đạt: còn lại 87,5 %, chỉ tiêu 90 %.")


@given(st.dictionaries(st.sampled_from(QD766.indicators()), st.builds(Count, st.integers(0, 99), st.integers(0, 99))))
def test_deductions_add_up_to_the_maximum_less_the_points(counts: dict[str, Count]) -> None:
    score = score_unit(QD766, counts)

    lost = [leaf.lost_hundredths or 0 for leaf in deductions(score)]

    assert sum(lost) == score.max_hundredths - score.points_hundredths
    assert lost == sorted(lost, reverse=True)
    assert all(reason_of(leaf) for leaf in deductions(score))
