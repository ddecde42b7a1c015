"""Many facts at once: which of them cannot be taken. Pure.

``checks`` is the definition, one fact at a time. Almost all facts are plain and good, and to see that of many at once
is ten times cheaper: column by column, in C. Whatever that cannot vouch for is looked at one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any

from cchc.calendar.vietnam_time import DAY_MS, OFFSET_MS
from cchc.log.batch import EventColumns
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_DAY, EARLIEST_MS, LATEST_DAY, LATEST_DUE_MS
from cchc.recording.checks import ROLES, Asked, procedure_refusal, refusal_of, unit_refusal
from cchc.recording.contract import Context, Taken
from cchc.recording.refusal import Refusal
from cchc.recording.texts import are_plain_codes, are_plain_texts
from cchc.rights import Right, may

_RETRACTION = "retraction"


def refusals_of(columns: EventColumns, context: Context, asked: Asked) -> dict[int, Refusal]:
    """The place of each event that cannot be taken, and why: as ``checks.refusal_of`` says of each."""
    plain = {name for name in columns.facts() if _is_plain(context.by_name.get(name))}
    closer: Iterable[int] = range(len(columns.events))
    if _are_good(columns, asked) and all(_are_good_facts(context.by_name[name], columns, asked) for name in plain):
        closer = (
            row
            for row, (name, replaces) in enumerate(zip(columns.names, columns.column("replaces"), strict=True))
            if replaces or name not in plain
        )
    found = ((row, refusal_of(columns.events[row], context, asked)) for row in closer)
    return {row: refusal for row, refusal in found if refusal is not None}


def _is_plain(taken: Taken | None) -> bool:
    return (
        taken is not None and taken.fields.is_flat and taken.rules.right is Right.RECORD and taken.name != _RETRACTION
    )


def _are_good(columns: EventColumns, asked: Asked) -> bool:
    """Whether the envelopes of all these events are beyond doubt, but for what they replace."""
    if not columns.events:
        return True
    times, subjects = columns.column("occurred_at_ms"), columns.column("subject")
    sources, own_ids = set(columns.column("source_system")), set(columns.column("source_event_id"))
    if not (min(times) >= EARLIEST_MS and max(times) <= asked.now_ms + CLOCK_TOLERANCE_MS):
        return False
    days = set(zip(columns.column("unit_code"), _days(times), strict=True))
    return (
        not any(map(str.isspace, subjects))
        and all(subjects)
        and are_plain_codes(subjects)
        and all(source.strip() and asked.caller.speaks_as(source) for source in sources)
        and are_plain_codes(sources)
        and are_plain_codes(own_ids)
        and ROLES.issuperset(columns.column("actor_role"))
        and are_plain_texts(set(columns.column("replaces_reason")))
        and all(_may_speak(unit, day, asked) for unit, day in days)
    )


def _may_speak(unit: str, day: int, asked: Asked) -> bool:
    """A unit that is in force on the day, and the sender's right to speak for it."""
    known = asked.known
    return unit_refusal("", unit, day, known) is None and may(asked.caller, Right.RECORD, unit, known.units, day)


def _are_good_facts(taken: Taken, events: EventColumns, asked: Asked) -> bool:
    """Whether what all these events of one type say is beyond doubt."""
    rows, facts = events.facts()[taken.name]
    fields, rules = taken.fields, taken.rules
    read = {*fields.codes, *fields.texts, *fields.times, *fields.days, *fields.words, *rules.required, *rules.ranges}
    columns = {name: _column(facts, name) for name in read}
    times = events.column("occurred_at_ms")
    return (
        all(are_plain_codes(set(columns[name])) for name in fields.codes)
        and all(are_plain_texts(set(columns[name])) for name in fields.texts)
        and all(_all_said(columns[name]) for name in rules.required)
        and all(_within(columns[name], low, high) for name, (low, high) in rules.ranges.items())
        and all(_within([time for time in columns[name] if time], EARLIEST_MS, LATEST_DUE_MS) for name in fields.times)
        and all(_within(columns[name], EARLIEST_DAY, LATEST_DAY) for name in fields.days)
        and all(words.issuperset(columns[name]) for name, words in fields.words.items())
        and all(asked.known.units.knows(code) for name in fields.units for code in set(columns[name]) if code)
        and all(_are_in_force(columns[name], [times[row] for row in rows], asked) for name in fields.procedures)
    )


def _are_in_force(procedures: Sequence[str], times: Sequence[int], asked: Asked) -> bool:
    return all(
        procedure_refusal("", code, day, asked.known) is None
        for code, day in set(zip(procedures, _days(times), strict=True))
        if code
    )


def _days(times: Sequence[int]) -> list[int]:
    """As ``epoch_day_at`` of each."""
    return [(time + OFFSET_MS) // DAY_MS for time in times]


def _all_said(values: Collection[Any]) -> bool:
    return all(values) and not any(isinstance(value, str) and value.isspace() for value in set(values))


def _within(values: Sequence[int], low: int, high: int) -> bool:
    return not values or (min(values) >= low and max(values) <= high)


def _column(messages: Sequence[Any], name: str) -> list[Any]:
    return list(map(attrgetter(name), messages))
