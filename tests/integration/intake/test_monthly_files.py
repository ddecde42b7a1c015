"""A province's monthly files, imported in order, against the facts of the same province.

The form is the same to the last figure but for what a canonical file cannot say:

* when something was keyed: ``late_keyed``;
* when a due time was given anew, only that it was: in a period that ended *before* the new appointment, a pending
  dossier is judged by the new one (``pending_in_time``, ``pending_overdue``, ``falls_due``). In the period with which
  the files end nothing differs.

Nor can it say steps, suspensions, transfers as such, feedback, petitions, amounts, or that a dossier is open again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from cchc.calendar.periods import parse_period
from cchc.clock import FixedClock
from cchc.log.memory import MemoryLog
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory
from services.aggregator.consume import Aggregator
from services.report.form_query import COUNTS, form_counts
from services.report.question import Question
from services.simulator.files import write_files
from services.simulator.filling import fill_log
from services.simulator.plan import Plan
from services.simulator.province import simulate
from tests.integration.intake.desk import Desk, desk_in

LATER_MS = 4_000_000_000_000
PLAN = Plan(seed=3, communes=3, departments=1, dossiers=900, first=date(2026, 1, 12), last=date(2026, 3, 31))
UNSAID = {"late_keyed"}
UNSAID_OF_THE_PAST = {"pending_in_time", "pending_overdue", "falls_due"}

Counts = Counter[tuple[str, str, str]]


@dataclass
class Compared:
    """The same province twice: its facts in one store, its files at a desk."""

    facts: Store
    desk: Desk
    files: list[Path]


@pytest.fixture(scope="module")
def compared(store_directory: StoreDirectory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    folder = tmp_path_factory.mktemp("monthly")
    province = simulate(PLAN)
    files = [path for path in write_files(province, folder / "files") if path.name.startswith("dossiers-")]
    clock = FixedClock(0)
    with store_directory.database() as facts, desk_in(store_directory, folder) as desk:
        migrate(facts, clock)
        with MemoryLog(clock) as log:
            fill_log(province, log, clock)
            Aggregator(log, facts).catch_up()
        desk.reference("units", file=folder / "files" / "units.csv")
        desk.reference("procedures", file=folder / "files" / "procedures.csv")
        desk.chunk_rows = 100
        for file in files:
            assert desk.dossiers(file=file).rejected_rows == 0
        yield Compared(facts, desk, files)


def counts(store: Store, period: str, calendar: str) -> Counts:
    question = Question.ask(store, parse_period(period, calendar), LATER_MS)
    lines = form_counts(store, question)
    return Counter({(line["unit"], line["field"], name): line[name] for line in lines for name in COUNTS})


def differing(compared: Compared, period: str, calendar: str) -> Counts:
    said, told = (counts(store, period, calendar) for store in (compared.facts, compared.desk.store))
    assert said.total() > 500
    return Counter({key: said[key] - told[key] for key in {*said, *told} if said[key] != told[key]})


@pytest.mark.parametrize(("period", "calendar"), [("202603", "calendar"), ("2026Q1", "calendar")])
def test_the_period_with_which_the_files_end_is_the_same_form(compared: Compared, period: str, calendar: str) -> None:
    assert {name for _, _, name in differing(compared, period, calendar)} <= UNSAID


@pytest.mark.parametrize(
    ("period", "calendar"), [("202601", "calendar"), ("202602", "calendar"), ("2026Q1", "nd09"), ("202602", "nd09")]
)
def test_an_earlier_period_differs_only_in_what_was_appointed_anew_since(
    compared: Compared, period: str, calendar: str
) -> None:
    different = differing(compared, period, calendar)
    assert {name for _, _, name in different} <= UNSAID | UNSAID_OF_THE_PAST
    for unit, field, name in different:
        if name == "pending_in_time":
            assert different[unit, field, name] == -different[unit, field, "pending_overdue"]
    assert sum(abs(by) for (_, _, name), by in different.items() if name == "pending_overdue") < 10


def test_the_last_file_adds_nothing_when_it_comes_again(compared: Compared) -> None:
    head = compared.desk.log.head()
    assert compared.desk.dossiers(file=compared.files[-1]).facts == 0
    assert compared.desk.log.head() == head


def test_all_files_again_in_order_give_the_same_form(compared: Compared) -> None:
    before = counts(compared.desk.store, "2026Q1", "calendar")
    for file in compared.files:
        compared.desk.dossiers(file=file)
    after = counts(compared.desk.store, "2026Q1", "calendar")
    assert before == after
