from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.report.form_ii06a import Outside, Row
from services.report.identities import (
    Broken,
    broken_carry_over,
    broken_in_form,
    broken_in_row,
    broken_in_rows,
)
from tests.unit.report.counted import form_of, line

SOUND = Row.of_counts(
    "LV01",
    line(
        received_online=10,
        received_direct=20,
        carried_over=5,
        resolved_early=7,
        resolved_on_time=6,
        resolved_late=5,
        resolved_no_due=4,
        pending_in_time=3,
        pending_overdue=2,
        pending_no_due=1,
        returned=4,
        withdrawn=2,
        stopped=1,
    ),
)


def sides(broken: Broken) -> tuple[str, ...]:
    """Left, right and difference as they are printed."""
    return str(broken.left), str(broken.right), str(broken.difference)


def test_a_row_that_balances_breaks_nothing() -> None:
    assert broken_in_row(SOUND) == []


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"received_online": 11}, ["received"]),
        ({"resolved_no_due": 5}, ["resolved"]),
        ({"pending_overdue": 0}, ["pending"]),
        ({"received_total": 36}, ["received", "balance"]),
        ({"outside": Outside(0, 2, 1)}, ["balance"]),
        ({"resolved_total": 23, "resolved_late": 6}, ["balance"]),
    ],
)
def test_the_identity_that_fails_is_named(changed: dict[str, object], codes: list[str]) -> None:
    row = Row(**{**{name: getattr(SOUND, name) for name in Row.__slots__}, **changed})
    assert [broken.code for broken in broken_in_row(row)] == codes


def test_a_broken_identity_tells_both_sides_and_the_difference_in_both_languages() -> None:
    (broken,) = broken_in_row(replace(SOUND, resolved_late=9))
    assert (broken.where, *sides(broken)) == ("LV01", "22", "26", "4")
    assert broken.vi == "(7) = (8) + (9) + (10) + không có hạn trả: 22 ≠ 26, lệch +4"
    assert broken.en == "resolved total = early + on time + late + without a due date: 22 is not 26, off by +4"


def test_a_total_that_is_not_the_sum_of_the_rows_is_told_by_column() -> None:
    total = replace(SOUND, field=None, declined=3)
    (broken,) = broken_in_rows([SOUND], total)
    assert (broken.code, *sides(broken)) == ("row_sum", "3", "0", "-3")
    assert "declined" in broken.vi


def test_the_carry_over_is_compared_by_field_and_in_the_total() -> None:
    before = form_of(line("LV01", received_direct=3, pending_in_time=3), line("LV02", received_direct=2, returned=2))
    now = form_of(line("LV01", carried_over=2, resolved_late=2), line("LV03", carried_over=1, resolved_late=1))
    found = [(it.where, *sides(it)) for it in broken_in_form(now, before)]
    assert found == [("LV01", "2", "3", "1"), ("LV03", "1", "0", "-1")], "the total agrees by chance, the fields do not"
    assert broken_carry_over(now.rows, [*now.rows]) != []


ROWS = st.builds(
    lambda figures: Row.of_counts("LV01", line(**figures)),
    st.fixed_dictionaries({name: st.integers(0, 3) for name in ("carried_over", "resolved_late", "pending_in_time")}),
)


@given(ROWS)
def test_only_the_balance_of_a_computed_row_can_fail_and_says_by_how_much(row: Row) -> None:
    off = row.resolved_total + row.pending_total - row.received_total
    assert [it.difference for it in broken_in_row(row)] == ([off] if off else [])
    assert row.parts()["unexplained"] == -off


def test_lam_dong_printed_a_resolved_column_that_is_off_by_four() -> None:
    counts = line(resolved_early=13_767, resolved_on_time=3_254, resolved_late=634, received_direct=17_651)
    printed = replace(Row.of_counts(None, counts), resolved_total=17_651)
    (broken,) = broken_in_row(printed)
    assert (broken.code, broken.where, *sides(broken)) == ("resolved", "total", "17651", "17655", "4")


def test_dossiers_without_a_column_show_as_the_gap_of_the_balance() -> None:
    printed = Row.of_counts(None, line(received_direct=100_000, resolved_early=80_000, pending_in_time=11_199))
    (broken,) = broken_in_row(printed)
    assert (broken.code, broken.difference) == ("balance", -8_801)
    assert broken_in_row(replace(printed, outside=Outside(8_801, 0, 0))) == []
