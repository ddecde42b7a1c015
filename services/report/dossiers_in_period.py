"""Where each dossier stands in a period: the one query that forms, rates and indicators count from.

The definition is docs/dossier-semantics.md, "A dossier in a period".
"""

from __future__ import annotations

from collections.abc import Iterable

from cchc.api.intake.v1.intake_pb2 import Channel
from cchc.calendar.vietnam_time import DAY_MS
from cchc.dossier import fold
from cchc.dossier.deadline import day_of, state_of, with_columns, with_due_time

_ALWAYS = (
    "standing",
    "received_at",
    "channel",
    "end_type",
    "ended_at",
    "end_known_at",
    "declined_at",
)
_PLACE = ("unit", "field", "declined_unit", "submitted_field")

LATE_KEYED_AFTER_MS = DAY_MS
"""A result first recorded more than a day after it came was keyed late (cập nhật muộn)."""

_ONLINE = f"{Channel.CHANNEL_ONLINE_FULL}, {Channel.CHANNEL_ONLINE_PARTIAL}"
_START, _END = "{period_start:Int64}", "{period_end:Int64}"


_FLAGS = (
    "is_declined, carried_over, received, counted, online, resolved, returned, withdrawn, stopped, pending, early, "
    "on_time, late, overdue, has_due, due_derived, falls_due, left_before_due, late_keyed, ended_before_received"
)


def dossiers_in_period(extra: Iterable[str] = (), *, derive: bool, where: str = "1", numbered: bool = False) -> str:
    """SELECT of one row a dossier, with flags of 0 and 1 that say where it stands in the period.

    Columns: subject, unit, field, procedure, received_at, ended_at, due_at and the ``extra`` attributes;
    ``is_declined``, ``carried_over``, ``received`` (in the period), ``online``, ``resolved``, ``returned``,
    ``withdrawn``, ``stopped`` (ended so in the period), ``pending``; ``early``, ``on_time``, ``late`` (of any
    resolved dossier); ``overdue`` (of a pending one); ``has_due``, ``due_derived``, ``falls_due`` (in the period),
    ``left_before_due``; ``late_keyed``, ``ended_before_received``; ``counted`` = carried over or received.

    Bound parameters: those of ``Question.parameters``. ``derive``: see ``with_due_time``. ``where`` may narrow
    by subject only. With ``numbered``, unit and field are numbers (``fold.number_of``).
    """
    unit, field, declined_unit, submitted_field = (f"{name}_number" if numbered else name for name in _PLACE)
    attributes = tuple(dict.fromkeys((*_ALWAYS, unit, field, declined_unit, submitted_field, *extra)))
    state = fold.fold((*attributes, "procedure", *state_of(derive=derive)), where=where)
    outside = f"{fold.RETURNED}, {fold.WITHDRAWN}, {fold.STOPPED}"
    counted_end = "greatest(ended_at, received_at)"
    judged = with_columns(
        with_due_time(state, tuple(dict.fromkeys((*attributes, "procedure"))), derive=derive),
        f"""standing = {fold.ACCEPTED} AND received_at < {_END} AS accepted,
            standing = {fold.DECLINED} AND declined_at >= {_START} AND declined_at < {_END} AS is_declined,
            {day_of("ended_at")} AS ended_day, end_type != 0 AS left, channel IN ({_ONLINE}) AS online,
            end_type != 0 AND {counted_end} < {_START} AS left_before, due_at != 0 AS has_due,
            end_type != 0 AND {counted_end} >= {_START} AND {counted_end} < {_END} AS left_within,
            due_at != 0 AND end_type = {fold.RESOLVED} AS judged""",
        f"""accepted AND received_at < {_START} AND NOT left_before AS carried_over,
            accepted AND received_at >= {_START} AS received, accepted AND NOT left_before AS counted,
            accepted AND left_within AND end_type = {fold.RESOLVED} AS resolved,
            accepted AND left_within AND end_type = {fold.RETURNED} AS returned,
            accepted AND left_within AND end_type = {fold.WITHDRAWN} AS withdrawn,
            accepted AND left_within AND end_type = {fold.STOPPED} AS stopped,
            accepted AND NOT left_before AND NOT left_within AS pending,
            accepted AND has_due AND due_at >= {_START} AND due_at < {_END} AS falls_due,
            end_type IN ({outside}) AND ended_day < due_day AS left_before_due,
            left AND ended_at < received_at AS ended_before_received,
            judged AND ended_day < due_day AS early,
            judged AND ended_day >= due_day AND if(due_by_instant, ended_at <= due_at, ended_day = due_day) AS on_time,
            judged AND if(due_by_instant, ended_at > due_at AND ended_day >= due_day, ended_day > due_day) AS late,
            has_due AND due_passed_at <= {{judged_at:Int64}} AS due_passed,
            end_known_at > ended_at + {LATE_KEYED_AFTER_MS} AS known_late,
            if(is_declined, {declined_unit}, {unit}) AS its_unit,
            if(is_declined, {submitted_field}, {field}) AS its_field""",
        "pending AND due_passed AS overdue, resolved AND known_late AS late_keyed",
    )
    extras = "".join(f", {name}" for name in extra)
    return f"""
    SELECT subject, its_unit AS unit, its_field AS field, procedure, received_at, ended_at, due_at, {_FLAGS}{extras}
    FROM ({judged})"""
