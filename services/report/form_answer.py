"""Form II.06a from the store: for one unit with all below it, for all, or for every unit at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cchc.calendar.periods import Period
from cchc.dossier.numbering import Codes
from cchc.store.port import Store
from services.report.due_in_period import due_in_period
from services.report.failures import unknown_unit
from services.report.flags import Surroundings, flags_of
from services.report.form_ii06a import FormII06a, form_of_counts, stands
from services.report.form_query import form_counts
from services.report.identities import broken_in_form
from services.report.question import Question
from services.report.replaced import Replaced, replaced_in_dossiers


class FormAnswers:
    """Answers forms from one generation of the store.

    Args:
        store: in the database that the aggregator fills.
        quarantine_count: how many entries stand in quarantine, as of milliseconds UTC.
    """

    def __init__(self, store: Store, quarantine_count: Callable[[int], int]) -> None:
        self._store = store
        self._quarantine_count = quarantine_count
        self._codes = Codes(store)

    def ii06a(self, period: Period, as_of_ms: int, unit: str | None = None, *, bridged: bool = False) -> FormII06a:
        """The form of a unit and of all below it on the period's last day; of all units when none is named.

        Cost: two counts over the facts, one of them of the period before, for the carry-over; one more when bridged.

        Args:
            period: what it is for.
            as_of_ms: as it was known then, milliseconds UTC.
            unit: code of the unit.
            bridged: also count what a bridge to D5 is made of.

        Raises:
            Refused: ``report.unknown_unit`` when no definition known at ``as_of_ms`` has the code. Others as
                ``Store.query``.
        """
        question = Question.ask(self._store, period, as_of_ms)
        units = _units(question, unit)
        everything = form_counts(self._store, question, codes=self._codes)
        counts = [line for line in everything if units is None or line["unit"] in units]
        form = _form(question, counts, unit)
        adrift = [line for line in everything if _is_adrift(question, line["unit"], unit)]
        replaced = _touching(self._replaced(question), units)
        around = _surroundings(question, counts, adrift, self._quarantine_count(as_of_ms), replaced)
        before = self._before(question, unit, units)
        return replace(
            form,
            flags=flags_of(form, broken_in_form(form, before), around),
            falls_due_of=due_in_period(self._store, question, units, self._codes) if bridged else None,
        )

    def by_unit(self, period: Period, as_of_ms: int) -> Mapping[str, FormII06a]:
        """The form of every unit, each as ``ii06a`` gives it for that unit, from one count over the facts.

        Units in force on the period's last day, and those that are not but have dossiers in the period. A unit's form
        holds all below it, so that only forms of units that do not contain one another may be added up. The carry-over
        is not compared with the period before.
        """
        question = Question.ask(self._store, period, as_of_ms)
        counts_of: dict[str, list[dict[str, Any]]] = {}
        for line in filter(stands_or_falls_due, form_counts(self._store, question, codes=self._codes)):
            counts_of.setdefault(line["unit"], []).append(line)
        codes = sorted({*counts_of, *(unit.code for unit in question.units.valid_on(question.day))})
        quarantined, replaced = self._quarantine_count(as_of_ms), self._replaced(question)
        adrift_of = _adrift_of(question, counts_of)
        forms = {}
        for code in codes:
            below = question.units.subtree(code, question.day)
            counts = [line for member in below for line in counts_of.get(member, ())]
            form = _form(question, counts, code)
            adrift = [line for member in adrift_of.get(code, ()) for line in counts_of[member]]
            around = _surroundings(question, counts, adrift, quarantined, _touching(replaced, below))
            forms[code] = replace(form, flags=flags_of(form, broken_in_form(form), around))
        return forms

    def _before(self, question: Question, unit: str | None, units: Sequence[str] | None) -> FormII06a:
        """The period before, of the same units and as known at the same time."""
        earlier = replace(question, period=question.period.previous())
        return _form(earlier, form_counts(self._store, earlier, units, self._codes), unit)

    def _replaced(self, question: Question) -> tuple[Replaced, ...]:
        return replaced_in_dossiers(self._store, question.as_of_ms, question.period.end_ms)


def stands_or_falls_due(counts: Mapping[str, Any]) -> bool:
    """Whether a line of counts has any dossier that a form shows, D5's among them."""
    return stands(counts) or counts["falls_due"] > 0


def _units(question: Question, unit: str | None) -> list[str] | None:
    if unit is None:
        return None
    if not question.units.knows(unit):
        raise unknown_unit(unit)
    return question.units.subtree(unit, question.day)


def _form(question: Question, counts: Iterable[Mapping[str, Any]], unit: str | None) -> FormII06a:
    known = None if unit is None else question.units.on(unit, question.day)
    return form_of_counts(counts, question.period, question.as_of_ms, unit, known.name if known else "")


def _is_adrift(question: Question, code: str, asked: str | None) -> bool:
    """Whether a unit with dossiers is not in force, and stood last below the unit that is asked for (or anywhere)."""
    if code == asked or question.units.on(code, question.day) is not None:
        return False
    return asked is None or asked in question.units.line_above(code, question.day)


def _adrift_of(question: Question, codes: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Unit → the units with dossiers for which ``_is_adrift`` holds of it."""
    found: dict[str, list[str]] = {}
    for code in codes:
        if question.units.on(code, question.day) is None:
            for above in question.units.line_above(code, question.day)[1:]:
                found.setdefault(above, []).append(code)
    return found


def _surroundings(
    question: Question,
    counts: Iterable[Mapping[str, Any]],
    adrift: Iterable[Mapping[str, Any]],
    quarantined: int,
    replaced: tuple[Replaced, ...],
) -> Surroundings:
    named = (
        question.units.on(code, question.day) for code in sorted({line["unit"] for line in filter(stands, counts)})
    )
    lost = list(filter(stands, adrift))
    return Surroundings(
        quarantined,
        replaced,
        unconfirmed_units=tuple(unit.code for unit in named if unit is not None and unit.unconfirmed),
        unconfirmed_procedures=sum(procedure.unconfirmed for procedure in question.procedures.valid_on(question.day)),
        units_not_in_force=tuple(sorted({line["unit"] for line in lost})),
        dossiers_not_in_force=sum(map(_dossiers, lost)),
    )


def _touching(replaced: Iterable[Replaced], units: Collection[str] | None) -> tuple[Replaced, ...]:
    return tuple(one for one in replaced if units is None or one.touches(units))


def _dossiers(line: Mapping[str, Any]) -> int:
    return int(line["received_online"] + line["received_direct"] + line["carried_over"] + line["declined"])
