from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tests.reference.dossier_fold import DOSSIER_FACTS, DUE_GIVERS, ENDS, Known, fold
from tests.reference.form_ii06a import form_of_facts
from tests.reference.strategies import (
    DEFINITIONS,
    Question,
    dossier_facts,
    facts,
    instants,
    lifelike_dossiers,
    permuted_and_cut,
    questions,
)
from tests.unit.reference.story import FOREVER, UNHURRIED

SEARCH = settings(UNHURRIED, max_examples=20_000, phases=[Phase.generate], database=None)


def types(known: list[Known]) -> set[str | None]:
    return {one.event.WhichOneof("fact") for one in known}


@UNHURRIED
@given(dossier_facts())
def test_every_fact_is_recorded_when_it_occurred_or_later(known: list[Known]) -> None:
    assert all(one.recorded_at_ms >= one.event.occurred_at_ms for one in known)
    assert 1 <= len({one.event.subject for one in known}) <= 4


@pytest.mark.parametrize("fact", DOSSIER_FACTS)
def test_every_fact_of_a_dossier_can_come(fact: str) -> None:
    find(facts(), lambda drawn: snake(type(drawn).__name__) == f"_{fact}", settings=SEARCH)


def test_the_lists_of_facts_are_of_dossiers() -> None:
    assert {*DUE_GIVERS, *ENDS} <= set(DOSSIER_FACTS)


def test_ties_corrections_and_retractions_of_corrections_come() -> None:
    def has_a_tie(known: list[Known]) -> bool:
        events = {one.event.event_id: one.event for one in known}.values()
        places = Counter((event.subject, event.WhichOneof("fact"), event.occurred_at_ms) for event in events)
        return max(places.values()) > 1

    def retracts_a_correction(known: list[Known]) -> bool:
        corrections = {one.event.event_id: one.event.subject for one in known if one.event.replaces}
        return any(
            one.event.WhichOneof("fact") == "retraction" and corrections.get(one.event.replaces) == one.event.subject
            for one in known
        )

    def names_another_dossier(known: list[Known]) -> bool:
        subjects = {one.event.event_id: one.event.subject for one in known}
        return any(subjects.get(one.event.replaces, one.event.subject) != one.event.subject for one in known)

    def names_nothing(known: list[Known]) -> bool:
        identities = {one.event.event_id for one in known}
        return any(one.event.replaces and one.event.replaces not in identities for one in known)

    def recorded_twice(known: list[Known]) -> bool:
        times: dict[bytes, set[int]] = {}
        for one in known:
            times.setdefault(one.event.event_id, set()).add(one.recorded_at_ms)
        return any(len(at) > 1 for at in times.values())

    for wanted in (has_a_tie, retracts_a_correction, names_another_dossier, names_nothing, recorded_twice):
        find(dossier_facts(), wanted, settings=SEARCH)


def test_an_end_before_the_receipt_comes() -> None:
    find(
        dossier_facts(),
        lambda known: any(state.ended_before_receipt for state in fold(known, as_of_ms=FOREVER).values()),
        settings=SEARCH,
    )


@pytest.mark.parametrize(
    "column",
    [
        "received_online",
        "received_direct",
        "carried_over",
        "resolved_early",
        "resolved_on_time",
        "resolved_late",
        "resolved_no_due",
        "pending_in_time",
        "pending_overdue",
        "pending_no_due",
    ],
)
def test_every_column_of_the_form_can_be_filled(column: str) -> None:
    def fills(drawn: tuple[list[Known], Question]) -> bool:
        known, asked = drawn
        answer = form_of_facts(known, **dataclasses.asdict(asked), procedures=DEFINITIONS)
        return bool(answer["total"][column])

    find(st.tuples(lifelike_dossiers(), questions()), fills, settings=SEARCH)


@UNHURRIED
@given(st.lists(st.integers(0, 9), max_size=6), st.data())
def test_batches_hold_every_item_and_no_other(items: list[int], data: st.DataObject) -> None:
    batches = data.draw(permuted_and_cut(items))
    assert {item for batch in batches for item in batch} == set(items)
    assert all(batches)


@UNHURRIED
@given(instants())
def test_instants_are_positive(at_ms: int) -> None:
    assert at_ms > 0


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
