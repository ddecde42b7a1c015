"""What the witness and the store say of the same sets of facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cchc.calendar.decisions import DayDecision
from cchc.calendar.periods import free_window
from cchc.calendar.vietnam_time import date_of
from cchc.calendar.working_days import WorkingCalendar
from cchc.store.port import Store
from services.report.form_query import COUNTS, form_counts
from services.report.question import Question
from tests.integration.fold.drawn import FactSet
from tests.integration.fold.filled import Databases, dice
from tests.reference import strategies
from tests.reference.definitions import decisions_of, procedures_of
from tests.reference.dossier_fold import Known, day_of, fold
from tests.reference.form_ii06a import COLUMNS, OUTSIDE, flags_of_states, form_of_states
from tests.reference.judgement import DeriveDue

Figures = dict[tuple[str, str], dict[str, int]]
"""(unit, field) → count → figure; the field is ``*`` for what the witness does not tell by field. No zeros."""

_BY_FIELD = (*(name for name in COLUMNS if not name.endswith("_total")), *OUTSIDE, "declined")
_BY_UNIT = tuple(name for name in COUNTS if name not in _BY_FIELD)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the decisions on working days that stand in the log beside the sets."""

    question: strategies.Question
    calendar: Sequence[Known] = ()


def ask(store: Store, question: strategies.Question) -> Question:
    """The same question, for the store."""
    return Question.ask(store, free_window(question.first, question.last), question.as_of_ms)


def said_by_store(store: Store, question: strategies.Question) -> Figures:
    """The store's figures."""
    units = None if question.units is None else sorted(question.units)
    figures: Figures = {}
    for row in form_counts(store, ask(store, question), units):
        for name in COUNTS:
            field = "*" if name in _BY_UNIT else row["field"]
            _add(figures, (row["unit"], field), name, row[name])
    return figures


def said_by_witness(sets: Iterable[FactSet], asked: Asked) -> Figures:
    """The witness's figures."""
    figures: Figures = {}
    derive = _derive(asked)
    for one in sets:
        _tell(one, asked.question, derive, figures)
    return figures


def _tell(one: FactSet, question: strategies.Question, derive: DeriveDue, figures: Figures) -> None:
    states = fold(one.known, as_of_ms=question.as_of_ms).values()
    procedures = procedures_of(one.known, as_of_ms=question.as_of_ms)
    units = {state.unit for state in states} | {state.declined_unit for state in states}
    for unit in sorted(units if question.units is None else units & question.units):
        form = form_of_states(
            states,
            first=question.first,
            last=question.last,
            as_of_ms=question.as_of_ms,
            units={unit},
            procedures=procedures,
            derive=derive,
        )
        flags = flags_of_states(
            states,
            first=question.first,
            last=question.last,
            as_of_ms=question.as_of_ms,
            units={unit},
            procedures=procedures,
            derive=derive,
        )
        for row in form["rows"]:
            flat = {**row, **row["outside"]}
            for name in _BY_FIELD:
                _add(figures, (unit, row["field"]), name, flat[name])
        d5 = form["on_time"]["D5"]
        for name, figure in {**flags, "falls_due": d5["d"], "falls_due_met": d5["n"]}.items():
            _add(figures, (unit, "*"), name, figure)


def _derive(asked: Asked) -> DeriveDue:
    as_of_ms = asked.question.as_of_ms
    decided = [
        DayDecision(date_of(one.day), one.working, one.name, one.decision, date_of(one.known_from_day))
        for one in decisions_of(asked.calendar, as_of_ms=as_of_ms)
    ]
    calendar = WorkingCalendar.official(day_of(as_of_ms), decided)
    return lambda received, procedure, _: (
        calendar.due(received, procedure.limit, procedure.limit_unit, procedure.after_15h_next_day).at_ms
    )


def _add(figures: Figures, place: tuple[str, str], name: str, figure: int) -> None:
    if figure:
        counts = figures.setdefault(place, {})
        counts[name] = counts.get(name, 0) + figure


def differing(expected: Figures, answered: Figures) -> set[int]:
    """Numbers of the sets of which the two say different things."""
    places = {place for place in expected.keys() | answered.keys() if expected.get(place) != answered.get(place)}
    return {int(unit.partition("/")[0]) for unit, _ in places}


def assert_same(databases: Databases, store: Store, sets: Sequence[FactSet], asked: Asked) -> None:
    """Store and witness say the same of every set.

    Raises:
        AssertionError: with the smallest set of facts found on which they differ.
    """
    expected, answered = said_by_witness(sets, asked), said_by_store(store, asked.question)
    if expected == answered:
        return
    different = differing(expected, answered)
    smallest = min((one for one in sets if one.number in different), key=lambda one: len(one.known))
    raise AssertionError(f"{len(different)} sets differ\n{_smallest_difference(databases, smallest, asked)}")


def _smallest_difference(databases: Databases, one: FactSet, asked: Asked) -> str:
    """Take facts away for as long as the two still differ. All attempts of a round share a database and a question."""
    asked = replace(asked, question=replace(asked.question, units=None))
    while True:
        attempts = [one.renumbered_without(number) for number in range(len(one.known))]
        known = [*asked.calendar, *(fact for attempt in attempts for fact in attempt.known)]
        with databases.holding(known, dice(1), again=0) as store:
            different = differing(said_by_witness(attempts, asked), said_by_store(store, asked.question))
        if not different:
            break
        one = attempts[min(different)]
    with databases.holding([*asked.calendar, *one.known], dice(1), again=0) as store:
        witness, product = said_by_witness([one], asked), said_by_store(store, asked.question)
    facts = "\n".join(f"recorded at {known.recorded_at_ms}: {known.event}" for known in one.known)
    return f"{asked.question}\n{facts}\nwitness: {_told(witness)}\nstore:   {_told(product)}"


def _told(figures: Mapping[tuple[str, str], Mapping[str, int]]) -> str:
    return "; ".join(f"{unit} {field!r} {dict(counts)}" for (unit, field), counts in sorted(figures.items()))
