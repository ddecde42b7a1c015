"""Neither order nor repetition nor cuts change a figure, and the report is what the slow witness says."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from google.protobuf.message import Message

from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.calendar.periods import free_window
from cchc.log.batch import make_event
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from services.report.legal.form_review import legal_review_form
from services.report.legal.form_systematisation import Years, systematisation
from tests.integration.fold.filled import Databases, dice, log_of
from tests.reference.dossier_fold import Known
from tests.reference.legal_review import Window, counts_of

START = 1_704_042_000_000
"""2024-01-01T00:00 in Vietnam."""

DAY = 86_400_000
FIRST_DAY = 19_723
UNITS = ("A", "B")
KINDS = (legal.REVIEW_OUTCOME_AMEND, legal.REVIEW_OUTCOME_ABOLISH)
ASKED = (
    Window(date(2024, 1, 1), date(2024, 12, 31), START + 900 * DAY),
    Window(date(2024, 4, 1), date(2024, 6, 30), START + 900 * DAY),
    Window(date(2024, 1, 1), date(2024, 12, 31), START + 150 * DAY),
    Window(date(2024, 4, 1), date(2024, 6, 30), START + 150 * DAY),
)


def a_fact(throws: random.Random) -> tuple[str, Message]:
    """Some fact about one of a few documents, plans and recommendations, so that they meet."""
    document, plan = f"VB-{throws.randrange(6)}", throws.choice(("KH-1", "KH-2", ""))
    day = throws.choice((0, FIRST_DAY + throws.randrange(-20, 400)))
    outcomes: list[Any] = throws.sample(range(13), throws.randrange(3))
    code = f"KN-{throws.randrange(4)}"
    return throws.choice(
        (
            (
                "KH-1",
                legal.ReviewPlanIssued(year=throws.choice((2023, 2024, 2024)), number="1", issued_day=day),
            ),
            ("KH-2", legal.ReviewPlanIssued(year=2024, number="2", issued_day=day)),
            (document, legal.DocumentRegistered(number=document, issued_day=max(day, 0), issuer_unit_code="A")),
            (
                document,
                legal.DocumentEffectChanged(
                    effect=throws.randrange(9),  # type: ignore[arg-type]  # enums are ints on the wire
                    from_day=day,
                    until_day=throws.choice((0, day + 30 if day else 0)),
                ),
            ),
            (document, legal.DocumentListedForReview(plan_code=plan, due_day=max(day, 0))),
            (document, legal.DocumentReviewed(plan_code=plan, outcomes=outcomes)),
            (document, legal.DocumentReviewed(plan_code=plan, outcomes=outcomes)),
            (
                code,
                legal.RecommendationMade(document_code=document, kind=throws.choice(KINDS), due_day=max(day, 0)),
            ),
            (code, legal.RecommendationHandled(by_document_number="1")),
            (
                document,
                legal.DocumentInspected(
                    kind=throws.randrange(3),  # type: ignore[arg-type]  # the same
                    unlawful=throws.random() < 0.5,
                    unlawful_in=throws.randrange(3),  # type: ignore[arg-type]  # the same
                    handled=throws.random() < 0.5,
                    handled_day=max(day, 0),
                ),
            ),
        )
    )


def facts_of(seed: int, count: int = 120) -> list[Known]:
    """Facts with corrections and retractions among them, and the times of their recordings."""
    throws = dice(seed)
    known: list[Known] = []
    for number in range(count):
        subject, fact = a_fact(throws)
        replaces, before = b"", throws.choice(known) if known and throws.random() < 0.2 else None
        if before is not None:
            replaces = before.event.event_id
            # Sometimes of another subject, which replaces nothing.
            subject = before.event.subject if throws.random() < 0.9 else subject
            fact = Retraction() if throws.random() < 0.4 else fact
        occurred = START + throws.randrange(-40, 420) * DAY + throws.randrange(3) * 1000
        event = make_event(
            fact,
            source_system="legal",
            source_event_id=str(number),
            subject=subject,
            unit_code=throws.choice(UNITS),
            occurred_at_ms=occurred,
            replaces=replaces,
        )
        known.append(Known(event, occurred + throws.randrange(0, 60) * DAY))
    return known


def answers(store: Store) -> list[Any]:
    """Everything that is asked, as JSON."""
    forms = [legal_review_form(store, free_window(it.first, it.last), it.as_of_ms) for it in ASKED]
    years = [systematisation(store, Years(2019, 2024), it.as_of_ms) for it in ASKED[1:3]]
    return [*((it.as_json(), it.flags) for it in forms), *((it.as_json(), it.flags) for it in years)]


def told(store: Store, window: Window) -> Mapping[str, Mapping[str, int]]:
    """The store's counts by unit, without zeros and without what the witness does not count."""
    form = legal_review_form(store, free_window(window.first, window.last), window.as_of_ms)
    counts = {str(row.unit): {name: count for name, count in row.counts.items() if count} for row in form.rows}
    return {unit: found for unit, found in counts.items() if found}


@pytest.mark.parametrize("seed", range(6))
def test_the_report_is_what_the_witness_says(databases: Databases, seed: int) -> None:
    known = facts_of(seed)
    with databases.holding(known, dice(seed), again=0.3) as store:
        for window in ASKED:
            assert told(store, window) == counts_of(known, window), window


@pytest.mark.parametrize("seed", [11, 12])
def test_neither_order_nor_repetition_nor_cuts_change_an_answer(databases: Databases, seed: int) -> None:
    known = facts_of(seed, count=200)
    with databases.holding(known, dice(1), again=0) as store:
        expected = answers(store)
    for arrangement, again in ((2, 0.0), (3, 1.0)):
        with databases.empty() as store, log_of(known, dice(arrangement), again=again) as log:
            Aggregator(log, store, span_bytes=2_000).catch_up()
            assert answers(store) == expected


def test_a_correction_takes_the_place_of_what_it_names_and_a_retraction_leaves_nothing(databases: Databases) -> None:
    reviewed = said("VB", legal.DocumentReviewed(outcomes=[legal.REVIEW_OUTCOME_UNCHANGED]), START + DAY)
    corrected = said("VB", legal.DocumentReviewed(outcomes=[legal.REVIEW_OUTCOME_AMEND]), START, reviewed.event_id)
    window = ASKED[0]
    for events, expected in (
        ([reviewed], {"A": {"reviewed_total": 1, "unchanged": 1}}),
        ([reviewed, corrected], {"A": {"reviewed_total": 1, "amend_or_replace": 1}}),
        ([corrected], {"A": {"reviewed_total": 1, "amend_or_replace": 1}}),
        ([reviewed, corrected, said("VB", Retraction(), START, corrected.event_id)], {}),
    ):
        with databases.holding([Known(event, START + 5 * DAY) for event in events], dice(1)) as store:
            assert told(store, window) == expected


def said(subject: str, fact: Message, occurred_at_ms: int, replaces: bytes = b"") -> Event:
    """An event of unit A."""
    return make_event(
        fact,
        source_system="legal",
        subject=subject,
        unit_code="A",
        occurred_at_ms=occurred_at_ms,
        replaces=replaces,
    )
