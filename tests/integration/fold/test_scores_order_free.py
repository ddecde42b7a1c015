"""A thousand random sets of facts give the same forms and scores, however they are ordered, repeated and cut."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

import pytest

from cchc.api.log.v1.event_pb2 import Event
from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_COMMUNE, UNIT_TYPE_DEPARTMENT, UnitDefined
from cchc.calendar.periods import free_window
from cchc.calendar.vietnam_time import epoch_day
from cchc.log.batch import make_event
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from services.report.form_query import form_counts
from services.report.index_answer import IndexAnswers
from tests.integration.fold.compared import ask
from tests.integration.fold.drawn import LONG_AGO, adversarial_sets, calendar_facts, drawn, numbered
from tests.integration.fold.filled import Databases, dice
from tests.integration.fold.test_order_free import Arrangement, another_order, every_fact_again, one_batch_a_fact
from tests.reference.dossier_fold import Known
from tests.reference.strategies import Question, questions

Answer: TypeAlias = tuple[list[dict[str, Any]], dict[str, Any]]
"""Counts of the form, and the index."""

ROUNDS = 4
SETS = 250
LEAST_SCORED = 50
"""Criteria with points, of some hundreds that are asked about: how many there are is left to the draw."""
CRITERIA = ("qd766", "tt01-2018")
ARRANGEMENTS: tuple[tuple[Arrangement, int], ...] = (
    (another_order, 20_000),
    (every_fact_again, 5_000_000),
    (one_batch_a_fact, 300_000),
)
"""How the facts are recorded, and how many bytes are taken in at once."""


# One test for all arrangements: what they are compared with is dear, and tests are spread over processes.
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_thousand_sets_give_the_same_forms_and_scores_in_any_arrangement(databases: Databases, turn: int) -> None:
    known = known_of(turn)
    asked = questions_about(known, turn)
    with databases.holding(known, dice(turn), again=0) as store:
        answers = said(store, asked)
    assert scored(answers) >= LEAST_SCORED
    for arranged, span_bytes in ARRANGEMENTS:
        with databases.empty() as store, arranged(known, dice(ROUNDS + turn)) as log:
            Aggregator(log, store, span_bytes=span_bytes).catch_up()
            assert said(store, asked) == answers, arranged.__name__


def known_of(turn: int) -> list[Known]:
    """The facts of many sets, and the units that they name: each is ranked."""
    facts = [one for each in numbered(drawn(adversarial_sets(), SETS, turn=turn)) for one in each.known]
    calendar = max(drawn(calendar_facts(), 5, turn=turn), key=len)
    return [*units_of(facts), *calendar, *facts]


def questions_about(known: Sequence[Known], turn: int) -> list[Question]:
    """A question when all is known, of a window in which many dossiers end; and any one."""
    last = max(one.recorded_at_ms for one in known)
    (other,) = drawn(questions(), 1, turn=turn)
    return [
        Question(first=date(2026, 1, 1), last=date(2026, 3, 31), units=None, as_of_ms=last),
        dataclasses.replace(other, units=None),
    ]


def scored(answers: Iterable[Answer]) -> int:
    """How many criteria have points."""
    leaves = (leaf for _, index in answers for unit in index["units"] for leaf in unit["criteria"])
    return sum(leaf["state"] == "scored" for leaf in leaves)


def said(store: Store, asked: Sequence[Question]) -> list[Answer]:
    """Forms and the index of every unit, by a criteria set for each question."""
    index = IndexAnswers(store, lambda _: 0)
    return [
        (
            form_counts(store, ask(store, question)),
            index.index(criteria, free_window(question.first, question.last), question.as_of_ms).as_json(),
        )
        for criteria, question in zip(CRITERIA, asked, strict=True)
    ]


def units_of(known: Iterable[Known]) -> list[Known]:
    """Definitions of all units that handle dossiers: communes, and some departments."""
    codes = {one.event.unit_code for one in known} | {one.event.dossier_transferred.to_unit_code for one in known}
    return [Known(_defined(code), LONG_AGO) for code in sorted(codes) if code]


def _defined(code: str) -> Event:
    kind = UNIT_TYPE_DEPARTMENT if zlib.crc32(code.encode()) % 4 == 0 else UNIT_TYPE_COMMUNE
    defined = UnitDefined(
        unit_code=code, name=f"Đơn vị {code}", type=kind, valid_from_day=epoch_day(date(2020, 1, 1)), decision="1/QĐ"
    )
    return make_event(defined, source_system="danh-muc", subject=code, unit_code=code, occurred_at_ms=LONG_AGO)
