from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc.calendar.periods import free_window
from cchc.testing.store_directory import StoreDirectory
from services.report.identities import broken_in_form
from services.report.on_time import DEFINITIONS
from tests.integration.report.filled import filled, procedure, unit
from tests.reference.dossier_fold import Known
from tests.reference.form_ii06a import form_of_facts
from tests.reference.strategies import DEFINITIONS as PROCEDURES
from tests.reference.strategies import UNITS, Question, dossier_facts, lifelike_dossiers, questions

FACTS = st.one_of(dossier_facts(), lifelike_dossiers())
PATIENT = settings(
    deadline=None,
    max_examples=40,
    # The store's directory is one for the process; each example has a database of its own in it.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
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
        crossings = {code: answers.bridge(period, as_of_ms, "D1", code) for code in DEFINITIONS}
        before = answers.ii06a(period.previous(), as_of_ms)

    slow = form_of_facts(known, first=question.first, last=question.last, as_of_ms=as_of_ms, procedures=PROCEDURES)
    told = whole.as_json()
    assert {key: told[key] for key in slow} == slow
    assert broken_in_form(whole, before) == []
    assert "identity_broken" not in {flag.code for flag in whole.flags}

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

    for crossing in crossings.values():
        assert crossing.end.n == crossing.start.n + sum(step.n for step in crossing.differences)
        assert crossing.end.d == crossing.start.d + sum(step.d for step in crossing.differences)
        assert all(not step.code.startswith("unexplained") for step in crossing.differences)
