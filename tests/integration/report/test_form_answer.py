from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cchc.api.intake.v1.intake_pb2 import CHANNEL_IN_PERSON, DossierAccepted, DossierWithdrawn
from cchc.api.processing.v1.processing_pb2 import OUTCOME_APPROVED, DossierResolved, DossierTransferred
from cchc.api.reference.v1.reference_pb2 import LIMIT_UNIT_WORKING_DAYS, ProcedureDefined
from cchc.calendar.periods import free_window, parse_period
from cchc.errors import Refused
from cchc.store.port import Store
from services.report.bridge import bridge
from services.report.form_answer import FormAnswers
from tests.integration.report.filled import at_once, filled, procedure, unit
from tests.reference.dossier_fold import Known
from tests.reference.published import CASES, Case, Figures, dossiers_for
from tests.unit.reference.story import at, said

SMALL = [case for case in CASES if case.figures.received_total < 3_000]
Q2 = parse_period("2026Q2")
LATER = at("2026-07-01T08:00:00")


def figures_of(row: dict[str, Any]) -> Figures:
    left_out = {"field", "outside", "received_total", "resolved_total", "pending_total"}
    return Figures(**{name: n for name, n in row.items() if name not in left_out}, **row["outside"])


def accepted(due: str = "", **says: Any) -> DossierAccepted:
    due_at_ms = at(due) if due else 0
    return DossierAccepted(field_code="LV01", channel=CHANNEL_IN_PERSON, due_at_ms=due_at_ms, **says)


RESOLVED = DossierResolved(outcome=OUTCOME_APPROVED)


@pytest.fixture
def tree(store: Store) -> FormAnswers:
    """H01 above X1 and X2 (until 01/6/2026), and a dossier each; one of H01 itself; one of a unit nobody defined."""
    events = [
        said(accepted("2026-04-10"), "2026-04-01", subject="1", unit="X1"),
        said(RESOLVED, "2026-04-10T16:00:00", subject="1", unit="X1"),
        said(accepted("2026-04-10"), "2026-04-01", subject="2", unit="X2"),
        said(accepted("2026-07-10"), "2026-03-14", subject="3", unit="H01"),
        said(accepted("2026-04-02"), "2026-04-01", subject="4", unit="??"),
        said(DossierWithdrawn(), "2026-04-01T09:00:00", subject="4", unit="??"),
    ]
    units = [
        unit("H01", name="Tỉnh A"),
        unit("X1", "H01", unconfirmed=True),
        unit("X2", "H01", until=date(2026, 6, 1)),
        unit("X3", "H01"),
    ]
    return filled(store, [*units, *at_once(events, at("2026-06-20T08:00:00"))])


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_a_published_case_is_reproduced_from_its_dossiers(store: Store, case: Case) -> None:
    period = free_window(case.first, case.last)
    known = [unit("H01.1"), *at_once(dossiers_for(case.figures, first=case.first, last=case.last), period.end_ms)]
    form = filled(store, known).ii06a(period, period.end_ms)
    assert figures_of(form.as_json()["total"]) == case.figures
    assert {code: form.on_time[code].pct for code in case.on_time} == case.on_time
    assert ("window_neither" in {flag.code for flag in form.flags}) == (case.window == "free")
    assert "identity_broken" not in {flag.code for flag in form.flags}


def test_every_column_and_line_is_filled_from_facts(store: Store) -> None:
    figures = Figures(
        received_online=8,
        received_direct=9,
        carried_over=10,
        resolved_early=1,
        resolved_on_time=2,
        resolved_late=3,
        resolved_no_due=1,
        pending_in_time=4,
        pending_overdue=5,
        pending_no_due=2,
        returned=4,
        withdrawn=2,
        stopped=3,
        declined=6,
    )
    assert figures.received_total == figures.resolved_total + figures.pending_total + 9
    events = dossiers_for(figures, first=Q2.first, last=Q2.last)
    form = filled(store, [unit("H01.1"), *at_once(events, Q2.end_ms)]).ii06a(Q2, Q2.end_ms, "H01.1")
    assert figures_of(form.as_json()["total"]) == figures
    assert [row.field for row in form.rows] == ["LV01"], "a declined dossier says its field with the submission"


def test_a_unit_answers_for_all_below_it(tree: FormAnswers) -> None:
    assert tree.ii06a(Q2, LATER).total.received_total == 4
    assert tree.ii06a(Q2, LATER, "H01").total.received_total == 2
    assert tree.ii06a(Q2, LATER, "X1").total.received_total == 1
    assert tree.ii06a(Q2, LATER, "X3").total.received_total == 0
    form = tree.ii06a(Q2, LATER, "X2")
    assert (form.unit, form.total.pending_overdue) == ("X2", 1), "a unit that is no more still answers for itself"
    assert tree.ii06a(Q2, LATER, "H01").unit_name == "Tỉnh A"


def test_an_unknown_unit_is_refused_with_what_to_do(tree: FormAnswers) -> None:
    with pytest.raises(Refused) as refused:
        tree.ii06a(Q2, LATER, "X9")
    assert refused.value.code == "report.unknown_unit"
    assert "X9" in refused.value.vi
    assert "cchc import units" in refused.value.next_vi
    assert "cchc import units" in refused.value.next_en


def test_every_unit_at_once_says_what_each_says_alone(tree: FormAnswers) -> None:
    forms = tree.by_unit(Q2, LATER)
    assert list(forms) == ["??", "H01", "X1", "X2", "X3"]
    assert all(form == tree.ii06a(Q2, LATER, code) for code, form in forms.items() if code != "??")


def test_units_that_contain_no_other_sum_to_the_whole(tree: FormAnswers) -> None:
    forms, whole = tree.by_unit(Q2, LATER), tree.ii06a(Q2, LATER)
    apart = [forms[code] for code in ("??", "H01", "X2")]
    for column, count in whole.total.figures().items():
        assert sum(form.total.figures()[column] for form in apart) == count
    assert sum(form.falls_due.d for form in apart) == whole.falls_due.d == 2
    assert sum(form.falls_due.n for form in apart) == whole.falls_due.n == 1


def test_dossiers_of_units_outside_the_tree_are_told_of_in_the_whole(tree: FormAnswers) -> None:
    flags = {flag.code: flag.text for flag in tree.ii06a(Q2, LATER).flags}
    assert flags["unit_not_in_force"].startswith("2 hồ sơ của 2 đơn vị không có hiệu lực vào ngày cuối kỳ (??, X2)")
    assert flags["unconfirmed_reference"].startswith("1 đơn vị (X1)")
    above = {flag.code: flag.text for flag in tree.ii06a(Q2, LATER, "H01").flags}
    assert above["unit_not_in_force"] == (
        "1 hồ sơ của 1 đơn vị không có hiệu lực vào ngày cuối kỳ (X2): trước đó trực thuộc đơn vị này, nhưng không có "
        "trong biểu này."
    )
    assert all(
        "unit_not_in_force" not in {flag.code for flag in tree.ii06a(Q2, LATER, code).flags} for code in ("X1", "X2")
    )


def test_the_answer_is_as_it_was_known(tree: FormAnswers) -> None:
    before = tree.ii06a(Q2, at("2026-06-19T08:00:00"))
    assert before.total.received_total == 0
    flags = {flag.code for flag in tree.ii06a(Q2, at("2026-06-01T08:00:00")).flags}
    assert flags == {"period_not_over"}


def test_late_keying_derived_dues_and_impossible_ends_are_flagged(store: Store) -> None:
    defined = ProcedureDefined(
        procedure_code="1.1", limit=5, limit_unit=LIMIT_UNIT_WORKING_DAYS, valid_from_day=1, unconfirmed=True
    )
    events = [
        said(accepted(procedure_code="1.1"), "2026-04-01T08:00:00", subject="1"),
        said(RESOLVED, "2026-04-02T08:00:00", subject="1"),
        said(accepted(), "2026-04-01T08:00:00", subject="2"),
        said(RESOLVED, "2026-03-31T08:00:00", subject="2"),
    ]
    form = filled(store, [unit("U1"), procedure(defined), *at_once(events, at("2026-05-01"))]).ii06a(Q2, LATER)
    flags = {flag.code: flag.text for flag in form.flags}
    assert list(flags) == [
        *("no_due_date", "due_derived", "late_keyed", "ended_before_received", "unconfirmed_reference")
    ]
    assert flags["no_due_date"].startswith("1 trên 2 ")
    assert flags["due_derived"].startswith("1 hồ sơ")
    assert "2 trên 2 hồ sơ đã giải quyết (100,00 %)" in flags["late_keyed"]
    assert form.total.resolved_early == form.total.resolved_no_due == 1


def test_quarantined_facts_are_counted_as_of_the_time_asked(store: Store) -> None:
    filled(store, [unit("U1")])
    asked: list[int] = []

    def count(as_of_ms: int) -> int:
        asked.append(as_of_ms)
        return 7

    answers = FormAnswers(store, count)
    assert [flag.code for flag in answers.ii06a(Q2, LATER).flags] == ["quarantine"]
    assert [flag.code for flag in answers.by_unit(Q2, LATER)["U1"].flags] == ["quarantine"]
    assert asked == [LATER, LATER]


def test_the_bridge_to_the_dossiers_falling_due_names_both_sides(store: Store) -> None:
    events = [
        said(accepted("2026-03-20"), "2026-03-01", subject="before"),
        said(RESOLVED, "2026-03-10", subject="before"),
        said(accepted("2026-06-20"), "2026-06-01", subject="after"),
        said(RESOLVED, "2026-06-10", subject="after"),
        said(accepted("2026-04-20"), "2026-04-01", subject="within"),
        said(RESOLVED, "2026-04-20T16:00:00", subject="within"),
        said(accepted("2026-04-20"), "2026-04-01", subject="open"),
        said(accepted("2026-04-20"), "2026-04-01", subject="left"),
        said(DossierWithdrawn(), "2026-04-21", subject="left"),
        said(accepted("2026-04-20"), "2026-04-01", subject="left before"),
        said(DossierWithdrawn(), "2026-04-19", subject="left before"),
        said(DossierTransferred(to_unit_code="U2"), "2026-04-02", subject="open"),
    ]
    answers = filled(store, [unit("U1"), unit("U2", "U1"), *at_once(events, at("2026-06-20"))])
    crossing = bridge(answers.ii06a(Q2, LATER, "U1", bridged=True), "D1", "D5")
    assert (crossing.start.n, crossing.start.d, crossing.end.n, crossing.end.d) == (2, 2, 2, 4)
    assert {step.code: (step.n, step.d) for step in crossing.differences} == {
        "resolved_early_due_elsewhere": (-1, -1),
        "pending_overdue_due_in_period": (0, 1),
        "withdrawn_due_in_period": (0, 1),
        "resolved_before_period": (1, 1),
    }
    only_u2 = bridge(answers.ii06a(Q2, LATER, "U2", bridged=True), "D2", "D5")
    assert (only_u2.start.d, only_u2.end.d, only_u2.differences) == (1, 1, ())


def test_a_carry_over_is_the_pending_of_the_period_before(store: Store) -> None:
    known = [
        Known(said(accepted("2026-03-20"), "2026-03-01", subject="1"), at("2026-03-01")),
        Known(said(RESOLVED, "2026-03-14T23:00:00", subject="2"), at("2026-05-01")),
        Known(said(accepted("2026-03-20"), "2026-03-01", subject="2"), at("2026-03-01")),
    ]
    answers = filled(store, [unit("U1"), *known])
    assert answers.ii06a(Q2.previous(), at("2026-03-20")).total.pending_total == 2
    form = answers.ii06a(Q2, LATER)
    assert (form.total.carried_over, answers.ii06a(Q2.previous(), LATER).total.pending_total) == (1, 1)
    assert "identity_broken" not in {flag.code for flag in form.flags}
