"""Facts about procedures (TTHC) beside their definitions: how they are handled, published, reviewed and simplified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cchc.calendar.vietnam_time import epoch_day_at
from cchc.register.live import SaidFact, last_of

ARRANGED = ("procedure_arranged", "procedures_counted")
PUBLISHED = ("procedure_published", "procedure_publications_counted")
REVIEWED = (
    *("procedure_review_planned", "procedure_reviewed"),
    *("procedure_simplification_proposed", "procedure_simplification_approved"),
)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How a procedure is handled: at the one-stop, by an approved internal process; None where nobody said."""

    one_stop: bool | None = None
    internal_process: bool | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A decision that publishes what becomes of a procedure. Days since 1970-01-01; 0 = not yet, or not said."""

    procedure: str
    unit: str
    change: int
    decision: str
    decided_day: int
    public_day: int
    posted_day: int
    complete: bool | None


@dataclass(frozen=True, slots=True)
class Simplification:
    """A proposal, or its approval: what kind, and what complying costs before and after (minutes, dong a year)."""

    procedure: str
    unit: str
    said_at_ms: int
    kind: int
    minutes: tuple[int, int]
    cost_vnd: tuple[int, int]


def arrangements_on(facts: Iterable[SaidFact], day: int) -> Mapping[str, Arrangement]:
    """Procedure → how it is handled on a day: of each part what was said of it last, by the day from which it is so."""
    said = last_of(
        (one for one in facts if one.name == "procedure_arranged" and one.fact.valid_from_day <= day),
        lambda one: (one.subject, one.fact.valid_from_day),
    )
    found: dict[str, Arrangement] = {}
    for (code, _), one in sorted(said.items()):
        before = found.get(code, Arrangement())
        found[code] = Arrangement(
            one.fact.one_stop if one.fact.HasField("one_stop") else before.one_stop,
            one.fact.internal_process if one.fact.HasField("internal_process") else before.internal_process,
        )
    return found


def publications_of(facts: Iterable[SaidFact]) -> list[Publication]:
    """Of each unit, procedure and decision the last publication."""
    last = last_of(
        (one for one in facts if one.name == "procedure_published"),
        lambda one: (one.unit, one.subject, one.fact.decision_number),
    )
    return [
        Publication(
            code,
            unit,
            one.fact.change,
            decision,
            one.fact.decided_day or epoch_day_at(one.occurred_at_ms),
            one.fact.public_day,
            one.fact.posted_day,
            one.fact.complete if one.fact.HasField("complete") else None,
        )
        for (unit, code, decision), one in sorted(last.items())
    ]


def simplifications_of(facts: Iterable[SaidFact], name: str) -> list[Simplification]:
    """Of each unit, procedure and plan the last proposal or approval, as ``name`` (a field of ``Event.fact``) says."""
    last = last_of(
        (one for one in facts if one.name == name), lambda one: (one.unit, one.subject, one.fact.plan_number)
    )
    return [
        Simplification(
            code,
            unit,
            one.occurred_at_ms,
            one.fact.simplification if name == "procedure_simplification_proposed" else 0,
            (one.fact.minutes_before, one.fact.minutes_after),
            (one.fact.cost_before_vnd, one.fact.cost_after_vnd),
        )
        for (unit, code, _), one in sorted(last.items())
    ]
