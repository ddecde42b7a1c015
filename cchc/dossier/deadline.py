"""The due time in force of a dossier, as SQL over its folded state.

Given due times come from facts; where none gives one, the limit of the procedure valid on the day of receipt gives it,
by the working-day calendar that the caller binds. All times are milliseconds UTC; days are days of Asia/Ho_Chi_Minh
since 1970-01-01. The Python twin of the derivation is ``cchc.calendar``; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable

from cchc.api.intake.v1.intake_pb2 import DueBasis
from cchc.api.reference.v1.reference_pb2 import LimitUnit
from cchc.calendar.decisions import official
from cchc.calendar.vietnam_time import DAY_MS, OFFSET_MS, epoch_day
from cchc.calendar.working_days import FIFTEEN_HOURS_MS, FIRST_DAY, HOUR_MS, LAST_DAY
from cchc.dossier.fold import precedence_of
from cchc.dossier.office_time import clock_at, offset_at
from cchc.reference.definitions import live_definitions_sql

STATE = (
    "received_at",
    "procedure",
    "end_type",
    "ended_at",
    "accepted_due",
    "accepted_due_precedence",
    "later_dues",
)
"""Attributes of the fold that the due time in force is made of."""

SAID_STATE = (*(name for name in STATE if name != "procedure"), "in_hours")
"""The same where no due time must be derived."""

_LIMIT_COLUMNS = ("subject", "valid_from", "valid_to", "limit_amount", "limit_unit", "after_15h_next_day")

_WORKING_DAYS = LimitUnit.LIMIT_UNIT_WORKING_DAYS
_CALENDAR_DAYS = LimitUnit.LIMIT_UNIT_CALENDAR_DAYS
_WORKING_HOURS = LimitUnit.LIMIT_UNIT_WORKING_HOURS
_SAME_DAY = LimitUnit.LIMIT_UNIT_SAME_DAY


def day_of(time: str) -> str:
    """SQL: the day of a time."""
    return f"intDiv({time} + {OFFSET_MS}, {DAY_MS})"


def end_of_day(day: str) -> str:
    """SQL: the last millisecond of a day."""
    return f"({day} * {DAY_MS} + {DAY_MS - OFFSET_MS - 1})"


def after_day(day: str) -> str:
    """SQL: the first millisecond after a day."""
    return f"(({day} + 1) * {DAY_MS} - {OFFSET_MS})"


def with_columns(inner: str, *levels: str) -> str:
    """SELECT of all that ``inner`` gives, and then the columns of each level in turn.

    A level may use the columns of the levels before it, and none of its own: a server resolves an alias by pasting its
    expression, so aliases of aliases at one level grow without need.
    """
    for level in levels:
        inner = f"SELECT *, {level} FROM ({inner})"
    return inner


def state_of(*, derive: bool) -> tuple[str, ...]:
    """Attributes of the fold that ``with_due_time`` needs."""
    return STATE if derive else SAID_STATE


def with_due_time(state: str, carry: Iterable[str], *, derive: bool) -> str:
    """What ``in_force`` selects, with the columns of ``PASSING``."""
    return with_columns(in_force(state, carry, derive=derive), PASSING)


PASSING = f"""
    {day_of("due_at")} AS due_day,
    multiIf(due_at = 0, 0, due_by_instant, due_at, {after_day(day_of("due_at"))}) AS due_passed_at"""
"""SQL: of a due time in force, its day and the first millisecond at which it has passed (0 = none)."""


def in_force(state: str, carry: Iterable[str], *, derive: bool) -> str:
    """SELECT of ``subject``, the ``carry`` attributes, and the due time in force.

    ``due_at`` (0 = none), ``due_by_instant`` (1: binds to the instant, 0: to the day's end), ``due_derived`` (1: from
    the procedure's limit).

    ``state`` is a fold with at least ``state_of(derive=derive)``. With ``derive``, due times that no fact gives are
    derived from the procedures' limits; without, there must be none (``said.some_due_time_unsaid``). Bound parameters:
    ``given_until`` (last millisecond whose new due times count), and ``hour_procedures``, or to derive ``calendar``
    (``calendar_rows.publish``) and ``as_of``.
    """
    needed = ("received_at", "procedure") if derive else ("in_hours",)
    kept = tuple(dict.fromkeys(("subject", *carry, *needed, "given_due", "given_basis")))
    given = _given(state, kept)
    judged, derived_due = (_derived(given, kept), "derived_due") if derive else (given, "0")
    return f"""
    SELECT subject, {", ".join(carry)}, if(given_due != 0, given_due, {derived_due}) AS due_at,
           if(given_due != 0 AND given_basis != {DueBasis.DUE_BASIS_UNSPECIFIED},
              given_basis = {DueBasis.DUE_BASIS_INSTANT}, in_hours) AS due_by_instant,
           given_due = 0 AND {derived_due} != 0 AS due_derived
    FROM ({judged})"""


def _given(state: str, kept: Iterable[str]) -> str:
    """The last of the due times that facts give, up to the end or ``given_until``, whichever is first."""
    last = with_columns(
        state,
        """arrayReverseSort(arrayFilter(
               d -> tupleElement(d, 1) <= if(end_type != 0, least(ended_at, {given_until:Int64}), {given_until:Int64}),
               later_dues))[1] AS last_later""",
    )
    # Without a later due time the last is all zeros, and its precedence no greater than any.
    precedence = precedence_of("tupleElement(last_later, 1)", "tupleElement(last_later, 2)")
    due = f"if({precedence} > accepted_due_precedence, tupleElement(last_later, 3), intDiv(accepted_due, 256))"
    basis = f"if({precedence} > accepted_due_precedence, tupleElement(last_later, 4), accepted_due % 256)"
    columns = ", ".join(name for name in kept if name not in {"given_due", "given_basis"})
    return f"SELECT {columns}, {due} AS given_due, {basis} AS given_basis FROM ({last})"


# Small tables to join with. As arrays bound into the expressions they would be named, hashed and copied at every level
# of the query by the server's analyser, which costs more than the query itself.
_VERSIONS = f"""
    SELECT subject AS version_of,
           groupArray((valid_from, valid_to, limit_amount, limit_unit, after_15h_next_day)) AS versions
    FROM ({live_definitions_sql("procedure_fact", _LIMIT_COLUMNS, ("subject", "valid_from"))}) GROUP BY subject"""

_DAYS = """
    SELECT toInt64(day) AS day, seen, seen_before, next_day FROM working_calendar
    WHERE calendar = {calendar:String}"""

_NUMBERED = """
    SELECT toInt64(seen) AS number, day AS numbered_day FROM working_calendar
    WHERE calendar = {calendar:String} AND seen > seen_before"""


def _looked_up(inner: str, kept: Iterable[str], *, key: str, table: str, on: str, gives: str) -> str:
    """The kept columns of ``inner``, and those that a small table gives for the key; 0 where it has no such row."""
    keyed = f"SELECT {', '.join(kept)}, {key} AS {on} FROM ({inner})"
    return f"SELECT {', '.join(kept)}, {gives} FROM ({keyed}) AS dossier ANY LEFT JOIN ({table}) AS small USING ({on})"


def _derived(given: str, kept: tuple[str, ...]) -> str:
    """``given`` with ``derived_due`` from the limit of the procedure's version valid on the day of receipt.

    It is 0 without a limit, or where the calendar does not reach; ``in_hours`` says that the limit is in working hours.
    The steps are few and long on purpose: each level of a query costs the server's analyser milliseconds.
    """
    # Days and hours; ``spent`` is the office time from the opening of the counted day to the end of the limit.
    placed = (*kept, "amount", "limit_unit", "counted_day", "spent")
    numbered = _looked_up(
        _placed(given, kept),
        (*placed, "roll_from"),
        key="due_number",
        table=_NUMBERED,
        on="number",
        gives="numbered_day",
    )
    rolled = _looked_up(
        numbered, (*placed, "numbered_day"), key="roll_from", table=_DAYS, on="day", gives="next_day AS rolled_day"
    )
    hours = official().office_hours
    rest = f"((spent - 1) % {hours.length} + 1)"
    due_on = f"if(limit_unit = {_CALENDAR_DAYS}, rolled_day, numbered_day)"
    columns = ", ".join(kept)
    return f"""
        SELECT {columns}, limit_unit = {_WORKING_HOURS} AS in_hours,
               multiIf({due_on} = 0, 0,
                       limit_unit = {_WORKING_HOURS}, {due_on} * {DAY_MS} - {OFFSET_MS} + {clock_at(hours, rest)},
                       {end_of_day(due_on)}) AS derived_due
        FROM ({rolled})"""


def _placed(given: str, kept: tuple[str, ...]) -> str:
    """``given`` with where the limit leads: ``due_number``, a working day's number, or ``roll_from``, the day before.

    Received at 15:00 or later, where the procedure has that rule: counted from the opening of the next working day.
    """
    received_day = day_of("received_at")
    clock = f"((received_at + {OFFSET_MS}) % {DAY_MS})"
    versioned = with_columns(
        _looked_up(given, kept, key="procedure", table=_VERSIONS, on="version_of", gives="versions"),
        f"""arrayReverseSort(arrayFilter(v -> tupleElement(v, 1) <= {received_day}
                AND (tupleElement(v, 2) = 0 OR {received_day} < tupleElement(v, 2)), versions))[1] AS version""",
    )
    on_its_day = _looked_up(
        versioned,
        (*kept, "version"),
        key=received_day,
        table=_DAYS,
        on="day",
        gives=f"""seen, seen_before, next_day, tupleElement(version, 3) AS amount,
                  tupleElement(version, 4) AS limit_unit,
                  tupleElement(version, 5) != 0 AND {clock} >= {FIFTEEN_HOURS_MS} AS moved""",
    )
    hours = official().office_hours
    counted = with_columns(
        on_its_day,
        f"""if(moved, next_day, {received_day}) AS counted_day, if(moved, seen, seen_before) AS before,
            if(NOT moved AND seen > seen_before, {offset_at(hours, clock)}, 0) + amount * {HOUR_MS} AS spent,
            {received_day} BETWEEN {epoch_day(FIRST_DAY)} AND {epoch_day(LAST_DAY)} AND (next_day != 0 OR NOT moved)
                AND (amount > 0 OR limit_unit = {_SAME_DAY}) AS countable""",
    )
    return with_columns(
        counted,
        f"""multiIf(NOT countable, 0, limit_unit = {_WORKING_DAYS}, if(moved, seen + 1, seen) + amount,
                    limit_unit = {_SAME_DAY}, before + 1,
                    limit_unit = {_WORKING_HOURS}, before + 1 + intDiv(spent - 1, {hours.length}), 0) AS due_number,
            if(countable AND limit_unit = {_CALENDAR_DAYS}, counted_day + amount - 1, 0) AS roll_from""",
    )
