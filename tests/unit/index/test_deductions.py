from __future__ import annotations

import pytest

from cchc.index.deductions import Printed, read_printed, reconcile
from cchc.index.points import Points

VINH_LONG_2022 = (
    Printed("1.1.3", "Mức độ thực hiện Kế hoạch", "2", "0.5"),
    Printed("1.4.2", "Mức độ đa dạng trong tuyên truyền CCHC", "2", "1"),
    Printed("1.5.4", "Sáng kiến trong triển khai CCHC", "2", "1"),
    Printed("2.2.1", "Thực hiện Kế hoạch rà soát VBQPPL", "2", "2"),
    Printed("2.3", "Tổ chức triển khai VBQPPL của cấp trên", "2", "2"),
    Printed("3.11.2", "Tỷ lệ hồ sơ có cấp kết quả điện tử", "1", "0,84"),
    Printed("3.12.1", "Tỷ lệ TTHC được triển khai thanh toán trực tuyến", "1", "1"),
    Printed("3.12.2", "Tỷ lệ TTHC có phát sinh giao dịch thanh toán trực tuyến", "05đ", "0.5"),
    Printed("3.12.3", "Tỷ lệ hồ sơ thanh toán trực tuyến", "0.5", "0.5"),
    Printed("3.13.2", "Tỷ lệ hồ sơ trực tuyến toàn trình", "0.5", "0.5"),
    Printed("3.13.3", "Tỷ lệ DVCTT mức độ cao (82/124)", None, None),
    Printed("6.2", "Công khai tài sản công", "2", "2"),
    Printed("6.2", "Giải ngân vốn đầu tư", "2", "2"),
)


def test_vinh_long_s_printed_deductions_leave_one_and_a_half_points_without_a_line() -> None:
    found = reconcile(VINH_LONG_2022, Points.parse("84.66"))

    assert (found.itemised_hundredths, found.lost_hundredths, found.residual_hundredths) == (1384, 1534, 150)
    assert {flag.code for flag in found.flags} == {
        "deductions.not_itemised",
        "deductions.repeated_code",
        "deductions.max_unreadable",
        "deductions.deduction_not_printed",
    }
    assert any("1,50" in flag.vi and "1.50" in flag.en for flag in found.flags)


def test_a_code_that_is_printed_twice_is_two_lines_told_apart() -> None:
    found = reconcile(VINH_LONG_2022, Points.parse("84.66"))

    assert [(line.id, line.name) for line in found.lines if line.code == "6.2"] == [
        ("6.2", "Công khai tài sản công"),
        ("6.2#2", "Giải ngân vốn đầu tư"),
    ]


def test_a_list_that_adds_up_has_no_flag() -> None:
    found = reconcile((Printed("1", "a", "2", "0.5"),), Points.parse("99.5"))

    assert (found.residual_hundredths, found.flags) == (0, ())


def test_a_list_that_deducts_too_much_has_a_negative_residual() -> None:
    found = reconcile((Printed("1", "a", "2", "2.5"),), Points.parse("98"))

    assert found.residual_hundredths == -50
    assert [flag.code for flag in found.flags] == ["deductions.over_max", "deductions.not_itemised"]
    assert "-0,50" in found.flags[1].vi


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [
        ("0,5đ", 50),
        ("0.84", 84),
        ("2 điểm", 200),
        (" 1 ", 100),
        ("05đ", None),
        ("1,07k", None),
        ("", None),
        ("1,234", None),
    ],
)
def test_print_is_read_exactly_or_not_at_all(text: str, hundredths: int | None) -> None:
    assert hundredths == read_printed(text)
