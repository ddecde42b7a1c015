"""Which procedures have a property on the day on which a dossier was received, in a period, as SQL.

A procedure may be defined anew, begin or end within the period: a dossier goes by the definition that was valid on its
day of receipt, as its due time does (docs/dossier-semantics.md, "The procedure valid on a day").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cchc.calendar.periods import Period
from cchc.calendar.vietnam_time import epoch_day
from cchc.dossier.deadline import day_of
from cchc.procedures.register import Procedure, ProcedureRegister
from cchc.store.port import Parameter

_NONE = "\x00"
"""Keeps a bound array from being empty, which old servers cannot type. No code can be this."""


@dataclass(frozen=True, slots=True)
class ProceduresInPeriod:
    """Procedures that have a property in a period.

    Attributes:
        name: of the bound parameters; a word.
        always: codes of those that have it on every day of the period.
        changes: days (since 1970-01-01) within the period from which some other procedure has it, or has it no more.
        at_times: of those others, how many of ``changes`` lie behind, and the code, for each stretch with the property.
    """

    name: str
    always: Sequence[str]
    changes: Sequence[int]
    at_times: Sequence[tuple[int, str]]

    @classmethod
    def of(
        cls, name: str, register: ProcedureRegister, period: Period, has: Callable[[Procedure], bool]
    ) -> ProceduresInPeriod:
        """The procedures of the register for which ``has`` holds on days of the period."""
        first, last = epoch_day(period.first), epoch_day(period.last)
        turns = {code: _turns(register, code, first, last, has) for code in register.by_code()}
        changing = [code for code, found in turns.items() if found]
        changes = sorted({day for code in changing for day in turns[code]})
        return cls(
            name,
            [code for code, found in turns.items() if not found and _holds(register, code, first, has)],
            changes,
            [
                (place, code)
                for place, day in enumerate([first, *changes])
                for code in changing
                if _holds(register, code, day, has)
            ],
        )

    @property
    def is_empty(self) -> bool:
        """Whether no procedure has it on any day of the period."""
        return not (self.always or self.at_times)

    def sql(self) -> str:
        """Whether a dossier's ``procedure`` had it on the day of ``received_at``, which lies in the period."""
        always = f"procedure IN (SELECT arrayJoin({{{self.name}_always:Array(String)}}))"
        if not self.changes:
            return always
        # Added up one by one: 18.16 does not find a column that is named only in a lambda over a bound array.
        day = day_of("received_at")
        behind = " + ".join(f"({{{name}:Int64}} <= {day})" for name in self._changes())
        at_times = f"(SELECT arrayJoin({{{self.name}_at_times:Array(String)}}))"
        return f"({always} OR concat(toString({behind}), ' ', procedure) IN {at_times})"

    def parameters(self) -> Mapping[str, Parameter]:
        """What ``sql`` binds."""
        return {
            f"{self.name}_always": [_NONE, *self.always],
            **self._changes(),
            f"{self.name}_at_times": [_NONE, *(f"{place} {code}" for place, code in self.at_times)],
        }

    def _changes(self) -> Mapping[str, int]:
        return {f"{self.name}_change_{place}": day for place, day in enumerate(self.changes)}


def _holds(register: ProcedureRegister, code: str, day: int, has: Callable[[Procedure], bool]) -> bool:
    defined = register.on(code, day)
    return defined is not None and has(defined)


def _turns(
    register: ProcedureRegister, code: str, first: int, last: int, has: Callable[[Procedure], bool]
) -> list[int]:
    """Days after the first on which the procedure gets or loses the property."""
    versions = register.of(code)
    days = sorted(
        {day for version in versions for day in (version.valid_from, version.valid_to) if first < day <= last}
    )
    before, turns = _holds(register, code, first, has), []
    for day in days:
        holds = _holds(register, code, day, has)
        if holds != before:
            turns.append(day)
        before = holds
    return turns
