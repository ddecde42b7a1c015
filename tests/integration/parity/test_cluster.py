"""A cluster of two shards says the same as one embedded store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from cchc.calendar.periods import parse_period
from cchc.calendar.vietnam_time import end_of_day_ms
from cchc.clock import FixedClock
from cchc.log.memory import MemoryLog
from cchc.store.cluster.cluster import ClusterStore
from cchc.store.migrate import migrate
from cchc.store.server.settings import ClickHouseSettings
from cchc.testing.store_directory import StoreDirectory
from services.aggregator.consume import Aggregator
from services.aggregator.quarantine import Quarantine
from services.intake.known import KnownFacts
from services.report.form_answer import FormAnswers
from services.report.index_answer import IndexAnswers
from services.report.question import Question
from services.simulator.filling import fill_log
from services.simulator.plan import Plan
from services.simulator.province import simulate
from tests.integration.fold.compared import said_by_store
from tests.integration.fold.drawn import adversarial_sets, calendar_facts, definition_facts, drawn, numbered
from tests.integration.fold.filled import dice, log_of
from tests.integration.parity.both import Both
from tests.integration.parity.whole_quarter import check_quarter
from tests.reference.strategies import questions
from tests.servers import Address

HALF_YEAR = Plan(seed=7, communes=5, departments=2, dossiers=3_000, first=date(2025, 10, 1), last=date(2026, 3, 31))
LATER_MS = end_of_day_ms(HALF_YEAR.last) + 1


@pytest.fixture
def both(store_directory: StoreDirectory, clickhouse_cluster: Address) -> Iterator[Both]:
    """The embedded store, and two shards of a server each."""
    settings = ClickHouseSettings(str(clickhouse_cluster), cluster="sharded", prefix=f"p{uuid4().hex}_")
    cluster = ClusterStore(settings).open()
    cluster.create_database("g1")
    with store_directory.database() as embedded:
        both = Both(embedded, cluster.in_database("g1"))
        migrate(both, FixedClock(0))
        assert migrate(both, FixedClock(0)) == []
        yield both
    cluster.drop_database("g1")
    assert cluster.databases() == []
    cluster.close()


def test_every_answer_about_a_province_on_two_shards(both: Both) -> None:
    clock = FixedClock(0)
    with MemoryLog(clock, partitions=2) as log:
        fill_log(simulate(HALF_YEAR), log, clock)
        log.append([b"\xff rubbish"])
        Aggregator(log, both, span_bytes=300_000).catch_up()
        assert Aggregator(log, both).catch_up() == 0
    parts = both.query_by_subject("SELECT uniqExact(subject) FROM fact WHERE 1")
    assert both.query("SELECT uniqExact(subject) FROM fact").rows == parts.rows
    answers = FormAnswers(both, Quarantine(both).count)
    assert answers.ii06a(parse_period("2026Q1"), LATER_MS).total.received_total > 500
    assert answers.by_unit(parse_period("202602", "calendar"), LATER_MS)
    for criteria in ("qd766", "tt01-2018"):
        assert IndexAnswers(both, Quarantine(both).count).index(criteria, "2026Q1", LATER_MS).units
    subjects = [row[0] for row in both.query("SELECT DISTINCT subject FROM fact ORDER BY subject LIMIT 3000").rows]
    assert len(KnownFacts(both).of(subjects, "one-stop")) == len(subjects)


def test_random_sets_with_corrected_and_retracted_definitions_on_two_shards(both: Both) -> None:
    sets = numbered(drawn(adversarial_sets(), 150))
    definitions = [known for drawn_set in drawn(definition_facts(), 30) for known in drawn_set]
    reference = [*max(drawn(calendar_facts(), 10), key=len), *definitions]
    with log_of([*reference, *(known for one in sets for known in one.known)], dice(3)) as log:
        Aggregator(log, both).catch_up()
    for question in drawn(questions(), 3):
        assert said_by_store(both, replace(question, units=None))
        Question.ask(both, parse_period("2026Q1"), question.as_of_ms)


def test_every_question_about_the_registers_of_a_quarter_on_two_shards(both: Both) -> None:
    check_quarter(both)
