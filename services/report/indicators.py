"""Named indicators (chỉ tiêu) of every unit for a question: two whole numbers each, or why there are none.

A unit's figures are those of the dossiers that it handles, and of all units below it. Each dossier, petition and step
is handled by one unit, so nothing is counted twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cchc.index.count import Count, Indicators, Missing
from cchc.procedures.register import Procedure
from cchc.store.port import Store
from cchc.units.tree import Unit
from services.report import index_on_time, petitions
from services.report.index_dossiers import (
    DOSSIER_RATIOS,
    STEP_RATIOS,
    USED,
    UnitFigures,
    dossier_figures,
    on_paper,
    step_counts,
)
from services.report.index_evidence import KnownEvidence
from services.report.index_procedures import PROCEDURE_RATIOS, Authority
from services.report.question import Question

_COUNTED = "counted"


_OTHER_NEEDS: Mapping[str, tuple[str, ...]] = {
    index_on_time.ON_TIME: ("acceptance",),
    index_on_time.LATE_OR_COMPLAINED: ("acceptance", "complaint"),
    petitions.ON_TIME: ("petition",),
    petitions.SATISFIED: ("petition",),
    petitions.PROLONGED: ("petition",),
    **dict.fromkeys(STEP_RATIOS, ("step",)),
}

_PORTAL = ("Cổng Dịch vụ công quốc gia", "the national portal")
_DATABASE = ("Cơ sở dữ liệu quốc gia về thủ tục hành chính", "the national database of procedures")
_ONE_STOP = ("Bộ phận Một cửa", "the one-stop")
_ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "procedures_published_on_time": _DATABASE,
    "procedures_public_on_time": _DATABASE,
    "procedures_complete": _DATABASE,
    "dossiers_synced": _PORTAL,
    "results_shared": _PORTAL,
    "citizen_data_dossiers": _PORTAL,
    "citizen_data_procedures": _PORTAL,
    "agencies_contacted_none": _ONE_STOP,
    "agencies_contacted_one": _ONE_STOP,
    "one_stop_received": _ONE_STOP,
    "one_stop_on_site": _ONE_STOP,
    "publicity_posted": _ONE_STOP,
    "publicity_electronic": _ONE_STOP,
}
"""Indicators that no fact of the log says: who has their figures."""

_NO_PROCEDURES = Missing("Chưa có danh mục thủ tục hành chính.", "No register of procedures is known.")
_UNDATED = Missing(
    "Không hồ sơ, phản ánh nào có hạn xử lý nên chưa tính được.",
    "None of the dossiers or petitions has a due time, so nothing can be judged.",
)

NAMES = frozenset({*DOSSIER_RATIOS, *PROCEDURE_RATIOS, *_OTHER_NEEDS, *_ELSEWHERE})
"""Every indicator that is known here, with or without figures."""


@dataclass(frozen=True, slots=True)
class Indicated:
    """The indicators of the units in force on the question's day.

    Attributes:
        by_unit: unit code → indicator → what it says.
        astray: dossiers counted in the period whose handling unit is not in force on that day: they are in no unit's
            figures.
    """

    by_unit: Mapping[str, Indicators]
    astray: int


@dataclass(slots=True)
class _Own:
    """Figures of one unit, or of a unit with all below it."""

    counts: Counter[str] = field(default_factory=Counter)
    used: dict[str, set[str]] = field(default_factory=dict)

    def add(self, other: _Own) -> None:
        self.counts.update(other.counts)
        for name, codes in other.used.items():
            self.used.setdefault(name, set()).update(codes)


def indicated(store: Store, question: Question, names: Iterable[str]) -> Indicated:
    """The named indicators of every unit in force on ``question.day``, its own dossiers with those of all below it.

    An indicator whose facts nobody says, anywhere in the log, is ``Missing`` with its reason; with such facts, a unit
    that has none of them counts 0 of 0. Procedures that are counted are those valid on ``question.day`` at the level of
    the unit or of a unit below it; what a dossier's procedure asks of it is as valid on its day of receipt.

    Cost: at most one fold over the dossiers for what form II.06a also counts, one for the judgement of QĐ 766, one pass
    over the petitions and one over the steps; only what the names need.
    """
    asked = tuple(dict.fromkeys(names))
    missing = _missing(question, KnownEvidence.load(store, question.as_of_ms), asked)
    own = _own_figures(store, question, [name for name in asked if name not in missing])
    units = question.units.valid_on(question.day)
    below = _lineage(units)
    counted = PROCEDURE_RATIOS.keys() & (set(asked) - missing.keys())
    authority = Authority.load(store, question) if counted else Authority((), {})
    by_unit: dict[str, Indicators] = {}
    for unit in units:
        members = below[unit.code]
        total = _Own()
        for member in members:
            if member.code in own:
                total.add(own[member.code])
        procedures = authority.of(members)
        by_unit[unit.code] = {name: missing.get(name) or _value(name, total, procedures) for name in asked}
    in_force = {unit.code for unit in units}
    astray = sum(figures.counts[_COUNTED] for code, figures in own.items() if code not in in_force)
    return Indicated(by_unit, astray)


def _missing(question: Question, known: KnownEvidence, names: Sequence[str]) -> dict[str, Missing]:
    """The names that nothing can be counted for, with the reason."""
    found: dict[str, Missing] = {}
    for name in names:
        reason = _reason(name, question, known)
        if reason is not None:
            found[name] = reason
    return found


def _reason(name: str, question: Question, known: KnownEvidence) -> Missing | None:
    if name in _ELSEWHERE:
        vi, en = _ELSEWHERE[name]
        return Missing(f"Chưa có dữ kiện: số liệu do {vi} cung cấp.", f"No facts yet: {en} has these figures.")
    if name in DOSSIER_RATIOS:
        return known.missing((*DOSSIER_RATIOS[name].needs, *_needs_of_papers(name, question)))
    if name in PROCEDURE_RATIOS:
        register = question.procedures.valid_on(question.day)
        return known.missing(PROCEDURE_RATIOS[name].needs) if register else _NO_PROCEDURES
    if name in _OTHER_NEEDS:
        return known.missing(_OTHER_NEEDS[name])
    return Missing(f"Hệ thống chưa tính chỉ tiêu “{name}”.", f'There is no indicator named "{name}".')


def _needs_of_papers(name: str, question: Question) -> tuple[str, ...]:
    """QĐ 766, 3.3 asks for electronic results only where some result is a paper."""
    if name != "dossiers_online_with_result":
        return ()
    return () if on_paper(question).is_empty else ("electronic_result",)


def _own_figures(store: Store, question: Question, names: Sequence[str]) -> dict[str, _Own]:
    """What the dossiers, petitions and steps of each unit say, units below it left out."""
    own: dict[str, _Own] = {}
    wanted = set(names)
    ratios = [name for name in names if name in DOSSIER_RATIOS]
    used = {PROCEDURE_RATIOS[name].used for name in names if name in PROCEDURE_RATIOS} - {""}
    if ratios or used:
        figures = dossier_figures(store, question, ratios, [name for name in USED if name in used])
        _take(own, figures)
    if wanted & {index_on_time.ON_TIME, index_on_time.LATE_OR_COMPLAINED}:
        _take_counts(own, index_on_time.on_time_counts(store, question))
    if wanted & {petitions.ON_TIME, petitions.SATISFIED, petitions.PROLONGED}:
        _take_counts(own, petitions.petition_counts(store, question))
    if steps := [name for name in names if name in STEP_RATIOS]:
        _take_counts(own, step_counts(store, question, steps))
    return own


def _take(own: dict[str, _Own], figures: Mapping[str, UnitFigures]) -> None:
    for unit, said in figures.items():
        own.setdefault(unit, _Own()).add(_Own(said.counts, {name: set(codes) for name, codes in said.used.items()}))


def _take_counts(own: dict[str, _Own], counts: Mapping[str, Counter[str]]) -> None:
    for unit, said in counts.items():
        own.setdefault(unit, _Own()).counts.update(said)


def _lineage(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    """Unit code → the unit and all below it, each once. A circle of parents is walked once."""
    by_code = {unit.code: unit for unit in units}
    below: dict[str, list[Unit]] = {unit.code: [] for unit in units}
    for unit in units:
        passed: set[str] = set()
        above = unit.code
        while above in by_code and above not in passed:
            passed.add(above)
            below[above].append(unit)
            above = by_code[above].parent
    return below


def _value(name: str, total: _Own, authority: Sequence[Procedure]) -> Count | Missing:
    if name in PROCEDURE_RATIOS:
        return PROCEDURE_RATIOS[name].count(authority, total.used)
    count = Count(total.counts[f"{name}.n"], total.counts[f"{name}.d"])
    return _UNDATED if count.d == 0 and total.counts[f"{name}.undated"] else count
