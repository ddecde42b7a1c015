"""Many facts at once: which of them cannot be taken. Pure.

``checks`` is the definition, one fact at a time. Almost all facts are plain and good, and to see that of many at once
is ten times cheaper: column by column, in C. Whatever that cannot vouch for is looked at one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from cchc.calendar.vietnam_time import epoch_day_at
from cchc.log.event_columns import EventColumns, Texts
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_DAY, EARLIEST_MS, LATEST_DAY, LATEST_DUE_MS
from cchc.recording.checks import ROLES, Asked, procedure_refusal, refusal_of, unit_refusal
from cchc.recording.contract import Context, Taken
from cchc.recording.refusal import Refusal
from cchc.recording.texts import are_plain_codes, are_plain_texts
from cchc.rights import Right, may

_RETRACTION = "retraction"
_CODES = ("source_system", "source_event_id", "subject", "unit_code")


def refusals_of(columns: EventColumns, context: Context, asked: Asked) -> dict[int, Refusal]:
    """The place of each event that cannot be taken, and why: as ``checks.refusal_of`` says of each."""
    plain = {name: taken for name in columns.rows() if (taken := _plain(context.by_name.get(name))) is not None}
    closer: Iterable[int] = range(len(columns))
    if (
        _are_good(columns, asked)
        and all(_are_good_facts(taken, columns, asked) for taken in plain.values())
        and _are_plain(columns, plain.values())
    ):
        closer = _not_plain(columns, plain)
    found = ((row, refusal_of(columns.events[row], context, asked)) for row in closer)
    return {row: refusal for row, refusal in found if refusal is not None}


def _not_plain(columns: EventColumns, plain: Collection[str]) -> Iterable[int]:
    """The rows that replace something, and those with a fact of another type or with none."""
    replaces, rows = columns.column("replaces"), columns.rows()
    others = {row for name in rows if name not in plain for row in rows[name]}
    if any(replaces):
        others |= {row for row, replaced in enumerate(replaces) if replaced}
    if 0 in columns.numbers:
        others |= {row for row, number in enumerate(columns.numbers) if not number}
    return sorted(others)


def _plain(taken: Taken | None) -> Taken | None:
    """A fact type that can be looked at by column."""
    if taken is None or taken.name == _RETRACTION or taken.rules.right is not Right.RECORD or not taken.fields.is_flat:
        return None
    if taken.rules.required_unless:
        return None
    return taken


def _are_plain(columns: EventColumns, types: Iterable[Taken]) -> bool:
    """Whether all texts, of the envelopes and of facts of these types, are beyond doubt."""
    codes = [code for name in _CODES for code in columns.texts(name).values]
    texts: set[str] = set(columns.texts("replaces_reason").values)
    for taken in types:
        for name in taken.fields.codes:
            codes += columns.said_texts(taken.name, name).values
        texts.update(*(columns.said_texts(taken.name, name).values for name in taken.fields.texts))
    return are_plain_codes(codes) and are_plain_texts(texts)


def _are_good(columns: EventColumns, asked: Asked) -> bool:
    """Whether the envelopes of all these events are beyond doubt, but for their texts and for what they replace."""
    if not len(columns):
        return True
    times, subjects = columns.column("occurred_at_ms"), columns.texts("subject").values
    caller, known = asked.caller, asked.known
    if not (min(times) >= EARLIEST_MS and max(times) <= asked.now_ms + CLOCK_TOLERANCE_MS):
        return False

    def may_speak(unit: str, day: int) -> bool:
        """A unit that is in force on the day, and the sender's right to speak for it."""
        return unit_refusal("", unit, day, known) is None and may(caller, Right.RECORD, unit, known.units, day)

    return (
        not any(map(str.isspace, subjects))
        and all(subjects)
        and all(source.strip() and caller.speaks_as(source) for source in columns.texts("source_system").values)
        and ROLES.issuperset(columns.column("actor_role"))
        and known.vouched.are_good(caller, _on_days(columns.texts("unit_code"), times), may_speak)
    )


def _are_good_facts(taken: Taken, columns: EventColumns, asked: Asked) -> bool:
    """Whether what all these events of one type say is beyond doubt, but for their texts."""
    fields, rules = taken.fields, taken.rules
    read = {*fields.units, *fields.times, *fields.days, *fields.words, *rules.required}
    said = {name: columns.distinct(taken.name, name) for name in read.union(rules.ranges)}
    return (
        all(_are_all_said(said[name]) for name in rules.required)
        and all(_within(said[name], low, high) for name, (low, high) in rules.ranges.items())
        and all(_within({*said[name]} - {0}, EARLIEST_MS, LATEST_DUE_MS) for name in fields.times)
        and all(_within(said[name], EARLIEST_DAY, LATEST_DAY) for name in fields.days)
        and all(words.issuperset(said[name]) for name, words in fields.words.items())
        and all(asked.known.units.knows(code) for name in fields.units for code in said[name] if code)
        and all(_are_in_force(taken, name, columns, asked) for name in fields.procedures)
    )


def _are_in_force(taken: Taken, field: str, columns: EventColumns, asked: Asked) -> bool:
    all_times, known = columns.column("occurred_at_ms"), asked.known
    times = [all_times[row] for row in columns.rows()[taken.name]]
    pairs = [pair for pair in _on_days(columns.said_texts(taken.name, field), times) if pair[0]]
    return known.vouched.are_good(
        "procedures", pairs, lambda code, day: procedure_refusal("", code, day, known) is None
    )


def _on_days(codes: Texts, times: Sequence[int]) -> Collection[tuple[str, int]]:
    """Codes with the days on which they are spoken of.

    Of few codes and few days, each code with each day: that asks more, and works less per fact. Whoever asks may
    therefore not take what a code was on one of the days for more than a doubt.
    """
    distinct, first, last = codes.values, epoch_day_at(min(times)), epoch_day_at(max(times))
    if len(distinct) * (last - first + 1) <= len(times):
        return [(code, day) for code in distinct for day in range(first, last + 1)]
    return set(zip(map(distinct.__getitem__, codes.codes), map(epoch_day_at, times), strict=True))


def _are_all_said(values: Collection[Any]) -> bool:
    return all(values) and not any(isinstance(value, str) and value.isspace() for value in values)


def _within(values: Collection[int], low: int, high: int) -> bool:
    return not values or (min(values) >= low and max(values) <= high)
