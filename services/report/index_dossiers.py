"""Indicators that are two counts of dossiers, or of steps, by handling unit: what each counts, and of what.

The sources are the set files in ``cchc/index/sets``, and for QĐ 766 the description of its formulas (Mô tả công thức
tính chỉ số 766): it counts over the dossiers received in the period, TT 01/2018/TT-VPCP over those resolved in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cchc.dossier.deadline import day_of, with_columns
from cchc.dossier.fold import STEP, YES, live_facts
from cchc.store.port import Store
from services.report.dossiers_in_period import dossiers_in_period
from services.report.procedures_in_period import ProceduresInPeriod
from services.report.question import Question


@dataclass(frozen=True, slots=True)
class DossierRatio:
    """Numerator and denominator as conditions on a row of ``dossiers_in_period``.

    Two more columns say what the procedure was on the day of receipt: ``on_paper`` (its result is a paper) and
    ``exempt`` (it need not be digitised); they are of dossiers received in the period.

    Attributes:
        needs: names in ``index_evidence.EVIDENCE``; without any such fact the indicator is missing.
        attributes: further attributes of the fold that the conditions use.
        undated: dossiers that cannot be judged; where they are all there are, the indicator is missing, not zero.
    """

    n: str
    d: str
    needs: tuple[str, ...] = ("acceptance",)
    attributes: tuple[str, ...] = ()
    undated: str = ""


_NO_DUE = "resolved AND NOT has_due"
_JUDGED = "resolved AND has_due"
_DIGITISABLE = "received AND NOT online AND NOT exempt"

DOSSIER_RATIOS: Mapping[str, DossierRatio] = {
    # TT 01/2018/TT-VPCP Art. 13(1): shorter than the limit, equal to it; by the day, as form II.06a judges.
    "handled_early": DossierRatio("resolved AND early", _JUDGED, undated=_NO_DUE),
    "handled_on_due": DossierRatio("resolved AND on_time", _JUDGED, undated=_NO_DUE),
    # Art. 13(3): each request for a supplement is one more time that the applicant must come.
    "contacts_none": DossierRatio(
        "resolved AND supplement_requests = 0", "resolved", ("acceptance", "supplement"), ("supplement_requests",)
    ),
    "contacts_one": DossierRatio(
        "resolved AND supplement_requests = 1", "resolved", ("acceptance", "supplement"), ("supplement_requests",)
    ),
    # Art. 13(7): only a complaint that was found to be justified counts.
    "attitude_good": DossierRatio(
        "resolved AND early AND NOT complaint_upheld",
        _JUDGED,
        ("acceptance", "feedback"),
        ("complaint_upheld",),
        _NO_DUE,
    ),
    "attitude_ok": DossierRatio(
        "resolved AND on_time AND NOT complaint_upheld",
        _JUDGED,
        ("acceptance", "feedback"),
        ("complaint_upheld",),
        _NO_DUE,
    ),
    # Art. 13(9).
    "dossiers_online": DossierRatio("received AND online", "received"),
    "online_late": DossierRatio("online AND ((resolved AND late) OR overdue)", "online AND counted"),
    # QĐ 766, 3.3: where the result is a paper, only with an electronic result.
    "dossiers_online_with_result": DossierRatio(
        f"received AND online AND (NOT on_paper OR electronic_result = {YES})",
        "received",
        attributes=("electronic_result",),
    ),
    # 3.6 (part A).
    "online_payment_dossiers": DossierRatio(
        "received AND obligation AND paid_online",
        "received AND obligation",
        ("acceptance", "obligation"),
        ("obligation", "paid_online"),
    ),
    # 4.1: over the dossiers received in the period, as 4.2 to 4.5 are and as the portal publishes it.
    "electronic_results": DossierRatio(
        f"received AND on_paper AND electronic_result = {YES}",
        "received AND on_paper",
        ("acceptance", "electronic_result"),
        ("electronic_result",),
    ),
    # 4.2, without what need not be digitised: TT 01/2023/TT-VPCP Art. 8, TT 03/2025/TT-VPCP Art. 5(2).
    "dossiers_digitised": DossierRatio(
        f"{_DIGITISABLE} AND digitised = {YES}", _DIGITISABLE, ("acceptance", "digitisation"), ("digitised",)
    ),
    # 4.3.
    "digitised_reused": DossierRatio(
        f"received AND reused = {YES}", "received", ("acceptance", "digitisation", "reuse"), ("reused",)
    ),
}
"""Indicator → what it counts."""

STEP_RATIOS: Mapping[str, str] = {
    "unit_step_time_early": f"{day_of('occurred_at')} < {day_of('due_at')}",
    "unit_step_time_on_due": f"{day_of('occurred_at')} = {day_of('due_at')}",
}
"""TT 01/2018/TT-VPCP Art. 13(2): steps (lượt hồ sơ) done in the period that have a limit of their own, by the day."""

_USED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "received": ("received", ()),
    "received_online": ("received AND online", ()),
    "paid_online": ("received AND paid_online", ("paid_online",)),
}
USED = tuple(_USED)
"""Names of the sets of procedures that ``dossier_figures`` can collect: of dossiers received in the period, of those
received online, and of those paid online."""


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What one unit's own dossiers say: counts by name, and codes of procedures by name of the set."""

    counts: Counter[str]
    used: Mapping[str, frozenset[str]]


def dossier_figures(
    store: Store, question: Question, ratios: Iterable[str], used: Iterable[str]
) -> dict[str, UnitFigures]:
    """Counts by handling unit: ``counted``, and of each ratio ``n``, ``d`` and ``undated`` after its name and a dot.

    Cost: one fold over the facts that the ratios need, then one pass over the dossiers.
    """
    conditions = _conditions(ratios)
    sets = {name: _USED[name] for name in used}
    attributes = [a for name in conditions.values() for a in name.attributes]
    attributes += [a for _, needed in sets.values() for a in needed]
    distinct = list(dict.fromkeys(condition.sql for condition in conditions.values()))
    columns = [f"countIf({sql}) AS count_{place}" for place, sql in enumerate(distinct)]
    columns += [f"groupUniqArrayIf(procedure, {sql}) AS used_{name}" for name, (sql, _) in sets.items()]
    paper, exempt = on_paper(question), _exempt(question)
    dossiers = with_columns(
        dossiers_in_period(tuple(dict.fromkeys(attributes)), derive=question.must_derive(store)),
        f"{paper.sql()} AS on_paper, {exempt.sql()} AS exempt",
    )
    answer = store.query_by_subject(
        f"SELECT unit, {', '.join(columns)} FROM ({dossiers}) GROUP BY unit",
        {**question.parameters(store), **paper.parameters(), **exempt.parameters()},
    )
    return {str(row[0]): _figures(row[1:], conditions, distinct, tuple(sets)) for row in answer.added(1)}


def step_counts(store: Store, question: Question, ratios: Sequence[str]) -> dict[str, Counter[str]]:
    """Counts by unit of the steps done in the period: ``n`` and ``d`` of each ratio after its name and a dot."""
    columns = ", ".join(f"uniqExactIf((id_hi, id_lo), {STEP_RATIOS[name]})" for name in ratios)
    steps = live_facts(
        "unit, occurred_at, due_at, id_hi, id_lo",
        (STEP,),
        where="due_at != 0 AND occurred_at >= {period_start:Int64} AND occurred_at < {period_end:Int64}",
    )
    sql = f"SELECT unit, uniqExact((id_hi, id_lo)), {columns} FROM ({steps}) GROUP BY unit"
    return {
        str(unit): Counter(
            {**{f"{name}.d": done for name in ratios}, **{f"{n}.n": c for n, c in zip(ratios, counts, strict=True)}}
        )
        for unit, done, *counts in store.query_by_subject(sql, question.parameters(store)).added(1)
    }


@dataclass(frozen=True, slots=True)
class _Condition:
    sql: str
    attributes: tuple[str, ...] = ()


def _conditions(ratios: Iterable[str]) -> dict[str, _Condition]:
    """Every count that is asked for, by its key."""
    asked = {"counted": _Condition("counted")}
    for name in ratios:
        ratio = DOSSIER_RATIOS[name]
        asked[f"{name}.n"] = _Condition(ratio.n, ratio.attributes)
        asked[f"{name}.d"] = _Condition(ratio.d, ratio.attributes)
        if ratio.undated:
            asked[f"{name}.undated"] = _Condition(ratio.undated)
    return asked


def _figures(
    cells: Sequence[object], conditions: Mapping[str, _Condition], distinct: Sequence[str], sets: Sequence[str]
) -> UnitFigures:
    counted = dict(zip(distinct, map(int, map(str, cells)), strict=False))
    counts = Counter({key: counted[condition.sql] for key, condition in conditions.items()})
    listed = cells[len(distinct) :]
    return UnitFigures(
        counts,
        {name: frozenset(codes) for name, codes in zip(sets, listed, strict=True) if isinstance(codes, list)},
    )


def on_paper(question: Question) -> ProceduresInPeriod:
    """The procedures whose result is a paper (kết quả là văn bản, giấy tờ)."""
    return ProceduresInPeriod.of("paper", question.procedures, question.period, lambda one: one.paper_result)


def _exempt(question: Question) -> ProceduresInPeriod:
    return ProceduresInPeriod.of("exempt", question.procedures, question.period, lambda one: one.digitisation_exempt)
