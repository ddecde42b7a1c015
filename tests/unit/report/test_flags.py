from __future__ import annotations

from datetime import date

from cchc.calendar.periods import free_window, parse_period
from services.report.flags import Surroundings, flags_of
from services.report.form_ii06a import FormII06a
from services.report.identities import broken_in_form
from tests.unit.report.counted import form_of, line

CLEAN = line(received_direct=10, resolved_early=9, pending_in_time=1)


NOTHING = Surroundings()


def told(form: FormII06a, around: Surroundings = NOTHING) -> dict[str, str]:
    flags = flags_of(form, broken_in_form(form), around)
    assert len({flag.code for flag in flags}) == len(flags)
    return {flag.code: flag.text for flag in flags}


def test_a_clean_form_says_nothing() -> None:
    assert told(form_of(CLEAN)) == {}


def test_a_window_of_no_calendar_is_flagged_and_a_quarter_by_its_days_is_not() -> None:
    odd = free_window(date(2022, 6, 10), date(2022, 9, 10))
    assert told(form_of(CLEAN, period=odd, as_of_ms=odd.end_ms)) == {
        "window_neither": "Khoảng 10/06/2022–10/09/2022 không phải kỳ báo cáo theo Nghị định 09/2019/NĐ-CP, "
        "cũng không phải kỳ dương lịch."
    }
    quarter = free_window(date(2022, 6, 15), date(2022, 9, 14))
    assert told(form_of(CLEAN, period=quarter, as_of_ms=quarter.end_ms)) == {}


def test_a_named_calendar_that_is_not_recognised_is_flagged_too() -> None:
    month = parse_period("202108", "vinhphuc")
    assert list(told(form_of(CLEAN, period=month, as_of_ms=month.end_ms))) == ["window_neither"]


def test_a_period_that_is_not_over_says_up_to_when_it_knows() -> None:
    period = parse_period("2026Q2")
    assert told(form_of(CLEAN, as_of_ms=period.end_ms)) == {}
    text = told(form_of(CLEAN, as_of_ms=period.end_ms - 60_000))["period_not_over"]
    assert text.endswith("đến 23:59 14/06/2026.")


def test_a_balance_that_fails_is_told_with_its_figures() -> None:
    flags = flags_of(
        form_of(line(received_direct=10, resolved_early=9)),
        broken_in_form(form_of(line(received_direct=10, resolved_early=9))),
        Surroundings(),
    )
    assert [flag.code for flag in flags] == ["identity_broken", "identity_broken"]
    assert flags[0].text.startswith("Số liệu không khớp ở lĩnh vực 'LV01': (3) = (7) + (11)")
    assert "10 ≠ 9, lệch -1" in flags[1].text
    assert "dòng tổng" in flags[1].text


def test_every_doubt_about_the_facts_has_its_figures() -> None:
    form = form_of(
        line(
            received_direct=4_000,
            resolved_early=2_997,
            resolved_no_due=3,
            pending_no_due=1_000,
            due_derived=17,
            late_keyed=1_000,
            ended_before_received=2,
        )
    )
    flags = told(form, Surroundings(quarantined=1_234))
    assert list(flags) == ["quarantine", "no_due_date", "due_derived", "late_keyed", "ended_before_received"]
    assert flags["quarantine"].startswith("1.234 mục")
    assert flags["no_due_date"].startswith("1.003 trên 4.000 hồ sơ")
    assert flags["due_derived"].startswith("17 hồ sơ")
    assert "1.000 trên 3.000 hồ sơ đã giải quyết (33,33 %)" in flags["late_keyed"]
    assert flags["ended_before_received"].startswith("2 hồ sơ")


def test_what_no_decision_confirms_is_named() -> None:
    around = Surroundings(
        unconfirmed_units=("A", "B"),
        unconfirmed_procedures=3,
        units_not_in_force=("", "C1", "C2", "C3", "C4", "C5"),
        dossiers_not_in_force=1_001,
    )
    flags = told(form_of(CLEAN), around)
    assert flags["unconfirmed_reference"].startswith("2 đơn vị (A, B) và 3 thủ tục")
    assert "1.001 hồ sơ của 6 đơn vị" in flags["unit_not_in_force"]
    assert "((trống), C1, C2, C3, C4, …)" in flags["unit_not_in_force"]


def test_a_rate_rounded_to_full_tells_how_many_are_missing() -> None:
    form = form_of(line(received_direct=100_000, resolved_early=99_997, resolved_late=3))
    flags = flags_of(form, [], Surroundings())
    assert {flag.code for flag in flags} == {"rounded_to_full"}
    assert flags[0].text == "D1 in là 100,00 % do làm tròn; thực tế 99.997 trên 100.000 hồ sơ, thiếu 3."
