"""Random sets of facts, corrections and definitions among them: both stores say the same of all of them."""

from __future__ import annotations

from dataclasses import replace

from cchc.clock import FixedClock
from cchc.store.server.clickhouse import ClickHouseStore
from services.aggregator.consume import Aggregator
from services.aggregator.generations import Generations
from tests.integration.fold.compared import said_by_store
from tests.integration.fold.drawn import adversarial_sets, calendar_facts, definition_facts, drawn, numbered
from tests.integration.fold.filled import dice, log_of
from tests.integration.parity.both import Both
from tests.reference.strategies import questions


def test_forms_of_random_sets_and_a_rebuild_of_them(both: Both, server: ClickHouseStore) -> None:
    sets = numbered(drawn(adversarial_sets(), 200))
    reference = [*max(drawn(calendar_facts(), 5), key=len), *max(drawn(definition_facts(), 5), key=len)]
    facts = [known for one in sets for known in one.known]
    asked = [replace(question, units=None) for question in drawn(questions(), 5)]
    generations = Generations(server, FixedClock(0))
    with log_of([*reference, *facts], dice(1)) as log:
        Aggregator(log, both, span_bytes=100_000).catch_up()
        answers = [said_by_store(both, question) for question in asked]
        Aggregator(log, generations.live()).catch_up()
        assert generations.rebuild(log) > len(facts)
    assert {"cchc_g2", "cchc_meta"} <= set(server.databases())
    assert "cchc_g1" not in server.databases()
    assert [said_by_store(generations.live(), question) for question in asked] == answers
    assert all(answers)
