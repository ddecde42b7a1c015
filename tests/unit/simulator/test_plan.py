from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cchc.errors import Refused
from services.simulator.plan import Plan
from services.simulator.province import simulate

PLAN = Plan(seed=1, communes=2, departments=1, dossiers=20, first=date(2026, 3, 1), last=date(2026, 3, 31))


@pytest.mark.parametrize(
    "change",
    [
        {"communes": 0},
        {"communes": 801},
        {"departments": -1},
        {"departments": 15},
        {"dossiers": -1},
        {"first": date(2026, 4, 1)},
        {"first": date(2010, 12, 31)},
        {"last": date(2030, 1, 1)},
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused_with_what_to_do(change: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        simulate(replace(PLAN, **change))
    assert refusal.value.code == "simulator.plan_out_of_range"
    assert refusal.value.next_vi
    assert refusal.value.next_en
    option = {"first": "--from", "last": "--from"}.get(next(iter(change)), f"--{next(iter(change))}")
    for said in (refusal.value.vi, refusal.value.en):
        assert f"({option}" in said, "an error names the options of the command line"


def test_without_a_number_units_receive_what_such_units_usually_do() -> None:
    year = replace(PLAN, dossiers=None, first=date(2026, 1, 1), last=date(2026, 12, 31))
    assert year.filings() == 2 * 1_050 + 4_000


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2011, 1, 1), date(2011, 1, 1)),
        (date(2024, 2, 29), date(2024, 2, 29)),
        (date(2026, 2, 16), date(2026, 2, 20)),
        (date(2029, 12, 1), date(2029, 12, 31)),
    ],
)
def test_the_shortest_and_the_farthest_periods_can_be_simulated(first: date, last: date) -> None:
    province = simulate(replace(PLAN, first=first, last=last))
    assert len(province.facts) >= len(province.units) + len(province.procedures)


def test_a_province_without_dossiers_has_its_units_and_procedures_alone() -> None:
    province = simulate(replace(PLAN, dossiers=0, departments=0))
    assert len(province.facts) == 3 + len(province.procedures)


def test_progress_is_told_and_ends_complete() -> None:
    told: list[tuple[int, int]] = []
    simulate(replace(PLAN, dossiers=2_500), lambda done, total: told.append((done, total)))
    assert told == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]
