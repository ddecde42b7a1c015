"""A quarter of all four services, with corrections and retractions, and every question about its registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cchc.api.log.v1.event_pb2 import Retraction
from cchc.calendar.periods import parse_period
from cchc.log.batch import make_event
from cchc.log.memory import MemoryLog
from cchc.recording.finding import StoreFinder
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from services.aggregator.quarantine import Quarantine
from services.report.form_answer import FormAnswers
from services.report.index_answer import IndexAnswers
from services.report.legal.form_systematisation import Years
from services.report.register_answers import PERIODIC, WITHOUT_UNIT, RegisterAnswers
from services.report.register_list import REGISTERS
from tests.e2e.quarter import QUARTER, ROOT_UNIT, quarter
from tests.integration.fold.filled import dice, log_of
from tests.integration.legal.test_order_free import facts_of
from tests.reference.dossier_fold import Known

DAY_MS = 86_400_000


def quarter_log(seed: int, dossiers: int) -> tuple[MemoryLog, Sequence[Known]]:
    """Facts of every type, each recorded up to 40 days after it happened; and what they are."""
    throws = dice(seed)
    said = quarter(throws, dossiers)
    begun = min(one.occurred_at_ms for one in said.facts)
    known = [Known(one, begun) for one in said.definitions]
    known += [Known(one, one.occurred_at_ms + throws.randrange(40 * DAY_MS)) for one in said.facts]
    known += facts_of(seed, count=200)
    known += [_taken_away(one, known[-1].recorded_at_ms) for one in known if one.event.HasField("dossier_accepted")][:9]
    return log_of(known, throws), known


def _taken_away(one: Known, recorded_at_ms: int) -> Known:
    """A retraction by another source."""
    retraction = make_event(
        Retraction(),
        source_system="elsewhere",
        subject=one.event.subject,
        unit_code=ROOT_UNIT,
        occurred_at_ms=one.event.occurred_at_ms + 1,
        replaces=one.event.event_id,
    )
    return Known(retraction, recorded_at_ms)


def answers(store: Store, as_of_ms: int) -> list[Any]:
    """Everything that is asked of the registers, and the form and the indices of the same facts."""
    count = Quarantine(store).count
    registers = RegisterAnswers(store, count)
    found: list[Any] = []
    found += [
        registers.form(name, parse_period(period), as_of_ms, unit).as_json()
        for name in PERIODIC
        for period in (QUARTER, "2026Q1", "2024")
        for unit in ((None,) if name in WITHOUT_UNIT else (None, ROOT_UNIT))
    ]
    found += [registers.systematisation(Years(*years), as_of_ms).as_json() for years in ((2019, 2023), (2022, 2026))]
    found += [registers.listing(name, as_of_ms, unit).as_json() for name in REGISTERS for unit in (None, ROOT_UNIT)]
    found.append(FormAnswers(store, count).ii06a(parse_period(QUARTER), as_of_ms).as_json())
    for criteria in ("qd766", "tt01-2018"):
        found.append(IndexAnswers(store, count).index(criteria, QUARTER, as_of_ms).as_json())
    return found


def check_quarter(store: Store) -> None:
    """Take a quarter in and ask all of it, as it was known early and late; ``store`` says whether two stores agree."""
    log, known = quarter_log(5, 400)
    with log:
        Aggregator(log, store, span_bytes=200_000).catch_up()
        recorded = sorted(one.recorded_at_ms for one in known)
        late = answers(store, recorded[-1] + 1)
        early = answers(store, recorded[2 * len(recorded) // 3])
        listed = {fact["fact"] for answer in late if "facts" in answer for fact in answer["facts"]}
        assert listed == {one.event.WhichOneof("fact") for one in known} & set().union(*map(set, REGISTERS.values()))
        assert late != early
        flags = [{flag["code"] for flag in answer["flags"]} for answer in late]
        assert sum("replaced_by_another_source" in codes for codes in flags) >= 3
        finder = StoreFinder(lambda: store, log)
        for one in known[:: len(known) // 20]:
            found = finder.find(one.event.event_id, one.event.subject)
            assert found is not None
            assert found == finder.find(one.event.event_id, "")
        assert finder.find(b"\x01" * 16, "") is None
