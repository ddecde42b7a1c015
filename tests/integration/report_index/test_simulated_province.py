from __future__ import annotations

from datetime import date

from cchc.calendar.vietnam_time import end_of_day_ms
from cchc.clock import FixedClock
from cchc.log.memory import MemoryLog
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from services.report.rendering.index_headings import percent
from services.simulator.filling import fill_log
from services.simulator.plan import Plan
from services.simulator.province import simulate
from tests.integration.report_index.province import answers

HALF_YEAR = Plan(seed=7, communes=8, departments=3, dossiers=5_000, first=date(2026, 1, 1), last=date(2026, 6, 30))


def test_units_that_work_differently_are_scored_differently(store: Store) -> None:
    clock = FixedClock(0)
    with MemoryLog(clock) as log:
        fill_log(simulate(HALF_YEAR), log, clock)
        Aggregator(log, store).catch_up()
    answer = answers(store).index("qd766", "2026Q2", end_of_day_ms(HALF_YEAR.last) + 1)
    communes = [unit for unit in answer.units if unit.peer_group == "xa"]
    assert [unit.ranked.rank for unit in communes if unit.ranked] == list(range(1, 9))
    shares = [float(percent(unit) or "nan") for unit in communes]
    assert shares == sorted(shares, reverse=True)
    assert 40 < shares[-1] < shares[0] - 3 < 97
    on_time = [leaf for unit in answer.units for leaf in unit.score.leaves if leaf.id == "qd766.2_1"]
    assert all(leaf.n is not None and leaf.d is not None and 0 < leaf.n < leaf.d for leaf in on_time)
    steps = answers(store).index("tt01-2018", "2026Q2", end_of_day_ms(HALF_YEAR.last) + 1)
    scored = {leaf.id for unit in steps.units for leaf in unit.score.leaves if leaf.state == "scored"}
    assert scored == {f"tt01-2018.{number}" for number in (1, 2, 3, 7, 8, 9)}
