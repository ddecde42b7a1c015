"""A province's quarter as its agents send it: who says what, in which order, how often, and what must be refused."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from google.protobuf.message import Message

from cchc.api.assessment.v1 import assessment_pb2 as assessment
from cchc.api.legal_review.v1 import legal_review_pb2 as legal
from cchc.api.log.v1.event_pb2 import Event
from cchc.calendar.vietnam_time import DAY_MS, epoch_day, start_of_day_ms
from cchc.log.batch import FACT_TYPES, make_event
from cchc.recording.contract import Context
from services.assessment.facts_taken import CONTEXT as ASSESSMENT
from services.intake.facts_taken import CONTEXT as INTAKE
from services.legal_review.facts_taken import CONTEXT as LEGAL_REVIEW
from services.processing.facts_taken import CONTEXT as PROCESSING
from services.simulator.plan import Plan
from services.simulator.province import simulate
from tests.e2e.agent import Sent

QUARTER = "2026Q2"
ROOT_UNIT = "H99"
FIRST, LAST = date(2026, 2, 15), date(2026, 7, 5)

_AGAIN_PERMILLE = 80
_ELSEWHERE_PERMILLE = 50
_BAD_PERMILLE = 10
_NEAR = 1_500
"""How far most facts are from their place."""

_CONTEXTS: Mapping[str, Context] = {context.name: context for context in (INTAKE, PROCESSING, LEGAL_REVIEW, ASSESSMENT)}
_AGENTS: Mapping[str, int] = {"intake": 2, "processing": 2, "legal_review": 1, "assessment": 1}
"""How many agents say the facts of a context."""

_REFERENCE = {FACT_TYPES["unit_defined"], FACT_TYPES["procedure_defined"]}


@dataclass(frozen=True)
class Quarter:
    """What happened, once and in order; and what is sent.

    Args:
        definitions: units and procedures, which come first.
        facts: all the others, each once, in the order in which they happened.
        sendings: agent → the service that it sends to, and what it sends.
    """

    definitions: Sequence[Event]
    facts: Sequence[Event]
    sendings: Mapping[str, tuple[str, Sequence[Sent]]]


def quarter(dice: random.Random, dossiers: int) -> Quarter:
    """Make it up."""
    plan = Plan(seed=dice.randrange(1_000), communes=8, departments=3, dossiers=dossiers, first=FIRST, last=LAST)
    events = [fact.event() for fact in simulate(plan).facts]
    definitions = [one for one in events if _number(one) in _REFERENCE]
    units = sorted({one.subject for one in definitions if one.WhichOneof("fact") == "unit_defined"})
    said = [one for one in events if _number(one) not in _REFERENCE]
    said += list(_of_legal_review(dice, units)) + list(_of_assessment(dice, units))
    once = {one.event_id: one for one in said}
    facts = sorted(once.values(), key=lambda one: (one.occurred_at_ms, one.event_id))
    return Quarter(definitions, facts, dict(_sendings(dice, facts)))


def _number(event: Event) -> int:
    return FACT_TYPES[event.WhichOneof("fact") or ""]


def _sendings(dice: random.Random, facts: Sequence[Event]) -> Iterator[tuple[str, tuple[str, Sequence[Sent]]]]:
    shares: dict[str, list[Event]] = {
        f"{name}-{agent}": [] for name, agents in _AGENTS.items() for agent in range(agents)
    }
    for fact in facts:
        service = next(name for name, context in _CONTEXTS.items() if _number(fact) in context.taken)
        shares[f"{service}-{dice.randrange(_AGENTS[service])}"].append(fact)
        if dice.randrange(1_000) < _AGAIN_PERMILLE:
            # Another agent of the same service may say it, too.
            shares[f"{service}-{dice.randrange(_AGENTS[service])}"].append(fact)
    for agent, share in shares.items():
        service = agent.partition("-")[0]
        good = [Sent(_as_sent(fact)) for fact in share]
        bad = [_bad(dice, service, share) for _ in range(max(4, len(share) * _BAD_PERMILLE // 1_000))]
        places = [(_place(dice, at, len(share)), one) for at, one in enumerate(good)]
        places += [(dice.uniform(0, len(share)), one) for one in bad]
        yield agent, (service, [one for _, one in sorted(places, key=lambda placed: placed[0])])


def _place(dice: random.Random, at: int, count: int) -> float:
    if dice.randrange(1_000) < _ELSEWHERE_PERMILLE:
        return dice.uniform(0, count)
    return at + dice.uniform(-_NEAR, _NEAR)


def _as_sent(fact: Event) -> bytes:
    """Without an identity: the service gives it."""
    sent = Event()
    sent.CopyFrom(fact)
    sent.ClearField("event_id")
    return sent.SerializeToString()


def _bad(dice: random.Random, service: str, facts: Sequence[Event]) -> Sent:
    """A fact with one thing wrong, and what the service says of it."""
    fact = Event.FromString(_as_sent(dice.choice(facts)))
    code = dice.choice(
        ("fact.unknown_unit", "fact.time_out_of_range", "fact.missing", "fact.not_taken_here", "fact.personal_data")
    )
    match code:
        case "fact.unknown_unit":
            fact.unit_code = f"H98.{dice.randrange(100):02}"
        case "fact.time_out_of_range":
            fact.occurred_at_ms = 4_102_444_800_000
        case "fact.missing":
            fact.source_system = ""
        case "fact.not_taken_here":
            if service == "assessment":
                fact.digitisation_recorded.digitised = True
            else:
                fact.task_done.document_number = "1/QĐ"
        case _:
            fact.replaces, fact.replaces_reason = b"\1" * 16, f"gọi số 09{dice.randrange(10_000_000, 99_999_999)}"
    return Sent(fact.SerializeToString(), code)


def _of_legal_review(dice: random.Random, units: Sequence[str]) -> Iterator[Event]:
    """A register of documents, a plan of each unit, reviews, recommendations."""
    issued = epoch_day(FIRST)
    for unit in units:
        plan = f"KH-{unit}"
        yield _said(dice, unit, plan, legal.ReviewPlanIssued(year=2026, number=f"{unit}/KH", issued_day=issued))
        for number in range(dice.randrange(4, 9)):
            document = f"{number + 1}/2024/QĐ-{unit}"
            registered = legal.DocumentRegistered(
                number=document,
                type=legal.DOCUMENT_TYPE_DECISION,
                issuer_unit_code=unit,
                issued_day=issued - dice.randrange(400, 900),
                in_force_from_day=issued - dice.randrange(300, 390),
            )
            listed = legal.DocumentListedForReview(plan_code=plan, due_day=issued + dice.randrange(60, 200))
            yield _said(dice, unit, document, registered)
            yield _said(dice, unit, document, listed)
            yield from _review(dice, unit, document, plan)


def _review(dice: random.Random, unit: str, document: str, plan: str) -> Iterator[Event]:
    outcome: Any = dice.choice(
        (legal.REVIEW_OUTCOME_UNCHANGED, legal.REVIEW_OUTCOME_AMEND, legal.REVIEW_OUTCOME_ABOLISH)
    )
    if dice.random() < 0.2:
        return
    yield _said(dice, unit, document, legal.DocumentReviewed(plan_code=plan, outcomes=[outcome]))
    if outcome == legal.REVIEW_OUTCOME_UNCHANGED:
        return
    code = f"KN-{document}"
    made = legal.RecommendationMade(document_code=document, kind=outcome, to_unit_code=unit, plan_code=plan)
    yield _said(dice, unit, code, made)
    if dice.random() < 0.5:
        yield _said(dice, unit, code, legal.RecommendationHandled(by_document_number=f"9/2026/QĐ-{unit}"))


def _of_assessment(dice: random.Random, units: Sequence[str]) -> Iterator[Event]:
    """A plan of each unit, its tasks, and communications."""
    due = epoch_day(LAST)
    for unit in units:
        plan = f"CCHC-{unit}"
        yield _said(dice, unit, plan, assessment.PlanIssued(kind_code="CCHC", year=2026, number=f"{unit}/KH"))
        for number in range(dice.randrange(5, 10)):
            task = f"{plan}/{number}"
            planned = assessment.TaskPlanned(
                plan_code=plan, title="Rà soát thủ tục", owner_unit_code=unit, due_day=due - dice.randrange(90)
            )
            yield _said(dice, unit, task, planned)
            if dice.random() < 0.7:
                yield _said(dice, unit, task, assessment.TaskDone(document_number=f"{number}/BC"))
        told = assessment.CommunicationDone(form=assessment.COMMUNICATION_FORM_WEBSITE, items=dice.randrange(20))
        yield _said(dice, unit, f"TT-{unit}", told)


def _said(dice: random.Random, unit: str, subject: str, fact: Message) -> Event:
    days = (LAST - FIRST).days
    at_ms = start_of_day_ms(FIRST) + dice.randrange(days * DAY_MS)
    return make_event(fact, source_system="desk", subject=subject, unit_code=unit, occurred_at_ms=at_ms)
