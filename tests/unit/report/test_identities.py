from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.errors import Refused
from services.report.form_ii06a import Outside, Row
from services.report.identities import (
    Broken,
    PrintedRate,
    PrintedSum,
    Published,
    broken_carry_over,
    broken_in_form,
    broken_in_row,
    broken_in_rows,
    check_published,
)
from tests.reference.published import STATEMENTS, Statement
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
    assert [it.difference for it in broken_in_row(row)] == ([Decimal(off)] if off else [])
    assert row.parts()["unexplained"] == -off


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.name)
def test_a_printed_statement_agrees_or_is_off_by_what_is_published(statement: Statement) -> None:
    found = check_published(_published(statement))
    assert (found == []) == statement.adds_up
    for broken in found:
        gap = broken.difference if statement.printed_percent is None else broken.right
        assert gap == Decimal(statement.off_by)


def _published(statement: Statement) -> Published:
    if statement.printed_percent is None:
        return Published(statement.office, sums=(PrintedSum(statement.name, statement.whole, statement.parts),))
    rate = PrintedRate(statement.name, sum(statement.parts), statement.whole, statement.printed_percent)
    return Published(statement.office, rates=(rate,))


def test_lam_dong_is_off_by_four_in_the_resolved_column() -> None:
    columns = {
        "resolved_total": 17_651,
        "resolved_early": 13_767,
        "resolved_on_time": 3_254,
        "resolved_late": 634,
    }
    (broken,) = check_published(Published("Lâm Đồng, tháng 10/2019", columns))
    assert (broken.code, *sides(broken)) == ("resolved", "17651", "17655", "4")


def test_phu_giao_printed_a_percentage_that_its_figures_do_not_give() -> None:
    rate = PrintedRate("đúng hạn", 2_602, 2_760, "96,2 %")
    (broken,) = check_published(Published("Xã Phú Giáo", rates=(rate,)))
    assert (broken.code, broken.left, broken.right) == ("rate", Decimal("96.2"), Decimal("94.28"))
    assert broken.difference == Decimal("-1.92")


def test_falling_due_may_exceed_what_was_received() -> None:
    columns = {
        "received_direct": 19_630,
        "falling_due": 19_944,
        "due_in_time": 19_255,
        "due_overdue": 689,
        "returned": 16,
    }
    rates = tuple(PrintedRate("Vĩnh Phúc", *it) for it in ((19_255, 19_944, "96,55"), (689, 19_944, "3,45")))
    assert check_published(Published("Vĩnh Phúc", columns, rates=rates)) == []


def test_dossiers_without_a_column_show_as_the_gap_of_the_balance() -> None:
    columns = {"received_total": 100_000, "resolved_total": 80_000, "pending_total": 11_199}
    (broken,) = check_published(Published("Lâm Đồng", columns))
    assert (broken.code, broken.difference) == ("balance", Decimal(-8_801))
    assert check_published(Published("Lâm Đồng", {**columns, "returned": 8_801})) == []


def test_early_and_on_time_printed_as_one_are_checked_too() -> None:
    columns = {"resolved_total": 904_298, "resolved_in_time": 904_225, "resolved_late": 73}
    assert check_published(Published("Bình Dương", columns)) == []
    (broken,) = check_published(Published("Bình Dương", {**columns, "resolved_late": 70}))
    assert broken.difference == -3


@pytest.mark.parametrize(
    ("n", "d", "printed", "agrees"),
    [
        (904_225, 904_298, "99.99", True),
        (904_225, 904_298, "99,9919", True),
        (904_225, 904_298, "100", False),
        (904_225, 904_298, "100,0", False),
        (904_298, 904_298, "100", True),
        (1, 8, "12.5", True),
        (1, 8, "13", True),
        (1, 8, "12", False),
    ],
)
def test_a_percentage_agrees_to_the_decimals_that_were_printed(n: int, d: int, printed: str, agrees: bool) -> None:
    assert (check_published(Published("X", rates=(PrintedRate("x", n, d, printed),))) == []) == agrees


@pytest.mark.parametrize(
    ("rate", "code"),
    [
        (PrintedRate("x", 1, 2, "gần 50"), "report.unreadable_percent"),
        (PrintedRate("x", 1, 2, "5.0.1"), "report.unreadable_percent"),
        (PrintedRate("x", 1, 2, "50."), "report.unreadable_percent"),
        (PrintedRate("x", 1, 2, ""), "report.unreadable_percent"),
        (PrintedRate("x", 0, 0, "100"), "report.percent_of_nothing"),
    ],
)
def test_what_is_no_percentage_is_refused(rate: PrintedRate, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_published(Published("X", rates=(rate,)))
    assert refused.value.code == code
