"""Counts of legal review from facts, in plain Python: ``docs/legal-review-semantics.md`` read aloud.

Slow on purpose. Each rule of that page is one function or one line here. Times are milliseconds since
1970-01-01T00:00:00Z; days count from 1970-01-01 in Asia/Ho_Chi_Minh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cchc.api.log.v1.event_pb2 import Event
from tests.reference.dossier_fold import Known

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
EPOCH = date(1970, 1, 1)

NAME_OF_OUTCOME = {
    1: "unchanged",
    2: "wholly_expired",
    3: "partly_expired",
    4: "wholly_suspended",
    5: "partly_suspended",
    6: "not_yet_in_force",
    7: "amend_or_replace",
    8: "amend_or_replace",
    9: "abolish",
    10: "suspend",
    11: "issue_new",
}
ORDER = (
    "wholly_expired",
    "wholly_suspended",
    "partly_expired",
    "partly_suspended",
    "abolish",
    "suspend",
    "amend_or_replace",
    "issue_new",
    "not_yet_in_force",
    "unchanged",
)


@dataclass(frozen=True)
class Window:
    """A period [first, last] as known at ``as_of_ms``."""

    first: date
    last: date
    as_of_ms: int

    @property
    def start_ms(self) -> int:
        return _midnight(self.first)

    @property
    def end_ms(self) -> int:
        return min(_midnight(self.last + timedelta(days=1)), self.as_of_ms + 1)

    @property
    def day(self) -> int:
        return min((self.last - EPOCH).days, day_at(self.as_of_ms))


def counts_of(known: Iterable[Known], window: Window) -> dict[str, dict[str, int]]:
    """Unit → count → figure; no zeros."""
    live = live_events(known, window.as_of_ms)
    counts: dict[str, Counter[str]] = {}

    def count(unit: str, name: str) -> None:
        counts.setdefault(unit, Counter())[name] += 1

    plans = {
        code: event
        for code, event in _last(live, "review_plan_issued", lambda e: e.subject).items()
        if event.review_plan_issued.year == window.last.year
        and (event.review_plan_issued.issued_day or day_at(event.occurred_at_ms)) <= window.day
    }
    reviews = [e for e in live if e.HasField("document_reviewed") and e.occurred_at_ms < window.end_ms]
    listed = _last(live, "document_listed_for_review", lambda e: (e.document_listed_for_review.plan_code, e.subject))
    for (plan, document), event in listed.items():
        if plan not in plans:
            continue
        count(event.unit_code, "listed")
        if event.document_listed_for_review.due_day > window.day:
            continue
        count(event.unit_code, "due")
        for review in reviews:
            under = review.document_reviewed.plan_code
            year = datetime.fromtimestamp(review.occurred_at_ms / 1000, VIETNAM).year
            if review.subject == document and (under == plan or (under == "" and year == window.last.year)):
                count(event.unit_code, "due_reviewed")
                break
    in_period = [e for e in reviews if e.occurred_at_ms >= window.start_ms]
    for (unit, _), event in _last(in_period, "document_reviewed", lambda e: (e.unit_code, e.subject)).items():
        count(unit, "reviewed_total")
        count(unit, class_of(event.document_reviewed.outcomes))
    _count_recommendations(live, window, count)
    _count_inspections(live, window, count)
    return {unit: dict(figures) for unit, figures in counts.items()}


def _count_inspections(live: Sequence[Event], window: Window, count: Any) -> None:
    inspected = [
        e for e in live if e.HasField("document_inspected") and window.start_ms <= e.occurred_at_ms < window.end_ms
    ]
    last = _last(inspected, "document_inspected", lambda e: (e.unit_code, e.subject, e.document_inspected.kind))
    for (unit, _, kind), event in last.items():
        count(unit, {1: "inspected_self", 2: "inspected_authority"}.get(kind, "inspected_unsaid"))
        fact = event.document_inspected
        if fact.unlawful:
            count(unit, "unlawful")
            sides = {1: "unlawful_in_content_or_authority", 2: "unlawful_in_form"}
            count(unit, sides.get(fact.unlawful_in, "unlawful_in_unsaid"))
            if fact.handled and fact.handled_day <= window.day:
                count(unit, "unlawful_handled")


def class_of(outcomes: Sequence[int]) -> str:
    """The first class that any outcome belongs to."""
    names = {NAME_OF_OUTCOME[one] for one in outcomes if one in NAME_OF_OUTCOME}
    for name in ORDER:
        if name in names:
            return name
    return "unsaid"


def _count_recommendations(live: Sequence[Event], window: Window, count: Any) -> None:
    made_of = _last(live, "recommendation_made", lambda e: e.subject)
    handled_of = _last(live, "recommendation_handled", lambda e: e.subject)
    for code, made in made_of.items():
        handled = handled_of.get(code)
        at = made.occurred_at_ms
        done = None if handled is None else max(handled.occurred_at_ms, at)
        unit = made.unit_code
        if at < window.start_ms and (done is None or done >= window.start_ms):
            count(unit, "recommendations_carried_over")
        if window.start_ms <= at < window.end_ms:
            count(unit, "recommendations_made")
        if done is not None and window.start_ms <= done < window.end_ms:
            count(unit, "recommendations_handled")
        if at < window.end_ms and (done is None or done >= window.end_ms):
            count(unit, "recommendations_open")
            due = made.recommendation_made.due_day
            if due and due < window.day:
                count(unit, "recommendations_overdue")


def live_events(known: Iterable[Known], as_of_ms: int) -> list[Event]:
    """Known facts, each once, without those that a known fact of the same subject replaces."""
    said = {bytes(one.event.event_id): one.event for one in known if one.recorded_at_ms <= as_of_ms}
    dead = {(event.subject, bytes(event.replaces)) for event in said.values() if event.replaces}
    return [
        event
        for identity, event in said.items()
        if (event.subject, identity) not in dead and not event.HasField("retraction")
    ]


def day_at(ms: int) -> int:
    """The Vietnamese day of an instant."""
    return (datetime.fromtimestamp(ms / 1000, VIETNAM).date() - EPOCH).days


def _last(live: Iterable[Event], name: str, key: Any) -> dict[Any, Event]:
    found: dict[Any, Event] = {}
    for event in live:
        if event.HasField(name):  # type: ignore[arg-type]  # the field's name is known at run time only
            before = found.get(key(event))
            if before is None or _order(before) < _order(event):
                found[key(event)] = event
    return found


def _order(event: Event) -> tuple[int, bytes]:
    return event.occurred_at_ms, event.event_id


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC).timestamp()) * 1000
