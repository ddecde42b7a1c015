from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Sequence, Set
from typing import Any

import pytest

from cchc.clock import FixedClock
from cchc.log.batch import encode
from cchc.log.memory import MemoryLog
from cchc.log.port import Log, Prefix
from cchc.store.port import Store
from services.aggregator.columns import span_of
from services.aggregator.consume import Aggregator
from services.report.form_query import form_counts
from services.report.index_dossiers import DOSSIER_RATIOS, STEP_RATIOS, USED, dossier_figures, step_counts
from services.report.index_on_time import on_time_counts
from tests.integration.fold.compared import ask
from tests.integration.fold.drawn import adversarial_sets, calendar_facts, drawn, numbered
from tests.integration.fold.filled import Databases, dice, log_of
from tests.reference.dossier_fold import Known
from tests.reference.strategies import Question, permuted_and_cut, questions

Arrangement = Callable[[Sequence[Known], random.Random], MemoryLog]

NOW = 1_790_000_000_000
"""Later than every fact of the sets."""


def another_order(known: Sequence[Known], throws: random.Random) -> MemoryLog:
    """Recorded at the same times, cut and shuffled otherwise."""
    return log_of(known, throws, again=0)


def every_fact_again(known: Sequence[Known], throws: random.Random) -> MemoryLog:
    """Each fact recorded a second time when the last one was."""
    return log_of(known, throws, again=1)


def one_batch_a_fact(known: Sequence[Known], throws: random.Random) -> MemoryLog:
    """Each alone, and backwards where the times of recording allow it."""
    clock = FixedClock(0)
    log = MemoryLog(clock, partitions=2)
    backwards = list(reversed(known))
    backwards.sort(key=lambda one: one.recorded_at_ms)
    for number, one in enumerate(backwards):
        clock.put(one.recorded_at_ms)
        log.append([encode([one.event])], key=str(number + throws.randrange(2)))
    return log


@pytest.fixture(scope="module")
def known() -> list[Known]:
    calendar = max(drawn(calendar_facts(), 5), key=len)
    return [*calendar, *(known for one in numbered(drawn(adversarial_sets(), 120)) for known in one.known)]


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    return [dataclasses.replace(question, units=None) for question in drawn(questions(), 2)]


@pytest.fixture(scope="module")
def answers(databases: Databases, known: list[Known], asked: list[Question]) -> list[Any]:
    with databases.holding(known, dice(1), again=0) as store:
        return [figures(store, question) for question in asked]


@pytest.mark.parametrize("arranged", [another_order, every_fact_again, one_batch_a_fact])
def test_neither_order_nor_repetition_nor_cuts_change_a_figure(
    databases: Databases, known: list[Known], asked: list[Question], answers: list[Any], arranged: Arrangement
) -> None:
    with databases.empty() as store, arranged(known, dice(2)) as log:
        take_in(log, store, span_bytes=3_000 if arranged is another_order else 200_000)
        assert [figures(store, question) for question in asked] == answers


def test_the_times_of_recording_change_nothing_once_all_is_known(
    databases: Databases, known: list[Known], asked: list[Question]
) -> None:
    settled = dataclasses.replace(asked[0], as_of_ms=NOW)
    backwards = sorted(known, key=lambda one: one.event.occurred_at_ms, reverse=True)
    late = [Known(one.event, NOW - len(known) + number) for number, one in enumerate(backwards)]
    # When an end became known is itself a figure.
    recorded = {"late_keyed"}
    with databases.holding(known, dice(1)) as first, databases.holding(late, dice(2)) as second:
        assert form(second, settled, without=recorded) == form(first, settled, without=recorded)


def test_a_span_that_is_inserted_again_after_a_crash_counts_once(
    databases: Databases, known: list[Known], asked: list[Question], answers: list[Any]
) -> None:
    with databases.empty() as store, log_of(known, dice(3)) as log:
        take_in(log, store, span_bytes=50_000)
        records = log.read(Prefix(), limit=10_000)
        for table, columns in span_of(records[: len(records) // 2]).tables.items():
            store.insert(table, columns)
        assert [figures(store, question) for question in asked] == answers


def test_an_answer_as_of_then_is_the_answer_of_a_log_that_ends_then(databases: Databases, known: list[Known]) -> None:
    (question,) = drawn(questions(), 1)
    times = sorted({one.recorded_at_ms for one in known})
    with databases.holding(known, dice(1)) as whole:
        for as_of_ms in (times[len(times) // 3], times[2 * len(times) // 3] - 1):
            asked = dataclasses.replace(question, units=None, as_of_ms=as_of_ms)
            then = [one for one in known if one.recorded_at_ms <= as_of_ms]
            with databases.holding(then, dice(3), again=0) as cut:
                assert figures(whole, asked) == figures(cut, asked)


def test_batches_of_any_cut_hold_the_same_facts(databases: Databases) -> None:
    known = [one for each in numbered(drawn(adversarial_sets(), 8)) for one in each.known]
    question = dataclasses.replace(drawn(questions(), 1)[0], as_of_ms=NOW, units=None)
    forms = []
    for batches in drawn(permuted_and_cut([one.event for one in known]), 4):
        with databases.empty() as store, MemoryLog(FixedClock(NOW), partitions=3) as log:
            for number, batch in enumerate(batches):
                log.append([encode(batch)], key=str(number))
            take_in(log, store)
            forms.append(form(store, question))
    assert forms[0]
    assert all(one == forms[0] for one in forms)


def take_in(log: Log, store: Store, *, span_bytes: int = 5_000_000) -> None:
    Aggregator(log, store, span_bytes=span_bytes).catch_up()


def figures(store: Store, question: Question) -> list[Any]:
    """The form's counts, and all that indicators are made of."""
    asked = ask(store, question)
    return [
        form_counts(store, asked),
        dossier_figures(store, asked, DOSSIER_RATIOS, USED),
        step_counts(store, asked, tuple(STEP_RATIOS)),
        on_time_counts(store, asked),
    ]


def form(store: Store, question: Question, *, without: Set[str] = frozenset()) -> list[dict[str, Any]]:
    rows = form_counts(store, ask(store, question))
    return [{name: figure for name, figure in row.items() if name not in without} for row in rows]
