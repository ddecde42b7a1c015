"""Every question of the project about a simulated province, asked of both stores."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cchc.api.log.v1.event_pb2 import Event
from cchc.calendar.periods import free_window, parse_period
from cchc.calendar.vietnam_time import end_of_day_ms, epoch_day
from cchc.clock import FixedClock
from cchc.log.batch import decode, encode, events, make_event
from cchc.log.memory import MemoryLog
from cchc.log.port import Prefix
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from services.aggregator.quarantine import Quarantine
from services.intake.definitions import DefinitionImport
from services.intake.known import KnownFacts
from services.report.due_in_period import due_in_period
from services.report.form_answer import FormAnswers
from services.report.form_query import form_counts
from services.report.index_answer import IndexAnswers
from services.report.question import Question
from services.report.rendering.form import render_form
from services.report.rendering.index import render_index
from services.simulator.filling import fill_log
from services.simulator.plan import Plan
from services.simulator.province import simulate
from tests.integration.parity.both import Both

YEAR = Plan(seed=11, communes=6, departments=3, dossiers=6_000, first=date(2025, 7, 1), last=date(2026, 6, 30))
LATER_MS = end_of_day_ms(YEAR.last) + 1
BEFORE_ALL_WAS_KNOWN_MS = end_of_day_ms(date(2026, 2, 10))
YEAR_BEGAN_MS = end_of_day_ms(YEAR.first)
RUBBISH = b"\xff\xfe rubbish"


class _Deriving(Question):
    """The same question where every due time is looked for among the procedures' limits."""

    def must_derive(self, store: Store) -> bool:  # noqa: ARG002 — the store need not be asked
        return True


def _redefined(log: MemoryLog) -> list[Event]:
    """Every other procedure from 16/02/2026 on: with a paper where there was none, and the other way round."""
    said = (event for record in log.records(Prefix()) for event in events(decode(record.payload)))
    defined = [event.procedure_defined for event in said if event.WhichOneof("fact") == "procedure_defined"]
    anew = []
    for fact in sorted(defined, key=lambda it: it.procedure_code)[::2]:
        fact.valid_from_day = epoch_day(date(2026, 2, 16))
        fact.paper_result, fact.digitisation_exempt = not fact.paper_result, not fact.digitisation_exempt
        subject = fact.procedure_code
        anew.append(make_event(fact, source_system="anew", subject=subject, unit_code="", occurred_at_ms=YEAR_BEGAN_MS))
    assert anew
    return anew


@pytest.fixture(scope="module")
def province(both: Both) -> Both:
    """Both stores, filled from one log through the numbered loop; one of its batches is rubbish.

    Within the first quarter of 2026 half the procedures are defined anew.
    """
    clock = FixedClock(0)
    with MemoryLog(clock, partitions=3) as log:
        fill_log(simulate(YEAR), log, clock)
        log.append([encode(_redefined(log))], key="procedures")
        log.append([RUBBISH], key="x")
        Aggregator(log, both, span_bytes=200_000).catch_up()
        assert Aggregator(log, both).catch_up() == 0
        assert Quarantine(both).redrive(log) == 0
    return both


@pytest.mark.parametrize(
    ("period", "calendar", "as_of_ms"),
    [
        ("2026Q1", "nd09", LATER_MS),
        ("2026Q1", "calendar", BEFORE_ALL_WAS_KNOWN_MS),
        ("2025S2", "calendar", LATER_MS),
    ],
)
def test_forms_of_all_and_of_every_unit(province: Both, period: str, calendar: str, as_of_ms: int) -> None:
    answers = FormAnswers(province, Quarantine(province).count)
    asked = parse_period(period, calendar)
    form = answers.ii06a(asked, as_of_ms)
    assert form.total.received_total > 100
    assert ('"quarantine"' in str(render_form(form, "json"))) == (as_of_ms == LATER_MS)
    answers.ii06a(asked, as_of_ms, "H99.101")
    assert len(answers.by_unit(asked, as_of_ms)) > YEAR.communes


def test_forms_whose_due_times_are_derived(province: Both) -> None:
    question = _Deriving.ask(province, parse_period("2026Q1"), LATER_MS)
    assert sum(row["due_derived"] for row in form_counts(province, question)) >= 0
    assert sum(due_in_period(province, question).values()) > 100


def test_forms_of_windows_that_begin_on_any_day(province: Both) -> None:
    for days in range(0, 300, 97):
        first = YEAR.first + timedelta(days)
        question = Question.ask(province, free_window(first, first + timedelta(17)), LATER_MS)
        assert form_counts(province, question)


@pytest.mark.parametrize("as_of_ms", [LATER_MS, BEFORE_ALL_WAS_KNOWN_MS])
@pytest.mark.parametrize("criteria", ["qd766", "tt01-2018"])
def test_indices_of_every_set(province: Both, criteria: str, as_of_ms: int) -> None:
    answers = IndexAnswers(province, Quarantine(province).count)
    answer = answers.index(criteria, "2026Q1", as_of_ms)
    assert '"scored"' in str(render_index(answer, "json"))


def test_what_an_import_asks_before_it_writes(province: Both) -> None:
    known = KnownFacts(province)
    assert known.source_is_new("chưa từng thấy")
    subjects = [row[0] for row in province.query("SELECT DISTINCT subject FROM fact ORDER BY subject").rows]
    assert len(known.of(subjects[:5_000], "one-stop")) == min(5_000, len(subjects))
    with MemoryLog(FixedClock(LATER_MS)) as log:
        for kind in ("units", "procedures", "calendar-days"):
            DefinitionImport(log, province, source_system="one-stop", now_ms=LATER_MS).run(kind, [])


def test_quarantine(province: Both) -> None:
    (entry,) = Quarantine(province).entries()
    assert entry.size == len(RUBBISH)
    assert Quarantine(province).count(LATER_MS) == 1
