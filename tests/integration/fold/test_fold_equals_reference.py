from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from cchc.api.intake.v1.intake_pb2 import DUE_BASIS_UNSPECIFIED
from cchc.dossier.fold import ATTRIBUTES, ENDS, fold
from cchc.log.batch import FACT_TYPES
from cchc.store.port import Store
from services.report.dossiers_in_period import dossiers_in_period
from tests.integration.fold.compared import Asked, ask, assert_same, said_by_store, said_by_witness
from tests.integration.fold.drawn import FactSet, adversarial_sets, calendar_facts, drawn, numbered, outspoken_sets
from tests.integration.fold.filled import Databases, dice
from tests.reference import dossier_fold, strategies
from tests.reference.dossier_fold import DossierState, Known
from tests.reference.strategies import questions

ROUNDS = 4
SETS = 260
QUESTIONS = 7


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_forms_of_random_sets_are_those_of_the_witness(databases: Databases, turn: int) -> None:
    sets = numbered(drawn(adversarial_sets(), SETS, turn=turn))
    calendar = max(drawn(calendar_facts(), 5, turn=turn), key=len)
    with databases.holding([*calendar, *everything(sets)], dice(turn)) as store:
        for question in drawn(questions(), QUESTIONS, turn=turn):
            assert_same(databases, store, sets, Asked(of_all_units(question), calendar))


def test_a_form_of_some_units_has_the_dossiers_of_these_units_only(databases: Databases) -> None:
    sets = numbered(drawn(adversarial_sets(), 60))
    units = frozenset(f"{number}/{unit}" for number in range(0, 60, 2) for unit in ("", "H01.1", "H01.3"))
    (question,) = drawn(questions(), 1)
    asked = Asked(dataclasses.replace(question, units=units))
    with databases.holding(everything(sets), dice(0)) as store:
        assert said_by_store(store, asked.question) == said_by_witness(sets, asked)


@pytest.mark.parametrize("gaps", [False, True])
def test_where_every_due_time_is_said_the_limits_are_not_asked_unless_a_basis_hangs_on_them(
    databases: Databases, gaps: bool
) -> None:
    sets = numbered(drawn(outspoken_sets(gaps=gaps), 150))
    with databases.holding(everything(sets), dice(1)) as store:
        for question in map(of_all_units, drawn(questions(), 5)):
            asked = ask(store, question)
            assert asked.must_derive(store) <= gaps
            assert_same(databases, store, sets, Asked(question))
            if not asked.must_derive(store):
                assert rows(store, question, derive=True) == rows(store, question, derive=False)


def test_a_basis_that_no_fact_says_follows_the_limit_only_while_the_procedure_is_in_force(databases: Databases) -> None:
    sets = [
        one
        for one in numbered(drawn(outspoken_sets(gaps=True), 150))
        if any(
            known.event.WhichOneof("fact") == "dossier_accepted"
            and known.event.dossier_accepted.due_basis == DUE_BASIS_UNSPECIFIED
            for known in one.known
        )
    ]
    last = max(known.recorded_at_ms for known in everything(sets))
    (question,) = drawn(questions(), 1)
    with databases.holding(everything(sets), dice(2)) as store:
        question = dataclasses.replace(of_all_units(question), as_of_ms=last)
        assert ask(store, question).must_derive(store)


def test_every_attribute_of_a_dossier_is_that_of_the_witness(databases: Databases) -> None:
    sets = numbered(drawn(adversarial_sets(), 200))
    with databases.holding(everything(sets), dice(3)) as store:
        for question in drawn(questions(), 4):
            states = {
                state.subject: attributes_of(state)
                for one in sets
                for state in dossier_fold.fold(one.known, as_of_ms=question.as_of_ms).values()
            }
            names = tuple(next(iter(states.values())))
            sql = f"SELECT subject, {', '.join(names)} FROM ({fold(names)})"  # noqa: S608 — names of attributes
            folded = {
                row["subject"]: {name: row[name] for name in names}
                for row in store.query(sql, {"as_of": question.as_of_ms}).dicts()
            }
            nothing = dict.fromkeys(names, 0) | dict.fromkeys(_TEXTS, "")
            differing = {
                (subject, name, said, folded.get(subject, nothing)[name])
                for subject, state in states.items()
                for name, said in state.items()
                if folded.get(subject, nothing)[name] != said
            }
            assert not differing
            assert folded.keys() <= states.keys()


_TEXTS = ("procedure", "field", "receiving_unit", "unit", "declined_unit", "submitted_field")
_END_TYPES = {way: FACT_TYPES[name] for name, way in dossier_fold.ENDS.items()}


def attributes_of(state: DossierState) -> dict[str, Any]:
    """What the fold must say of a dossier in this state, but for due times."""
    standing = "dossier_accepted" if state.accepted else "dossier_declined" if state.declined else ""
    attributes = {
        "standing": FACT_TYPES.get(standing, 0),
        "received_at": state.received_at_ms or 0,
        "procedure": state.procedure,
        "field": state.field,
        "channel": state.channel,
        "receiving_unit": state.receiving_unit,
        "unit": state.unit,
        "end_type": _END_TYPES.get(state.end or "", 0),
        "ended_at": state.ended_at_ms or 0,
        "end_known_at": state.end_known_at_ms or 0,
        "outcome": state.outcome,
        "declined_at": state.declined_at_ms or 0,
        "declined_unit": state.declined_unit,
        "submitted_at": state.submitted_at_ms or 0,
        "delivered_at": state.delivered_at_ms or 0,
        "electronic_result": flag(state.electronic_result),
        "digitised": flag(state.digitised),
        "filed_by_official": flag(state.filed_by_official if state.submitted_at_ms else None),
        "obligation": int(state.obligation_arose),
        "paid_online": int(state.paid_online),
        "supplement_requests": state.supplement_requests,
    }
    assert attributes.keys() <= ATTRIBUTES.keys()
    return attributes


def flag(said: bool | None) -> int:
    return 0 if said is None else 1 if said else 2


def test_the_witness_knows_every_end() -> None:
    assert set(_END_TYPES.values()) == set(ENDS)


def everything(sets: Sequence[FactSet]) -> list[Known]:
    return [known for one in sets for known in one.known]


def of_all_units(question: strategies.Question) -> strategies.Question:
    return dataclasses.replace(question, units=None)


def rows(store: Store, question: strategies.Question, *, derive: bool) -> list[tuple[Any, ...]]:
    sql = f"SELECT * FROM ({dossiers_in_period(derive=derive)}) ORDER BY subject"  # noqa: S608 — the product's own
    return store.query(sql, ask(store, question).parameters(store)).rows
