"""Whether a dossier is in time (đúng hạn), from its state: the due time in force, its basis, and what follows.

Sections "The due time in force", "Its basis", "Judgement of a resolved dossier" and "pending" of
``docs/dossier-semantics.md``. Only the calendar's arithmetic is the product's own; its tests stand beside it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cchc.api.intake.v1.intake_pb2 import DUE_BASIS_DAY, DUE_BASIS_INSTANT, DUE_BASIS_UNSPECIFIED
from cchc.api.reference.v1.reference_pb2 import (
    LIMIT_UNIT_SAME_DAY,
    LIMIT_UNIT_UNSPECIFIED,
    LIMIT_UNIT_WORKING_HOURS,
    LimitUnit,
    ProcedureDefined,
)
from cchc.calendar.working_days import WorkingCalendar
from cchc.errors import Refused
from tests.reference.dossier_fold import DossierState, GivenDue, day_of, start_of_day

EPOCH_DAY = date(1970, 1, 1)

DeriveDue = Callable[[int, ProcedureDefined, date], int]
"""(received at, procedure with a limit, day on which the calendar is known) → due time."""


def official_due(received_at_ms: int, procedure: ProcedureDefined, known_on: date) -> int:
    """The due time of a limit by the official calendar, as it was known at the end of a day."""
    limit, unit = procedure.limit, procedure.limit_unit
    return _calendar(known_on).due(received_at_ms, limit, unit, procedure.after_15h_next_day).at_ms


@functools.cache
def _calendar(known_on: date) -> WorkingCalendar:
    return WorkingCalendar.official(known_on)


@dataclass(frozen=True, slots=True)
class Due:
    """The due time in force (hạn trả) and what it binds to."""

    at_ms: int
    by_instant: bool
    derived: bool

    @property
    def day(self) -> date:
        """The day of Asia/Ho_Chi_Minh on which it falls."""
        return day_of(self.at_ms)

    @property
    def passed_at_ms(self) -> int:
        """The first moment at which a dossier that is still open is overdue."""
        return self.at_ms if self.by_instant else start_of_day(self.day + timedelta(days=1))


def valid_procedure(code: str, day: date, procedures: Sequence[ProcedureDefined]) -> ProcedureDefined | None:
    """The definition of a procedure that is valid on a day; of several, the one valid since the latest day."""
    number = (day - EPOCH_DAY).days
    valid = [
        procedure
        for procedure in procedures
        if procedure.procedure_code == code
        and procedure.valid_from_day <= number
        and (procedure.valid_to_day == 0 or number < procedure.valid_to_day)
    ]
    return max(valid, key=lambda procedure: procedure.valid_from_day, default=None)


def due_in_force(
    state: DossierState,
    *,
    judged_at_ms: int,
    as_of_ms: int,
    procedures: Sequence[ProcedureDefined],
    derive: DeriveDue = official_due,
) -> Due | None:
    """The due time that binds an accepted dossier, judged at an instant; ``None`` when it has none.

    Args:
        state: an accepted dossier.
        judged_at_ms: due times given later than this change nothing: the page's ``given_until``.
        as_of_ms: up to when the log is known; its day is the day on which the calendar is known.
        procedures: every definition, with its validity.
        derive: how a limit becomes a time.
    """
    if state.received_at_ms is None:
        return None
    procedure = valid_procedure(state.procedure, day_of(state.received_at_ms), procedures)
    given = [due for due in state.given_dues if _counts(due, state, judged_at_ms)]
    if given:
        last = max(given, key=lambda due: (due.occurred_at_ms, due.tie))
        return Due(last.due_at_ms, _by_instant(last.basis, procedure), derived=False)
    if procedure is None or not _has_limit(procedure):
        return None
    try:
        at_ms = derive(state.received_at_ms, procedure, day_of(as_of_ms))
    except Refused as refused:
        if refused.code != "calendar.out_of_range":
            raise
        return None
    return Due(at_ms, procedure.limit_unit == LIMIT_UNIT_WORKING_HOURS, derived=True)


def _counts(due: GivenDue, state: DossierState, judged_at_ms: int) -> bool:
    if due.with_acceptance:
        return True
    if state.ended_at_ms is not None and due.occurred_at_ms > state.ended_at_ms:
        return False
    return due.occurred_at_ms <= judged_at_ms


def _has_limit(procedure: ProcedureDefined) -> bool:
    if procedure.limit_unit == LIMIT_UNIT_UNSPECIFIED or procedure.limit_unit not in LimitUnit.values():
        return False
    return procedure.limit_unit == LIMIT_UNIT_SAME_DAY or procedure.limit > 0


def _by_instant(basis: int, procedure: ProcedureDefined | None) -> bool:
    if basis == DUE_BASIS_UNSPECIFIED:
        return procedure is not None and procedure.limit_unit == LIMIT_UNIT_WORKING_HOURS
    if basis not in {DUE_BASIS_DAY, DUE_BASIS_INSTANT}:
        raise ValueError(f"no such due basis: {basis}")
    return basis == DUE_BASIS_INSTANT


def judge_resolved(ended_at_ms: int, due: Due | None) -> str:
    """``early``, ``on_time``, ``late`` or ``no_due``, from the real end, by days of Asia/Ho_Chi_Minh."""
    if due is None:
        return "no_due"
    if day_of(ended_at_ms) < due.day:
        return "early"
    if due.by_instant:
        return "on_time" if ended_at_ms <= due.at_ms else "late"
    return "on_time" if day_of(ended_at_ms) == due.day else "late"


def judge_pending(judged_at_ms: int, due: Due | None) -> str:
    """``in_time``, ``overdue`` or ``no_due`` at the moment of judgement."""
    if due is None:
        return "no_due"
    return "overdue" if due.passed_at_ms <= judged_at_ms else "in_time"
