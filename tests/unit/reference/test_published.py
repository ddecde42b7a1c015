from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.api.log.v1.event_pb2 import Event
from tests.reference.form_ii06a import OUTSIDE, form_of_facts, percent
from tests.reference.published import (
    CASES,
    STATEMENTS,
    Case,
    Figures,
    Statement,
    canonical_dossiers,
    dossiers_for,
    write_canonical_csv,
)
from tests.unit.reference.story import FOREVER, UNHURRIED, recorded

FIRST, LAST = date(2026, 3, 15), date(2026, 6, 14)
SMALL = [case for case in CASES if case.figures.received_total < 3_000]
CANONICAL_COLUMNS = (
    *("dossier_code", "procedure_code", "field_code", "unit_code", "receiving_unit_code", "channel", "submitted_at"),
    *("received_at", "due_at", "resolved_at", "outcome", "delivered_at", "fee_due", "fee_paid_online"),
    *("components_digitised", "electronic_result", "supplement_requests"),
)


def figures_of(total: dict[str, Any]) -> Figures:
    left_out = {"field", "outside", "received_total", "resolved_total", "pending_total"}
    columns = {name: n for name, n in total.items() if name not in left_out}
    return Figures(**columns, **{way: total["outside"][way] for way in OUTSIDE})


def form(events: list[Event], first: date = FIRST, last: date = LAST) -> dict[str, Any]:
    return form_of_facts(recorded(*events), first=first, last=last, as_of_ms=FOREVER)


@st.composite
def balances(draw: st.DrawFn) -> Figures:
    fates = {
        name: draw(st.integers(0, 3))
        for name in (
            *("resolved_early", "resolved_on_time", "resolved_late", "resolved_no_due"),
            *("pending_in_time", "pending_overdue", "pending_no_due", *OUTSIDE),
        )
    }
    total = sum(fates.values())
    online = draw(st.integers(0, total))
    carried = draw(st.integers(0, total - online))
    origins = {"received_online": online, "carried_over": carried, "received_direct": total - online - carried}
    return Figures(**fates, **origins, declined=draw(st.integers(0, 2)))


@UNHURRIED
@given(balances())
def test_the_dossiers_of_a_balance_give_the_balance(figures: Figures) -> None:
    answer = form(dossiers_for(figures, first=FIRST, last=LAST))
    assert figures_of(answer["total"]) == figures


@UNHURRIED
@given(balances())
def test_the_canonical_file_holds_the_same_dossiers(figures: Figures) -> None:
    rows = canonical_dossiers(figures, first=FIRST, last=LAST)
    subjects = {event.subject for event in dossiers_for(figures, first=FIRST, last=LAST)}
    assert set(rows["dossier_code"]) == subjects
    assert rows.height == figures.received_total + figures.declined
    assert rows["outcome"].eq("approved").sum() == figures.resolved_total


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_a_small_published_case_is_reproduced(case: Case) -> None:
    answer = form(dossiers_for(case.figures, first=case.first, last=case.last), case.first, case.last)
    assert figures_of(answer["total"]) == case.figures
    for definition, printed in case.on_time.items():
        assert answer["on_time"][definition]["pct"] == printed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_published_rate_follows_from_the_published_figures(case: Case) -> None:
    figures = case.figures
    in_time = figures.resolved_early + figures.resolved_on_time
    falling_due = figures.resolved_total + figures.pending_overdue
    rates = {
        "D1": percent(in_time, figures.resolved_total),
        "D2": percent(in_time, figures.received_total),
        "D5": percent(in_time, falling_due),
    }
    assert {definition: rates[definition] for definition in case.on_time} == case.on_time


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda statement: statement.name)
def test_a_printed_statement_adds_up_or_is_off_by_what_is_said(statement: Statement) -> None:
    if statement.printed_percent is None:
        assert str(sum(statement.parts) - statement.whole) == statement.off_by
        assert statement.adds_up == (statement.off_by == "0")
    else:
        exact = percent(sum(statement.parts), statement.whole)
        assert exact == statement.off_by
        assert exact is not None
        assert statement.adds_up == (Decimal(exact) == Decimal(statement.printed_percent))


def test_the_largest_case_becomes_a_canonical_file(tmp_path: Path) -> None:
    (case,) = [case for case in CASES if case.name.startswith("binh_duong")]
    path = tmp_path / "dossiers.csv"
    assert write_canonical_csv(case.figures, path, first=case.first, last=case.last) == 904_497
    rows = pl.read_csv(path, infer_schema=False)
    assert tuple(rows.columns) == CANONICAL_COLUMNS
    assert rows["dossier_code"].n_unique() == 904_497
    assert rows["resolved_at"].count() == 904_298
    late = rows.filter(pl.col("resolved_at").str.slice(0, 10) > pl.col("due_at").str.slice(0, 10))
    assert late.height == 73


def test_figures_that_do_not_balance_are_refused() -> None:
    with pytest.raises(ValueError, match="is not resolved"):
        dossiers_for(Figures(received_direct=1), first=FIRST, last=LAST)
    with pytest.raises(ValueError, match="two days"):
        dossiers_for(Figures(), first=FIRST, last=FIRST)


def test_no_figures_are_no_dossiers() -> None:
    assert dossiers_for(Figures(), first=FIRST, last=LAST) == []
    assert canonical_dossiers(Figures(), first=FIRST, last=LAST).height == 0
