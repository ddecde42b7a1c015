"""Recommendations (kiến nghị) of document review and of monitoring enforcement: made, and handled by a document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cchc.register.live import SaidFact, last_of


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One recommendation. Times are milliseconds UTC, None = not so; ``due_day`` 0 = not said.

    ``unit`` made it. ``document`` and ``kind`` are of document review only.
    """

    code: str
    unit: str
    to_unit: str
    due_day: int
    made_at_ms: int | None
    handled_at_ms: int | None
    handled_by: str
    document: str = ""
    kind: int = 0

    def open_at(self, moment_ms: int) -> bool:
        """Whether it had been made before this moment and was not handled yet."""
        made = self.made_at_ms is not None and self.made_at_ms < moment_ms
        return made and (self.handled_at_ms is None or self.handled_at_ms >= moment_ms)


def recommendations_of(facts: Iterable[SaidFact], made: str, handled: str) -> list[Recommendation]:
    """Every recommendation by code, from live facts in any order.

    One that was handled before it was made, as keyed, counts as handled when it was made.

    Args:
        facts: live facts; others than the two types are left aside.
        made: field of ``Event.fact`` that says that one was made.
        handled: the one that says that it was handled.
    """
    listed = [one for one in facts if one.name in {made, handled}]
    making = last_of((one for one in listed if one.name == made), lambda one: one.subject)
    handling = last_of((one for one in listed if one.name == handled), lambda one: one.subject)
    return [_recommendation(code, making.get(code), handling.get(code)) for code in sorted({*making, *handling})]


def _recommendation(code: str, made: SaidFact | None, handled: SaidFact | None) -> Recommendation:
    done_by = "" if handled is None else handled.fact.by_document_number
    if made is None:
        unit, at = ("", None) if handled is None else (handled.unit, handled.occurred_at_ms)
        return Recommendation(code, unit, "", 0, None, at, done_by)
    done_at = None if handled is None else max(handled.occurred_at_ms, made.occurred_at_ms)
    is_of_review = made.name == "recommendation_made"
    return Recommendation(
        code,
        made.unit,
        made.fact.to_unit_code,
        made.fact.due_day,
        made.occurred_at_ms,
        done_at,
        done_by,
        made.fact.document_code if is_of_review else "",
        made.fact.kind if is_of_review else 0,
    )
