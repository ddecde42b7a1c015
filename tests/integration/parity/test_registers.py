"""The forms of the registers and the pages of their facts: both stores say the same."""

from __future__ import annotations

import pytest

from cchc.calendar.periods import parse_period
from cchc.clock import FixedClock
from cchc.log.batch import encode
from cchc.log.memory import MemoryLog
from services.aggregator.consume import Aggregator
from services.report.legal.form_systematisation import Years
from services.report.paging import Key, Page
from services.report.register_answers import PERIODIC, RegisterAnswers
from services.report.register_list import REGISTERS
from tests.integration.parity.both import Both
from tests.integration.report.register_story import story
from tests.unit.recording.senders import NOW_MS, definitions


@pytest.fixture(scope="module")
def answers(both: Both) -> RegisterAnswers:
    with MemoryLog(FixedClock(NOW_MS)) as log:
        log.append([encode([*definitions(), *story()])])
        Aggregator(log, both).catch_up()
    return RegisterAnswers(both, lambda _: 0)


def test_forms_of_the_registers(answers: RegisterAnswers) -> None:
    period = parse_period("2026Q3", "calendar")
    for name in PERIODIC:
        assert answers.form(name, period, NOW_MS).as_json()["total"]
    assert answers.systematisation(Years(2019, 2023), NOW_MS, "H21.65").as_json()["lists"][0]["count"]


@pytest.mark.parametrize("unit", [None, "H21.65", "H21"])
@pytest.mark.parametrize("register", sorted(REGISTERS))
def test_pages_of_facts_joined_are_the_whole_list(answers: RegisterAnswers, register: str, unit: str | None) -> None:
    pages = []
    after: Key | None = ()
    while after is not None:
        page, after = answers.page_of_listing(register, NOW_MS, Page(9, after), unit)
        pages.append(page.as_json()["facts"])

    assert [len(page) for page in pages[:-1]] == [9] * (len(pages) - 1)
    assert [fact for page in pages for fact in page] == answers.listing(register, NOW_MS, unit).as_json()["facts"]
    assert len(pages) > 1
