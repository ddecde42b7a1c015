from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

from cchc.api.intake.v1.intake_pb2 import DUE_BASIS_DAY, DossierAccepted
from cchc.api.log.v1.event_pb2 import Event
from cchc.dossier.fold import ACCEPTED, TRANSFERRED
from cchc.dossier.numbering import Codes, unit_and_field
from cchc.dossier.regular import odd_subjects, regular_state, repeated_subjects
from cchc.store.port import Store
from services.report.form_query import form_counts
from tests.integration.fold.compared import Asked, ask, assert_same
from tests.integration.fold.drawn import adversarial_sets, drawn, numbered, outspoken_sets
from tests.integration.fold.filled import Databases, dice
from tests.integration.fold.test_decided_cases import PERIOD
from tests.reference.dossier_fold import Known
from tests.reference.strategies import questions
from tests.unit.reference.story import at, said

_DOSSIERS = 150


def test_drawn_dossiers_are_regular_odd_and_repeated(databases: Databases) -> None:
    sets = [*drawn(adversarial_sets(), 100), *drawn(outspoken_sets(gaps=False), 100)]
    known = [known for one in numbered(sets) for known in one.known]
    last = max(one.recorded_at_ms for one in known)
    with databases.holding(known, dice(0)) as store:
        regular = _count(store, f"{regular_state(derive=False, hours=False)} AND NOT repeated", last)
        odd = _count(store, f"{odd_subjects(derive=False, hours=False)} GROUP BY subject_number", last)
        repeated = _count(store, repeated_subjects(derive=False, hours=False), last)
        accepted = _count(store, f"SELECT DISTINCT subject FROM fact WHERE fact_type = {ACCEPTED}", last)  # noqa: S608 — a number
    assert min(regular, odd, repeated) >= 10
    assert regular + odd + repeated >= accepted


def test_facts_said_again_make_dossiers_repeated_and_change_no_form(databases: Databases) -> None:
    sets = numbered(drawn(outspoken_sets(gaps=True), 100))
    known = [known for one in sets for known in one.known]
    (question,) = drawn(questions(), 1)
    question = dataclasses.replace(question, units=None)
    with databases.holding(known, dice(1), again=1) as store:
        assert_same(databases, store, sets, Asked(question))


def test_units_whose_numbers_are_equal_are_counted_by_their_codes(databases: Databases) -> None:
    with databases.empty() as store:
        one, other = _codes_with_equal_numbers(store)
    facts = [_accepted(code) for code in (one, other, f"{one}-")]
    with databases.holding([Known(fact, at("2026-03-12")) for fact in facts], dice(2)) as store:
        assert Codes(store).by_number({-1}) is None
        lines = form_counts(store, ask(store, PERIOD))
        assert {line["unit"]: line["received_online"] + line["received_direct"] for line in lines} == {
            one: 1,
            other: 1,
            f"{one}-": 1,
        }


def test_codes_that_came_after_the_last_look_are_found(databases: Databases) -> None:
    with databases.holding([Known(_accepted("H01.1"), at("2026-03-12"))], dice(3)) as store:
        codes = Codes(store)
        assert [line["unit"] for line in form_counts(store, ask(store, PERIOD), codes=codes)] == ["H01.1"]
        store.execute(
            "INSERT INTO fact (subject, fact_type, unit, occurred_at, recorded_at, id_hi, due_at, due_basis)"
            " SELECT 'H01.2', fact_type, 'H01.2', occurred_at, recorded_at, id_hi + 1, due_at, due_basis FROM fact"
        )
        assert [line["unit"] for line in form_counts(store, ask(store, PERIOD), codes=codes)] == ["H01.1", "H01.2"]


def test_what_comes_in_while_a_form_is_counted_is_in_it_wholly_or_not_at_all(databases: Databases) -> None:
    facts = [Known(_accepted("H01.1", f"D-{number}"), at("2026-03-12")) for number in range(_DOSSIERS)]
    with databases.holding(facts, dice(4)) as store, ThreadPoolExecutor(1) as aside:
        transfers = aside.submit(_transfer_each, store)
        codes, forms = Codes(store), []
        while not transfers.done():
            forms.append(form_counts(store, ask(store, PERIOD), codes=codes))
        transfers.result()
        forms.append(form_counts(store, ask(store, PERIOD), codes=codes))
    places = [{line["unit"]: line["received_direct"] + line["received_online"] for line in lines} for lines in forms]
    assert [sum(counts.values()) for counts in places] == [_DOSSIERS] * len(forms)
    transferred = [counts.get("H01.2", 0) for counts in places]
    assert transferred == sorted(transferred)
    assert transferred[-1] == _DOSSIERS
    assert len(set(transferred)) > 2, "some forms were asked for meanwhile"


def test_a_place_is_the_number_of_its_unit_and_the_number_of_its_field() -> None:
    assert unit_and_field(7 * 2**32 + 9) == (7, 9)


def _accepted(code: str, dossier: str | None = None) -> Event:
    """A regular dossier of the unit with this code, and by the same code unless it has its own."""
    accepted = DossierAccepted(due_at_ms=at("2026-03-10"), due_basis=DUE_BASIS_DAY)
    return said(accepted, "2026-03-02", subject=dossier or code, unit=code)


def _transfer_each(store: Store) -> None:
    """One dossier after another, each with an insert of its own: regular before it, odd after it."""
    for number in range(_DOSSIERS):
        store.execute(
            f"""INSERT INTO fact (subject, fact_type, unit, party, occurred_at, recorded_at, id_hi)
                SELECT subject, {TRANSFERRED}, unit, 'H01.2', occurred_at + 1, recorded_at, id_hi + 1 FROM fact
                WHERE subject = 'D-{number}'"""  # noqa: S608 — numbers
        )


def _count(store: Store, sql: str, as_of_ms: int) -> int:
    return int(store.query(f"SELECT count() FROM ({sql})", {"as_of": as_of_ms}).scalar())  # noqa: S608 — the product's own


def _codes_with_equal_numbers(store: Store) -> tuple[str, str]:
    """Two texts that have the same 32 bits, found by trying."""
    sql = """
        SELECT min(text), max(text) FROM (
            SELECT concat('H', toString(number)) AS text, bitAnd(cityHash64(text), 4294967295) AS half
            FROM numbers(1000000))
        GROUP BY half HAVING count() > 1 LIMIT 1"""
    ((one, other),) = store.query(sql).rows
    return one, other
