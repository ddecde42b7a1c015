"""Many facts at once: which of them cannot be taken. Pure.

``checks`` is the definition, one fact at a time. Almost all facts are plain and good, and to see that of many at once
is ten times cheaper: column by column, in C. Whatever that cannot vouch for is looked at one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from cchc.calendar.vietnam_time import epoch_day_at
from cchc.log.event_columns import EventColumns, FactsOfType, Texts
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_MS, LATEST_DUE_MS
from cchc.recording.checks import ROLES, Asked, procedure_refusal, refusal_of, unit_refusal
from cchc.recording.contract import Context, FieldRules, Taken
from cchc.recording.refusal import Refusal
from cchc.recording.texts import are_plain_codes, are_plain_texts
from cchc.rights import Right, may

_RETRACTION = "retraction"
_CODES = ("source_system", "source_event_id", "subject", "unit_code")


def refusals_of(columns: EventColumns, context: Context, asked: Asked) -> dict[int, Refusal]:
    """The place of each event that cannot be taken, and why: as ``checks.refusal_of`` says of each."""
    types = columns.types()
    plain = [context.by_name[name] for name in types if name in context.by_name and context.by_name[name].is_plain]
    closer: Iterable[int] = range(len(columns))
    if (
        _are_good(columns, asked)
        and all(_are_good_facts(taken, columns, asked) for taken in plain)
        and _are_plain(columns, plain)
    ):
        closer = _not_plain(columns, {taken.name for taken in plain})
    found = ((row, refusal_of(columns.events[row], context, asked)) for row in closer)
    return {row: refusal for row, refusal in found if refusal is not None}


def _not_plain(columns: EventColumns, plain: Collection[str]) -> Iterable[int]:
    """The rows that replace something, and those with a fact of another type or with none."""
    replaces = columns.column("replaces")
    others = {row for name, facts in columns.types().items() if name not in plain for row in facts.rows}
    if any(replaces):
        others |= {row for row, replaced in enumerate(replaces) if replaced}
    if 0 in columns.numbers:
        others |= {row for row, number in enumerate(columns.numbers) if not number}
    return sorted(others)


def _are_plain(columns: EventColumns, types: Iterable[Taken]) -> bool:
    """Whether all texts, of the envelopes and of facts of these types, are beyond doubt."""
    codes = [code for name in _CODES for code in columns.texts(name).values]
    texts: set[str] = set(columns.texts("replaces_reason").values)
    for taken in types:
        facts = columns.types()[taken.name]
        for name in taken.fields.codes:
            codes += facts.texts(name).values
        texts.update(*(facts.texts(name).values for name in taken.fields.texts))
    return are_plain_codes(codes) and are_plain_texts(texts)


def _are_good(columns: EventColumns, asked: Asked) -> bool:
    """Whether the envelopes of all these events are beyond doubt, but for their texts and for what they replace."""
    if not len(columns):
        return True
    (first_ms, last_ms), subjects = columns.bounds("occurred_at_ms"), columns.texts("subject").values
    low, high = columns.bounds("actor_role")
    caller, known = asked.caller, asked.known
    if first_ms < EARLIEST_MS or last_ms > asked.now_ms + CLOCK_TOLERANCE_MS:
        return False

    def may_speak(unit: str, day: int) -> bool:
        """A unit that is in force on the day, and the sender's right to speak for it."""
        return unit_refusal("", unit, day, known) is None and may(caller, Right.RECORD, unit, known.units, day)

    return (
        not any(map(str.isspace, subjects))
        and all(subjects)
        and all(source.strip() and caller.speaks_as(source) for source in columns.texts("source_system").values)
        and high - low < len(ROLES)
        and ROLES.issuperset(range(low, high + 1))
        and known.vouched.are_good(
            caller, _on_days(columns.texts("unit_code"), range(len(columns)), columns), may_speak
        )
    )


def _are_good_facts(taken: Taken, columns: EventColumns, asked: Asked) -> bool:
    """Whether what all these events of one type say is beyond doubt, but for their texts."""
    facts = columns.types()[taken.name]
    return all(_is_good(field, facts.distinct(field.name), asked) for field in taken.ruled) and all(
        _are_in_force(facts, name, columns, asked) for name in taken.fields.procedures
    )


def _is_good(field: FieldRules, said: Collection[Any], asked: Asked) -> bool:
    return (
        (not field.is_required or _are_all_said(said))
        and (field.words is None or field.words.issuperset(said))
        and (field.least is None or field.most is None or (min(said) >= field.least and max(said) <= field.most))
        and (not field.is_time or _within([time for time in said if time], EARLIEST_MS, LATEST_DUE_MS))
        and (not field.is_unit or all(asked.known.units.knows(code) for code in said if code))
    )


def _are_in_force(facts: FactsOfType, field: str, columns: EventColumns, asked: Asked) -> bool:
    known = asked.known
    pairs = _on_days(facts.texts(field), facts.rows, columns)
    return known.vouched.are_good(
        "procedures",
        [pair for pair in pairs if pair[0]],
        lambda code, day: procedure_refusal("", code, day, known) is None,
    )


def _on_days(codes: Texts, rows: Sequence[int], columns: EventColumns) -> Collection[tuple[str, int]]:
    """Codes that these rows say, with the days on which they are spoken of.

    Of few codes and few days, each code with each day of all events: that asks more, and works less per fact. Whoever
    asks may therefore not take what a code was on one of the days for more than a doubt.
    """
    distinct, (first, last) = codes.values, map(epoch_day_at, columns.bounds("occurred_at_ms"))
    if len(distinct) * (last - first + 1) <= len(rows):
        return [(code, day) for code in distinct for day in range(first, last + 1)]
    times = map(columns.column("occurred_at_ms").__getitem__, rows)
    return set(zip(map(distinct.__getitem__, codes.codes), map(epoch_day_at, times), strict=True))


def _are_all_said(values: Collection[Any]) -> bool:
    return all(values) and not any(isinstance(value, str) and value.isspace() for value in values)


def _within(values: Collection[int], low: int, high: int) -> bool:
    return not values or (min(values) >= low and max(values) <= high)
