from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc.calendar.periods import free_window
from cchc.testing.store_directory import StoreDirectory
from services.report.bridge import bridge
from tests.integration.report.filled import filled, procedure, unit
from tests.reference.dossier_fold import Known
from tests.reference.form_ii06a import form_of_facts
from tests.reference.strategies import DEFINITIONS as PROCEDURES
from tests.reference.strategies import UNITS, Question, dossier_facts, lifelike_dossiers, questions

FACTS = st.one_of(dossier_facts(), lifelike_dossiers())
# Each example fills a database of its own; the store takes a second to plan each of its two or three questions.
PATIENT = settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
REFERENCE = [*map(procedure, PROCEDURES), unit("H01"), *(unit(code, "H01") for code in UNITS)]


@PATIENT
@given(known=FACTS, question=questions())
def test_the_form_of_any_facts_is_the_slow_one_and_breaks_no_identity(
    store_directory: StoreDirectory, known: list[Known], question: Question
) -> None:
    period, as_of_ms = free_window(question.first, question.last), question.as_of_ms
    with store_directory.database() as store:
        answers = filled(store, [*REFERENCE, *known])
        whole = answers.ii06a(period, as_of_ms)
        forms = answers.by_unit(period, as_of_ms)

    slow = form_of_facts(known, first=question.first, last=question.last, as_of_ms=as_of_ms, procedures=PROCEDURES)
    told = whole.as_json()
    assert {key: told[key] for key in slow} == slow
    assert "identity_broken" not in {flag.code for flag in whole.flags}, "the carry-over is among what was checked"

    for code, form in forms.items():
        below = frozenset(UNITS) | {"H01"} if code == "H01" else frozenset({code})
        alone = form_of_facts(
            known, first=question.first, last=question.last, as_of_ms=as_of_ms, procedures=PROCEDURES, units=below
        )
        told = form.as_json()
        assert {key: told[key] for key in alone} == alone
        assert "identity_broken" not in {flag.code for flag in form.flags}
    apart = [form for code, form in forms.items() if code not in UNITS]
    for column, count in whole.total.figures().items():
        assert sum(form.total.figures()[column] for form in apart) == count


@PATIENT
@given(known=FACTS, question=questions())
def test_the_bridge_to_the_dossiers_falling_due_is_exact_for_any_facts(
    store_directory: StoreDirectory, known: list[Known], question: Question
) -> None:
    period = free_window(question.first, question.last)
    with store_directory.database() as store:
        crossing = bridge(
            filled(store, [*REFERENCE, *known]).ii06a(period, question.as_of_ms, bridged=True), "D1", "D5"
        )
    slow = form_of_facts(
        known, first=question.first, last=question.last, as_of_ms=question.as_of_ms, procedures=PROCEDURES
    )["on_time"]
    assert (crossing.start.n, crossing.start.d) == (slow["D1"]["n"], slow["D1"]["d"])
    assert (crossing.end.n, crossing.end.d) == (slow["D5"]["n"], slow["D5"]["d"])
    assert crossing.end.n == crossing.start.n + sum(step.n for step in crossing.differences)
    assert crossing.end.d == crossing.start.d + sum(step.d for step in crossing.differences)
    for step in crossing.differences:
        if step.code == "resolved_before_period":
            assert step.n == step.d > 0, "whoever was resolved before the period was early"
