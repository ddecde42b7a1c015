from __future__ import annotations

import json

import pytest

from cchc.calendar.periods import free_window
from services.report.form_ii06a import form_of_counts
from services.report.identities import broken_in_form
from services.report.on_time import DEFINITIONS, Rate
from tests.reference.published import CASES, Case, Figures
from tests.unit.report.counted import AFTER, QUARTER, form_of, line, published_form

ROW_KEYS = [
    *("field", "received_total", "received_online", "received_direct", "carried_over", "resolved_total"),
    *("resolved_early", "resolved_on_time", "resolved_late", "resolved_no_due", "pending_total", "pending_in_time"),
    *("pending_overdue", "pending_no_due", "outside", "declined"),
]


def test_the_keys_are_those_of_the_contract_in_its_order() -> None:
    told = form_of(line(received_direct=1, resolved_early=1)).as_json()
    assert list(told) == ["form", "unit", "period", "as_of", "rows", "total", "on_time", "flags"]
    assert told["form"] == "II.06a"
    assert told["unit"] is None
    assert told["period"] == {"id": "2026Q2", "calendar": "nd09", "from": "2026-03-15", "to": "2026-06-14"}
    assert told["as_of"] == "2026-06-15T12:00:00+07:00"
    assert [list(row) for row in told["rows"]] == [ROW_KEYS]
    assert list(told["total"]) == ROW_KEYS
    assert list(told["total"]["outside"]) == ["returned", "withdrawn", "stopped"]
    assert told["total"]["field"] is None
    assert list(told["on_time"]) == ["D1", "D2", "D3", "D4", "D5"]
    assert told["on_time"]["D1"] == {"n": 1, "d": 1, "pct": "100.00"}
    assert told["flags"] == []
    json.dumps(told)


def test_a_free_window_has_no_id_and_milliseconds_are_told_where_there_are_any() -> None:
    form = form_of_counts([], free_window(QUARTER.first, QUARTER.last), AFTER + 7, "U1", "Xã A")
    told = form.as_json()
    assert told["unit"] == "U1"
    assert told["period"] == {"id": None, "calendar": "free", "from": "2026-03-15", "to": "2026-06-14"}
    assert told["as_of"] == "2026-06-15T12:00:00.007+07:00"


def test_rows_are_fields_sorted_by_code_with_their_units_added() -> None:
    form = form_of(
        line("LV02", "U1", received_online=2, pending_in_time=2),
        line("LV01", "U2", received_direct=3, resolved_late=3),
        line("LV02", "U2", carried_over=5, pending_overdue=5, declined=1),
        line("LV03", "U2", falls_due=4, falls_due_met=4),
    )
    assert [row.field for row in form.rows] == ["LV01", "LV02"]
    second = form.rows[1]
    assert (second.received_total, second.carried_over, second.pending_total, second.declined) == (7, 5, 7, 1)
    assert (form.total.received_total, form.total.resolved_total, form.total.pending_total) == (10, 3, 7)
    assert form.on_time["D5"] == Rate(4, 4), "what fell due counts in D5 although its field has no row"


def test_no_dossier_gives_an_empty_form_with_rates_that_are_undefined() -> None:
    form = form_of()
    assert form.rows == ()
    assert set(form.total.figures().values()) == {0}
    assert {code: rate.pct for code, rate in form.on_time.items()} == dict.fromkeys(DEFINITIONS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_published_balance_is_reproduced_to_the_digit(case: Case) -> None:
    figures = case.figures
    due = {
        "falls_due": figures.resolved_total + figures.pending_overdue,
        "falls_due_met": figures.resolved_early + figures.resolved_on_time,
    }
    form = published_form(figures, case.first, case.last, **due)
    assert form.total.received_total == figures.received_total
    assert form.total.resolved_total == figures.resolved_total
    assert form.total.pending_total == figures.pending_total
    assert {code: form.on_time[code].pct for code in case.on_time} == case.on_time
    assert broken_in_form(form) == []


def test_binh_duong_prints_99_99_and_never_100() -> None:
    (case,) = [case for case in CASES if case.name.startswith("binh_duong")]
    rate = published_form(case.figures, case.first, case.last).on_time["D1"]
    assert (rate, rate.pct, rate.rounded_to_full) == (Rate(904_225, 904_298), "99.99", False)


def test_dak_glong_2020_has_three_rates_for_the_same_dossiers() -> None:
    # Printed: 57502 in time, 1246 pending in time, 59010 in all; how the other 262 divide follows from D1.
    figures = Figures(
        received_direct=59_010,
        resolved_on_time=57_502,
        resolved_late=184,
        pending_in_time=1_246,
        pending_overdue=78,
    )
    first, last = QUARTER.first, QUARTER.last
    rates = published_form(figures, first, last).on_time
    assert {code: rates[code].pct for code in ("D1", "D2", "D3")} == {"D1": "99.68", "D2": "97.44", "D3": "99.56"}
    assert rates["D3"] == Rate(57_502 + 1_246, 59_010)


def test_each_definition_counts_what_it_says() -> None:
    rates = form_of(
        line(
            received_direct=100 + 1023 + 4,
            resolved_early=1,
            resolved_on_time=2,
            resolved_late=4,
            resolved_no_due=8,
            pending_in_time=16,
            pending_overdue=32,
            pending_no_due=64,
            returned=500,
            withdrawn=200,
            stopped=300,
            declined=9_999,
            falls_due=77,
            falls_due_met=55,
        )
    ).on_time
    assert rates == {
        "D1": Rate(3, 15 - 8),
        "D2": Rate(3, 1127),
        "D3": Rate(3 + 16, 15 + 112 - 8 - 64),
        "D4": Rate(1127 - 4 - 32, 1127),
        "D5": Rate(55, 77),
    }


@pytest.mark.parametrize(
    ("n", "d", "pct"),
    [
        (0, 1, "0.00"),
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (1, 800, "0.13"),
        (19_999, 20_000, "100.00"),
        (199_989, 200_000, "99.99"),
        (10**30 - 1, 2 * 10**30, "50.00"),
        (1, 1, "100.00"),
    ],
)
def test_a_percentage_is_rounded_once_and_half_up(n: int, d: int, pct: str) -> None:
    assert Rate(n, d).pct == pct


def test_a_rate_says_when_rounding_made_it_full() -> None:
    assert Rate(99_996, 100_000).rounded_to_full
    assert not Rate(100_000, 100_000).rounded_to_full
    assert not Rate(99_994, 100_000).rounded_to_full
    assert not Rate(0, 0).rounded_to_full
