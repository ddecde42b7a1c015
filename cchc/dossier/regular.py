"""Regular dossiers: one acceptance that says its due time, at most one end, and nothing else that the form looks at.

Most dossiers are so, and no aggregate has to choose among their facts: a sum over one fact is what that fact says.
Their state therefore needs a few sums of numbers where the fold (``cchc.dossier.fold``) needs an ``argMax`` an
attribute, and it says the same, to the digit. All others are *odd*, by a fact that makes them so on its own (a
transfer, a decline, a later due time, an acceptance that leaves the due time open, whatever replaces a fact), or
*repeated*: of the two kinds of facts that regular dossiers have, they have one more than once. The fold must be asked
about both.
"""

from __future__ import annotations

from cchc.api.intake.v1.intake_pb2 import Channel, DueBasis
from cchc.calendar.vietnam_time import DAY_MS
from cchc.dossier.fold import ACCEPTED, DECLINED, ENDS, NEW_DUE_TIMES, TRANSFERRED

ONLINE = f"{Channel.CHANNEL_ONLINE_FULL}, {Channel.CHANNEL_ONLINE_PARTIAL}"
"""Channels that count as online."""

LATE_KEYED_AFTER_MS = DAY_MS
"""A result first recorded more than a day after it came was keyed late (cập nhật muộn)."""

_KNOWN = "recorded_at <= {as_of:Int64}"
_REPLACES = "(replaces_hi != 0 OR replaces_lo != 0)"
_ENDS = ", ".join(map(str, ENDS))
_IN_HOURS = (
    f"due_basis = {DueBasis.DUE_BASIS_UNSPECIFIED}"
    " AND procedure IN (SELECT arrayJoin({sometimes_hour_procedures:Array(String)}))"
)
_IS_ACCEPTED, _IS_END = f"(fact_type = {ACCEPTED})", f"(fact_type IN ({_ENDS}))"
_TYPES = ", ".join(map(str, sorted({ACCEPTED, *ENDS, DECLINED, TRANSFERRED, *NEW_DUE_TIMES})))

# Facts of other types say nothing here. Which of these make their dossier odd is judged of fewer rows, and costs less.
_LOOKED_AT = f"{_KNOWN} AND (fact_type IN ({_TYPES}) OR {_REPLACES})"
_FACTS = f"sum({_IS_ACCEPTED} + {_IS_END})"

# What a fact adds to the bits of its dossier.
_ACCEPTANCE, _END, _ODD = 1, 2, 4

_TYPE_BITS = 10
"""How many bits of the number that an end adds are its fact type and whether it was keyed late."""


def _odd_fact(*, derive: bool, hours: bool) -> str:
    """SQL: whether a fact makes its dossier odd on its own."""
    others = ", ".join(map(str, (DECLINED, TRANSFERRED)))
    later = ", ".join(map(str, NEW_DUE_TIMES))
    open_due = f"(due_at = 0 OR ({_IN_HOURS}))" if derive and hours else "due_at = 0"
    return f"""({_REPLACES} OR fact_type IN ({others}) OR (fact_type IN ({later}) AND due_at != 0)
                OR ({_IS_ACCEPTED} AND {open_due}))"""


def odd_subjects(*, derive: bool, hours: bool) -> str:
    """SELECT of ``subject_number`` of the dossiers that are odd. One scan of a few columns."""
    return f"SELECT subject_number FROM fact WHERE {_KNOWN} AND {_odd_fact(derive=derive, hours=hours)}"


def repeated_subjects(*, derive: bool, hours: bool) -> str:
    """SELECT of ``subject_number`` of the dossiers that are repeated and not odd. One grouping of the facts."""
    odd = _odd_fact(derive=derive, hours=hours)
    return f"""
        SELECT subject_number FROM (
            SELECT subject_number, groupBitOr({_kinds(odd)}) AS kinds, {_FACTS} AS facts FROM fact
            WHERE {_LOOKED_AT}
            GROUP BY subject_number)
        WHERE NOT ({_REGULAR}) AND kinds IN ({_ACCEPTANCE}, {_ACCEPTANCE + _END})"""


def _kinds(odd: str) -> str:
    """SQL: the bits that a fact adds to its dossier."""
    return f"{_IS_ACCEPTED} * {_ACCEPTANCE} + {_IS_END} * {_END} + {odd} * {_ODD}"


_REGULAR = f"(facts = 1 AND kinds = {_ACCEPTANCE}) OR (facts = 2 AND kinds = {_ACCEPTANCE + _END})"


def regular_state(*, derive: bool, hours: bool) -> str:
    """SELECT of one row for each dossier that is regular or repeated.

    Columns: ``place`` (``numbering.place_number``), ``standing`` (accepted, or 0 where it is repeated),
    ``received_at``, ``online``, ``end_type``, ``ended_at``, ``known_late``, ``declined_at`` (0), ``due_at``,
    ``due_by_instant``, ``due_derived`` (0), ``repeated``; of a repeated one all but these last and ``standing`` say
    nothing.

    Dossiers are told apart by ``subject_number`` alone. Two codes that share one make a repeated dossier, not a wrong
    one, unless one of them was never accepted; the fold tells them apart by the code.

    ``derive``: as ``deadline.in_force`` has it; with it, an acceptance that leaves open what its due time binds to is
    odd where that may be the instant. ``hours``: whether any procedure has its limit in hours.

    Bound parameters: ``as_of``, and ``sometimes_hour_procedures`` with ``hours``.
    """
    odd = _odd_fact(derive=derive, hours=hours)
    instant = f"due_basis = {DueBasis.DUE_BASIS_INSTANT}"
    if hours and not derive:
        instant = f"({instant} OR ({_IN_HOURS}))"
    known_late = f"(recorded_at > occurred_at + {LATE_KEYED_AFTER_MS})"
    # A sum takes one step where a choice takes two, and a number multiplied by a condition is faster than an if.
    return f"""
    SELECT if(repeated, 0, place_) AS place, toUInt16(if(repeated, 0, {ACCEPTED})) AS standing,
           bitShiftRight(received, 1) AS received_at, toUInt8(bitAnd(received, 1)) AS online,
           toUInt16(bitAnd(bitShiftRight(ended, 1), {2 ** (_TYPE_BITS - 1) - 1})) AS end_type,
           bitShiftRight(ended, {_TYPE_BITS}) AS ended_at, toUInt8(bitAnd(ended, 1)) AS known_late,
           toInt64(0) AS declined_at, bitShiftRight(due, 1) AS due_at, toUInt8(bitAnd(due, 1)) AS due_by_instant,
           toUInt8(0) AS due_derived, NOT ({_REGULAR}) AS repeated
    FROM (
        SELECT groupBitOr({_kinds(odd)}) AS kinds, {_FACTS} AS facts,
               sum(place_number * {_IS_ACCEPTED}) AS place_,
               sum((occurred_at * 2 + (channel IN ({ONLINE}))) * {_IS_ACCEPTED}) AS received,
               sum((due_at * 2 + ({instant})) * {_IS_ACCEPTED}) AS due,
               sum((occurred_at * {2**_TYPE_BITS} + fact_type * 2 + {known_late}) * {_IS_END}) AS ended
        FROM fact
        WHERE {_LOOKED_AT}
        GROUP BY subject_number)
    WHERE kinds IN ({_ACCEPTANCE}, {_ACCEPTANCE + _END})"""
