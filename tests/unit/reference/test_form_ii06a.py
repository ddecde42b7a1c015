from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from cchc.api.intake.v1.intake_pb2 import (
    DUE_BASIS_INSTANT,
    Channel,
    DossierAccepted,
    DossierDeclined,
    DossierSubmitted,
    DossierWithdrawn,
)
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import (
    DossierReappointed,
    DossierResolved,
    DossierReturned,
    DossierStopped,
    DossierTransferred,
)
from tests.reference.form_ii06a import form_of_facts, percent
from tests.reference.strategies import DEFINITIONS, Question, dossier_facts, lifelike_dossiers, questions
from tests.unit.reference.story import FOREVER, UNHURRIED, at, recorded, said

FIRST, LAST = date(2026, 3, 15), date(2026, 6, 14)


def accepted(
    when: str,
    due: str = "",
    *,
    subject: str = "DS",
    unit: str = "U1",
    field: str = "F1",
    channel: Channel.ValueType = Channel.CHANNEL_IN_PERSON,
    instant: bool = False,
) -> Event:
    fact = DossierAccepted(field_code=field, channel=channel, due_at_ms=at(due) if due else 0)
    if instant:
        fact.due_basis = DUE_BASIS_INSTANT
    return said(fact, when, subject=subject, unit=unit)


def form(*events: Event, as_of_ms: int = FOREVER, units: frozenset[str] | None = None) -> dict[str, Any]:
    return form_of_facts(recorded(*events), first=FIRST, last=LAST, as_of_ms=as_of_ms, units=units)


def figures(*events: Event, as_of_ms: int = FOREVER, units: frozenset[str] | None = None) -> dict[str, int]:
    """The figures of the total row that are not 0, without the sums."""
    total = form(*events, as_of_ms=as_of_ms, units=units)["total"]
    flat = {**total, **total["outside"]}
    return {
        name: n for name, n in flat.items() if n and name not in {"field", "outside"} and not name.endswith("_total")
    }


@pytest.mark.parametrize(
    ("received", "column"),
    [
        ("2026-03-14T23:59:59.999", "carried_over"),
        ("2026-03-15T00:00", "received_direct"),
        ("2026-06-14T23:59:59.999", "received_direct"),
    ],
)
def test_a_receipt_counts_in_the_period_of_its_day(received: str, column: str) -> None:
    assert figures(accepted(received)) == {column: 1, "pending_no_due": 1}


def test_a_receipt_after_the_period_is_not_counted() -> None:
    assert form(accepted("2026-06-15T00:00"))["rows"] == []


@pytest.mark.parametrize(
    ("channel", "column"),
    [
        (Channel.CHANNEL_UNSPECIFIED, "received_direct"),
        (Channel.CHANNEL_ONLINE_FULL, "received_online"),
        (Channel.CHANNEL_ONLINE_PARTIAL, "received_online"),
        (Channel.CHANNEL_IN_PERSON, "received_direct"),
        (Channel.CHANNEL_POSTAL, "received_direct"),
    ],
)
def test_only_the_two_online_channels_are_online(channel: Channel.ValueType, column: str) -> None:
    assert figures(accepted("2026-04-01T08:00", channel=channel)) == {column: 1, "pending_no_due": 1}


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ("2026-03-14T23:59:59.999", {}),
        ("2026-03-15T00:00", {"carried_over": 1, "resolved_no_due": 1}),
        ("2026-06-14T23:59:59.999", {"carried_over": 1, "resolved_no_due": 1}),
        ("2026-06-15T00:00", {"carried_over": 1, "pending_no_due": 1}),
    ],
)
def test_a_result_counts_in_the_period_of_its_day(ended: str, expected: dict[str, int]) -> None:
    assert figures(accepted("2026-03-01T08:00"), said(DossierResolved(), ended)) == expected


@pytest.mark.parametrize(
    ("ended", "column"),
    [
        ("2026-04-09T16:00", "resolved_early"),
        ("2026-04-10T16:00", "resolved_on_time"),
        ("2026-04-11T00:00", "resolved_late"),
    ],
)
def test_a_result_is_early_on_time_or_late(ended: str, column: str) -> None:
    events = (accepted("2026-04-01T08:00", "2026-04-10T10:00"), said(DossierResolved(), ended))
    assert figures(*events) == {"received_direct": 1, column: 1}


def test_an_end_before_the_receipt_counts_on_the_receipt_and_is_judged_on_its_own_day() -> None:
    events = (accepted("2026-03-15T08:00", "2026-03-15T17:00"), said(DossierResolved(), "2026-03-14T08:00"))
    assert figures(*events) == {"received_direct": 1, "resolved_early": 1}


@pytest.mark.parametrize(
    ("end", "column"),
    [(DossierReturned(), "returned"), (DossierWithdrawn(), "withdrawn"), (DossierStopped(), "stopped")],
)
def test_what_ends_without_a_result_is_outside(end: Message, column: str) -> None:
    assert figures(accepted("2026-04-01T08:00"), said(end, "2026-04-02T08:00")) == {"received_direct": 1, column: 1}


def test_a_dossier_due_on_the_last_day_is_overdue_at_its_end_and_in_time_at_its_noon() -> None:
    dossier = accepted("2026-04-01T08:00", "2026-06-14T10:00")
    assert figures(dossier) == {"received_direct": 1, "pending_overdue": 1}
    assert figures(dossier, as_of_ms=at("2026-06-14T12:00")) == {"received_direct": 1, "pending_in_time": 1}
    hourly = accepted("2026-04-01T08:00", "2026-06-14T10:00", instant=True)
    assert figures(hourly, as_of_ms=at("2026-06-14T12:00")) == {"received_direct": 1, "pending_overdue": 1}


def test_a_later_appointment_after_the_period_does_not_save_an_overdue_dossier() -> None:
    dossier = accepted("2026-04-01T08:00", "2026-06-10T10:00")
    due_at_ms = at("2026-07-10T10:00")
    after = said(DossierReappointed(due_at_ms=due_at_ms), "2026-06-16T08:00")
    within = said(DossierReappointed(due_at_ms=due_at_ms), "2026-06-09T08:00")
    assert figures(dossier, after) == {"received_direct": 1, "pending_overdue": 1}
    assert figures(dossier, within) == {"received_direct": 1, "pending_in_time": 1}


def test_a_declined_dossier_is_shown_and_is_in_no_total() -> None:
    filed = said(DossierSubmitted(field_code="F9"), "2026-03-01T08:00")
    declined = said(DossierDeclined(), "2026-03-15T00:00", unit="U2")
    answer = form(filed, accepted("2026-03-10T08:00"), declined, units=frozenset({"U2"}))
    assert [(row["field"], row["declined"], row["received_total"]) for row in answer["rows"]] == [("F9", 1, 0)]
    assert figures(declined, units=frozenset({"U1"})) == {}
    assert figures(said(DossierDeclined(), "2026-06-15T00:00")) == {}


def test_a_dossier_counts_for_the_unit_that_handles_it() -> None:
    events = (accepted("2026-04-01T08:00"), said(DossierTransferred(to_unit_code="U2"), "2026-04-02T08:00"))
    assert figures(*events, units=frozenset({"U1"})) == {}
    assert figures(*events, units=frozenset({"U2"})) == {"received_direct": 1, "pending_no_due": 1}
    assert figures(*events, units=frozenset()) == {}


def test_fields_are_sorted_by_code_and_an_unsaid_field_has_its_own_row() -> None:
    events = [accepted("2026-04-01T08:00", subject=f"DS{field}", field=field) for field in ("b", "", "a", "B")]
    assert [row["field"] for row in form(*events)["rows"]] == ["", "B", "a", "b"]
    assert form(*events)["total"]["field"] is None


def test_the_five_definitions_of_on_time_differ_over_the_same_dossiers() -> None:
    resolved = DossierResolved()
    events = (
        accepted("2026-04-01T08:00", "2026-04-10T10:00", subject="early"),
        said(resolved, "2026-04-09T08:00", subject="early"),
        accepted("2026-04-01T08:00", "2026-04-10T10:00", subject="on time"),
        said(resolved, "2026-04-10T16:00", subject="on time"),
        accepted("2026-04-01T08:00", "2026-04-10T10:00", subject="late"),
        said(resolved, "2026-04-11T08:00", subject="late"),
        accepted("2026-04-01T08:00", subject="no due"),
        said(resolved, "2026-04-11T08:00", subject="no due"),
        accepted("2026-04-01T08:00", "2026-06-10T10:00", subject="overdue"),
        accepted("2026-04-01T08:00", "2026-07-10T10:00", subject="in time"),
        accepted("2026-04-01T08:00", subject="pending without due"),
        accepted("2026-03-01T08:00", "2026-03-16T10:00", subject="before"),
        said(resolved, "2026-03-10T08:00", subject="before"),
        accepted("2026-04-01T08:00", "2026-04-10T10:00", subject="returned before"),
        said(DossierReturned(), "2026-04-09T23:59", subject="returned before"),
        accepted("2026-04-01T08:00", "2026-04-10T10:00", subject="returned on the day"),
        said(DossierReturned(), "2026-04-10T00:00", subject="returned on the day"),
    )
    assert form(*events)["on_time"] == {
        "D1": {"n": 2, "d": 3, "pct": "66.67"},
        "D2": {"n": 2, "d": 9, "pct": "22.22"},
        "D3": {"n": 3, "d": 5, "pct": "60.00"},
        "D4": {"n": 7, "d": 9, "pct": "77.78"},
        # early, on time, late, overdue, before, returned on the day; three of them in time
        "D5": {"n": 3, "d": 6, "pct": "50.00"},
    }


def test_d5_counts_a_result_in_time_whenever_it_came() -> None:
    events = (accepted("2026-04-01T08:00", "2026-06-14T10:00"), said(DossierResolved(), "2026-06-15T08:00"))
    assert form(*events)["on_time"]["D5"] == {"n": 0, "d": 1, "pct": "0.00"}
    early = (accepted("2026-03-01T08:00", "2026-03-15T10:00"), said(DossierResolved(), "2026-03-14T08:00"))
    assert form(*early)["on_time"]["D5"] == {"n": 1, "d": 1, "pct": "100.00"}
    assert form(*early)["rows"] == []


@pytest.mark.parametrize(
    ("n", "d", "printed"),
    [(0, 0, None), (0, 1, "0.00"), (1, 3, "33.33"), (2, 3, "66.67"), (1, 800, "0.13"), (904_225, 904_298, "99.99")],
)
def test_a_percentage_has_two_decimals_rounded_half_up(n: int, d: int, printed: str | None) -> None:
    assert percent(n, d) == printed


def ask(known: list[Any], question: Question, **changed: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "first": question.first,
        "last": question.last,
        "as_of_ms": question.as_of_ms,
        "units": question.units,
    }
    return form_of_facts(known, **{**asked, **changed}, procedures=DEFINITIONS)


@UNHURRIED
@given(st.one_of(dossier_facts(), lifelike_dossiers()), questions())
def test_the_identities_of_the_form_hold(known: list[Any], question: Question) -> None:
    answer = ask(known, question)
    for row in [*answer["rows"], answer["total"]]:
        assert row["received_total"] == row["received_online"] + row["received_direct"] + row["carried_over"]
        judged = ("early", "on_time", "late", "no_due")
        assert row["resolved_total"] == sum(row[f"resolved_{judgement}"] for judgement in judged)
        assert row["pending_total"] == row["pending_in_time"] + row["pending_overdue"] + row["pending_no_due"]
        assert row["received_total"] == row["resolved_total"] + row["pending_total"] + sum(row["outside"].values())
    for column in answer["total"].keys() - {"field", "outside"}:
        assert answer["total"][column] == sum(row[column] for row in answer["rows"])
    for rate in answer["on_time"].values():
        assert 0 <= rate["n"] <= rate["d"]


@UNHURRIED
@given(st.one_of(dossier_facts(), lifelike_dossiers()), questions(), st.integers(1, 100))
def test_the_carry_over_is_what_was_pending_the_day_before(known: list[Any], question: Question, length: int) -> None:
    earlier = ask(
        known, question, first=question.first - timedelta(days=length), last=question.first - timedelta(days=1)
    )
    assert earlier["total"]["pending_total"] == ask(known, question)["total"]["carried_over"]
