from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from cchc.api.intake.v1.intake_pb2 import CHANNEL_ONLINE_FULL, CHANNEL_ONLINE_PARTIAL
from cchc.api.log.v1.event_pb2 import Event
from cchc.calendar.vietnam_time import clock_ms_at, day_of, end_of_day_ms
from cchc.calendar.working_days import WorkingCalendar
from cchc.log.batch import FACT_TYPES
from services.simulator.province import BATCH_EVENTS, Province, arrivals
from tests.reference.dossier_fold import DossierState, Known, fold
from tests.reference.judgement import due_in_force, judge_resolved
from tests.unit.log.register_facts import REGISTER_FACTS

ONLINE = (CHANNEL_ONLINE_FULL, CHANNEL_ONLINE_PARTIAL)
NEVER_SAID = {"calendar_day_decided", *REGISTER_FACTS}
"""Days off come with the calendar; registers of legal review and assessment are kept by other desks."""


@pytest.fixture(scope="module")
def events(year: Province) -> list[Event]:
    """The year's events in order of arrival."""
    return [fact.event() for fact in year.facts]


@pytest.fixture(scope="module")
def states(year: Province, events: list[Event]) -> list[DossierState]:
    """The state of every dossier at the end of the year."""
    known = [Known(event, fact.arrives_at_ms) for event, fact in zip(events, year.facts, strict=True)]
    return list(fold(known, as_of_ms=end_of_day_ms(year.plan.last)).values())


def accepted_on(events: list[Event]) -> Counter[date]:
    return Counter(day_of(event.occurred_at_ms) for event in events if event.HasField("dossier_accepted"))


def test_a_commune_receives_what_communes_receive_in_a_year(year: Province, states: list[DossierState]) -> None:
    received = Counter(state.unit for state in states if state.accepted)
    communes = [unit.unit_code for unit in year.units if unit.peer_group == "xa"]
    departments = [unit.unit_code for unit in year.units if unit.peer_group == "so"]
    assert all(850 <= received[code] <= 1_250 for code in communes)
    assert all(3_300 <= received[code] <= 4_700 for code in departments)


def test_the_tree_has_one_root_and_each_group_of_peers(year: Province) -> None:
    roots = [unit for unit in year.units if not unit.parent_code]
    assert [unit.unit_code for unit in roots] == ["H99"]
    assert all(unit.parent_code == "H99" for unit in year.units if unit is not roots[0])
    assert Counter(unit.peer_group for unit in year.units) == {"": 1, "so": 3, "xa": 4}


def test_every_kind_of_fact_is_said(events: list[Event]) -> None:
    assert {event.WhichOneof("fact") for event in events} == set(FACT_TYPES) - NEVER_SAID


def test_no_fact_arrives_before_it_occurred_or_after_the_period(year: Province) -> None:
    earliest = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * 1000
    last = end_of_day_ms(year.plan.last)
    assert all(earliest <= fact.occurred_at_ms <= fact.arrives_at_ms <= last for fact in year.facts)
    assert all(fact.occurred_at_ms % 1000 == fact.arrives_at_ms % 1000 == 0 for fact in year.facts)


def test_facts_are_in_order_of_arrival_and_batches_are_neither_empty_nor_too_large(spring: Province) -> None:
    times = [fact.arrives_at_ms for fact in spring.facts]
    assert times == sorted(times)
    batches = list(arrivals(spring))
    assert [at for at, _ in batches] == sorted(at for at, _ in batches)
    assert all(1 <= len(sent) <= BATCH_EVENTS for _, sent in batches)
    assert [event for _, sent in batches for event in sent] == [fact.event() for fact in spring.facts]


def test_about_one_fact_in_a_hundred_arrives_twice_as_the_same_bytes(year: Province, events: list[Event]) -> None:
    said = Counter(event.SerializeToString(deterministic=True) for event in events)
    repeated = sum(count - 1 for count in said.values())
    assert 0.005 < repeated / len(year.facts) < 0.02


def test_some_facts_arrive_out_of_the_order_in_which_they_occurred(year: Province) -> None:
    latest: dict[str, int] = {}
    behind = 0
    for fact in year.facts:
        behind += fact.occurred_at_ms < latest.get(fact.subject, 0)
        latest[fact.subject] = max(latest.get(fact.subject, 0), fact.occurred_at_ms)
    assert 0.01 < behind / len(year.facts) < 0.2


def test_some_dossiers_are_served_first_and_keyed_hours_to_days_later(year: Province, events: list[Event]) -> None:
    accepted = [fact for fact, event in zip(year.facts, events, strict=True) if event.HasField("dossier_accepted")]
    lags = sorted(fact.arrives_at_ms - fact.occurred_at_ms for fact in accepted)
    assert lags[len(lags) // 2] < 3_600_000
    assert lags[len(lags) * 98 // 100] > 4 * 3_600_000
    assert lags[-1] > 2 * 86_400_000


def test_corrections_and_retractions_name_an_earlier_fact_of_the_same_dossier(
    year: Province, events: list[Event]
) -> None:
    seen: dict[bytes, str] = {}
    replacing = 0
    for event in events:
        if event.replaces:
            replacing += 1
            assert seen[event.replaces] == event.subject
            assert event.replaces_reason
        seen[event.event_id] = event.subject
    assert 0.003 < replacing / len(year.facts) < 0.01


def test_counters_are_all_but_empty_around_tet_and_busy_before_and_after(events: list[Event]) -> None:
    daily = accepted_on(events)
    tet = date(2026, 2, 16), date(2026, 2, 20)

    def mean(first: date, last: date) -> float:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        worked = [day for day in days if WorkingCalendar.official().is_working(day)]
        return sum(daily[day] for day in days) / max(len(worked), 1)

    usual = mean(date(2026, 9, 7), date(2026, 11, 27))
    assert sum(daily[tet[0] + timedelta(days=n)] for n in range(5)) == 0
    assert mean(date(2026, 2, 23), date(2026, 2, 25)) < 0.75 * usual
    assert mean(date(2026, 1, 29), date(2026, 2, 6)) > 1.15 * usual
    assert mean(date(2026, 3, 6), date(2026, 3, 16)) > 1.1 * usual
    assert mean(date(2026, 5, 15), date(2026, 6, 30)) > 1.1 * usual


def test_dossiers_are_accepted_in_office_hours_of_working_days_only(events: list[Event]) -> None:
    calendar = WorkingCalendar.official()
    replaced = {event.replaces for event in events}
    for event in events:
        if event.HasField("dossier_accepted") and event.event_id not in replaced:
            clock = clock_ms_at(event.occurred_at_ms)
            assert calendar.is_working(day_of(event.occurred_at_ms))
            assert any(opening <= clock <= closing for opening, closing in calendar.office_hours.sessions)


def test_the_online_share_rises_and_differs_between_units(year: Province, states: list[DossierState]) -> None:
    def share(first: int, last: int, unit: str = "") -> float:
        chosen = [
            one.channel in ONLINE
            for one in found
            if one.received_at_ms is not None
            and first <= day_of(one.received_at_ms).month <= last
            and one.unit.startswith(unit)
        ]
        return sum(chosen) / len(chosen)

    found = [state for state in states if state.accepted]
    assert share(9, 12) > share(1, 4) + 0.02
    by_unit = [share(1, 12, unit.unit_code) for unit in year.units if unit.parent_code]
    assert max(by_unit) - min(by_unit) > 0.05


def test_most_results_are_early_few_are_late_and_units_differ_in_it(year: Province, states: list[DossierState]) -> None:
    judged: dict[str, Counter[str]] = {}
    as_of_ms = end_of_day_ms(year.plan.last)
    for state in states:
        if state.end == "resolved" and state.accepted and state.ended_at_ms is not None:
            due = due_in_force(state, judged_at_ms=as_of_ms, as_of_ms=as_of_ms, procedures=year.procedures)
            judged.setdefault(state.unit, Counter())[judge_resolved(state.ended_at_ms, due)] += 1
    total = sum((counts for counts in judged.values()), Counter[str]())
    assert 0.6 < total["early"] / total.total() < 0.75
    assert total["no_due"]
    late = [counts["late"] / counts.total() for counts in judged.values() if counts.total() > 500]
    assert all(0.001 < share < 0.15 for share in late)
    assert max(late) > 2 * min(late)


def test_some_dossiers_are_open_at_the_end_and_most_are_not(states: list[DossierState]) -> None:
    accepted = [state for state in states if state.accepted]
    pending = [state for state in accepted if state.end is None]
    assert 0.01 < len(pending) / len(accepted) < 0.12
    assert any(state.end == "returned" for state in accepted)
    assert any(state.end == "withdrawn" for state in accepted)
    assert any(state.end == "stopped" for state in accepted)
    assert any(state.declined for state in states)


def test_no_dossier_has_a_fact_of_its_handling_without_its_acceptance(year: Province, events: list[Event]) -> None:
    accepted = {event.subject for event in events if event.HasField("dossier_accepted")}
    declined = {event.subject for event in events if event.HasField("dossier_declined")}
    before = {"dossier_submitted", "dossier_declined", "petition_received", "petition_answered"}
    about = set(year.dossiers)
    for event in events:
        if event.subject in about and event.WhichOneof("fact") not in before:
            assert event.subject in accepted
    assert not accepted & declined


def test_dossier_codes_are_all_different(year: Province) -> None:
    assert len(set(year.dossiers)) == len(year.dossiers)
