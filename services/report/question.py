"""What is asked: a period, judged as it was known at a time, by the procedures and working days known then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cchc.calendar.periods import Period
from cchc.calendar.vietnam_time import day_of, epoch_day
from cchc.calendar.working_days import WorkingCalendar
from cchc.dossier.calendar_rows import decisions_said, publish
from cchc.dossier.said import days_of_receipt, some_due_time_unsaid
from cchc.procedures.register import ProcedureRegister
from cchc.store.port import Parameter, Store
from cchc.units.tree import UnitTree

_NO_PROCEDURE = "\x00"
"""Keeps a bound array from being empty, which old servers cannot type. No code can be this."""


@dataclass(frozen=True, slots=True)
class Question:
    """A period as it was known at ``as_of_ms`` (milliseconds UTC), with the reference data known then."""

    period: Period
    as_of_ms: int
    units: UnitTree
    procedures: ProcedureRegister
    calendar: WorkingCalendar

    @classmethod
    def ask(cls, store: Store, period: Period, as_of_ms: int) -> Question:
        """The question with the units, procedures and working days that the store knew at ``as_of_ms``."""
        return cls(
            period,
            as_of_ms,
            UnitTree.load(store, as_of_ms),
            ProcedureRegister.load(store, as_of_ms),
            WorkingCalendar.official(day_of(as_of_ms), decisions_said(store, as_of_ms)),
        )

    @property
    def judged_at_ms(self) -> int:
        """The first millisecond after the period, or ``as_of`` when that is earlier."""
        return min(self.period.end_ms, self.as_of_ms)

    @property
    def given_until_ms(self) -> int:
        """The last millisecond of the period, or ``as_of`` when that is earlier: later due times change nothing."""
        return min(self.period.end_ms - 1, self.as_of_ms)

    @property
    def day(self) -> int:
        """The day (since 1970-01-01) on which units are looked up: the last of the period, or that of ``as_of``."""
        return epoch_day(min(self.period.last, day_of(self.as_of_ms)))

    def must_derive(self, store: Store) -> bool:
        """Whether some due time, or what it binds to, must be derived from the procedures' limits.

        Where not, procedures and calendar need not be joined to every dossier: every due time is said, and where it
        is not said what it binds to, the code of the procedure alone says so.
        """
        return (
            self.procedures.changes_between_hours_and_days()
            or some_due_time_unsaid(store, self.as_of_ms)
            or self._some_receipt_out_of_force(store)
        )

    def _some_receipt_out_of_force(self, store: Store) -> bool:
        """Whether a dossier was received on a day on which its procedure, in hours otherwise, was not in force."""
        received = days_of_receipt(store, self.procedures.hour_procedures(), self.as_of_ms)
        return not all(self.procedures.in_force_throughout(code, *days) for code, days in received.items())

    def parameters(self, store: Store) -> Mapping[str, Parameter]:
        """Everything that the queries of dossiers bind."""
        return {
            "as_of": self.as_of_ms,
            "judged_at": self.judged_at_ms,
            "given_until": self.given_until_ms,
            "period_start": self.period.start_ms,
            "period_end": self.period.end_ms,
            "calendar": publish(store, self.calendar),
            "hour_procedures": [_NO_PROCEDURE, *self.procedures.hour_procedures()],
            "sometimes_hour_procedures": [_NO_PROCEDURE, *self.procedures.sometimes_hour_procedures()],
        }
