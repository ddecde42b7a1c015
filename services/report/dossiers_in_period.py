"""Where each dossier stands in a period: the one query that forms, rates and indicators count from.

The definition is docs/dossier-semantics.md, "A dossier in a period".
"""

from __future__ import annotations

from collections.abc import Iterable

from cchc.dossier import fold
from cchc.dossier.deadline import PASSING, day_of, in_force, state_of, with_columns
from cchc.dossier.numbering import place_number
from cchc.dossier.regular import LATE_KEYED_AFTER_MS, ONLINE, odd_subjects, regular_state, repeated_subjects

_FOLDED = (
    *("standing", "received_at", "channel", "end_type", "ended_at", "end_known_at", "declined_at"),
    *("unit", "field", "declined_unit", "submitted_field"),
)
_START, _END = "{period_start:Int64}", "{period_end:Int64}"

_FLAGS = (
    "is_declined, carried_over, received, counted, online, resolved, returned, withdrawn, stopped, pending, early, "
    "on_time, late, overdue, has_due, due_derived, falls_due, left_before_due, late_keyed, ended_before_received"
)


def dossiers_in_period(extra: Iterable[str] = (), *, derive: bool, where: str = "1") -> str:
    """SELECT of one row a dossier, with flags of 0 and 1 that say where it stands in the period.

    Columns: subject, unit, field, procedure, received_at, ended_at, due_at and the ``extra`` attributes;
    ``is_declined``, ``carried_over``, ``received`` (in the period), ``online``, ``resolved``, ``returned``,
    ``withdrawn``, ``stopped`` (ended so in the period), ``pending``; ``early``, ``on_time``, ``late`` (of any
    resolved dossier); ``overdue`` (of a pending one); ``has_due``, ``due_derived``, ``falls_due`` (in the period),
    ``left_before_due``; ``late_keyed``, ``ended_before_received``; ``counted`` = carried over or received.

    Bound parameters: those of ``Question.parameters``. ``derive``: see ``deadline.in_force``. ``where`` may narrow
    by subject only.
    """
    carried = ("procedure", *(name for name in extra if name not in (*_FOLDED, "procedure")))
    extras = "".join(f", {name}" for name in extra)
    return f"""
    SELECT subject, unit, field, procedure, received_at, ended_at, due_at, {_FLAGS}{extras}
    FROM ({_judged(_folded(carried, derive=derive, where=where))})"""


def places_in_period(*, derive: bool, hours: bool) -> str:
    """SELECT of one row a dossier but for its code and for that of its procedure, in one statement.

    Columns: ``place`` (a number for unit and field, see ``numbering``), the flags of ``dossiers_in_period``, and
    ``repeated`` as ``regular_in_period`` has it. Of each dossier one row says something.

    Args:
        derive: see ``deadline.in_force``.
        hours: whether any procedure ever had its limit in hours.
    """
    either = " UNION ALL ".join(
        (
            regular_state(derive=derive, hours=hours),
            _numbered(derive=derive, where=f"subject_number IN ({odd_subjects(derive=derive, hours=hours)})"),
            _numbered(derive=derive, where=f"subject_number IN ({repeated_subjects(derive=derive, hours=hours)})"),
        )
    )
    return _placed(either)


def regular_in_period(*, derive: bool, hours: bool) -> str:
    """SELECT as ``places_in_period`` of the dossiers that are regular, a third of the time that all would take folded.

    ``repeated``: dossiers of which nothing is said here, ``repeated_in_period`` says it.
    """
    return _placed(regular_state(derive=derive, hours=hours))


def odd_in_period(*, derive: bool, hours: bool) -> str:
    """SELECT as ``places_in_period`` of the dossiers that are odd."""
    return _placed(_numbered(derive=derive, where=f"subject_number IN ({odd_subjects(derive=derive, hours=hours)})"))


def repeated_in_period(*, derive: bool, hours: bool) -> str:
    """SELECT as ``places_in_period`` of the dossiers that are repeated and not odd."""
    repeated = repeated_subjects(derive=derive, hours=hours)
    return _placed(_numbered(derive=derive, where=f"subject_number IN ({repeated})"))


def _placed(state: str) -> str:
    return f"SELECT place, {_FLAGS}, repeated FROM ({_judged(state)})"


def _folded(carried: Iterable[str], *, derive: bool, where: str) -> str:
    """SELECT of what ``_judged`` needs, with the subject and the carried attributes, from the fold."""
    carried = tuple(carried)
    state = fold.fold((*_FOLDED, *carried, *state_of(derive=derive)), where=where)
    listed = "".join(f", {name}" for name in carried)
    is_declined = f"standing = {fold.DECLINED}"
    return f"""
    SELECT subject,
           if({is_declined}, declined_unit, unit_) AS unit, if({is_declined}, submitted_field, field_) AS field,
           standing, received_at, channel IN ({ONLINE}) AS online, end_type, ended_at,
           end_known_at > ended_at + {LATE_KEYED_AFTER_MS} AS known_late, declined_at,
           due_at, due_by_instant, due_derived{listed}
    FROM (SELECT *, unit AS unit_, field AS field_ FROM ({in_force(state, (*_FOLDED, *carried), derive=derive)}))"""


def _numbered(*, derive: bool, where: str) -> str:
    """SELECT of the columns of ``regular_state``, from the fold."""
    return f"""
    SELECT {place_number("unit", "field")} AS place, standing, received_at, online, end_type, ended_at, known_late,
           declined_at, due_at, due_by_instant, due_derived, toUInt8(0) AS repeated
    FROM ({_folded((), derive=derive, where=where)})"""


def _judged(state: str) -> str:
    """All columns of ``state``, and the flags."""
    outside = f"{fold.RETURNED}, {fold.WITHDRAWN}, {fold.STOPPED}"
    counted_end = "greatest(ended_at, received_at)"
    return with_columns(
        state,
        f"""{PASSING},
            standing = {fold.ACCEPTED} AND received_at < {_END} AS accepted,
            standing = {fold.DECLINED} AND declined_at >= {_START} AND declined_at < {_END} AS is_declined,
            {day_of("ended_at")} AS ended_day, end_type != 0 AS left,
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
            has_due AND due_passed_at <= {{judged_at:Int64}} AS due_passed""",
        "pending AND due_passed AS overdue, resolved AND known_late AS late_keyed",
    )
