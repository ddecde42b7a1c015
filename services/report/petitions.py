"""Petitions (phản ánh, kiến nghị): their state as a fold over facts, and how they stand in a period.

The state is order-free as that of dossiers is: live facts as docs/dossier-semantics.md defines them; ``received_at``
and ``answered_at`` are when the last such fact occurred, unit and due time as the last receipt says, the petitioner's
verdict as the last answer says that has one. An answer before the receipt counts on the receipt.

In a period: *handled* are the petitions received before its end and not answered before its start. One that is answered
in it is late when the day of the answer is after the due day; an open one when its due day has passed. A petition
without a due time (hạn xử lý) is neither: limits are the province's own and are never guessed.
"""

from __future__ import annotations

from collections import Counter

from cchc.dossier.deadline import after_day, day_of, with_columns
from cchc.dossier.fold import PETITION_ANSWERED, PETITION_RECEIVED, WITH_PRECEDENCE, live_facts
from cchc.store.port import Store
from services.report.question import Question

ON_TIME = "petitions_on_time"
SATISFIED = "petitions_satisfied"
PROLONGED = "petitions_prolonged"

_NO = 2
_START, _END = "{period_start:Int64}", "{period_end:Int64}"


def petition_state() -> str:
    """SELECT of one row a petition that was received.

    Columns: ``subject``, ``unit``, ``received_at``, ``due_at`` (0 = not said), ``answered_at`` (0 = open),
    ``satisfied`` (0 not said, 1 yes, 2 no). Bound parameter: ``as_of``.
    """
    received, answered = f"fact_type = {PETITION_RECEIVED}", f"fact_type = {PETITION_ANSWERED}"
    return f"""
    SELECT subject, unit_ AS unit, received_at_ AS received_at, due_at_ AS due_at, answered_at_ AS answered_at,
           satisfied_ AS satisfied
    FROM (
        SELECT subject, argMaxIf(unit, precedence, {received}) AS unit_, maxIf(occurred_at, {received}) AS received_at_,
               argMaxIf(due_at, precedence, {received} AND due_at != 0) AS due_at_,
               maxIf(occurred_at, {answered}) AS answered_at_,
               argMaxIf(flag, precedence, {answered} AND flag != 0) AS satisfied_
        FROM ({live_facts(WITH_PRECEDENCE, (PETITION_RECEIVED, PETITION_ANSWERED))})
        GROUP BY subject
    )
    WHERE received_at_ != 0"""


def petitions_in_period() -> str:
    """SELECT of one row a petition handled in the period: ``unit`` and flags of 0 and 1.

    ``received`` (in the period), ``has_due``, ``late``, ``open``, ``dissatisfied`` (said with an answer in the period).
    Bound parameters: those of ``Question.parameters``.
    """
    ended = "greatest(answered_at, received_at)"
    judged = with_columns(
        petition_state(),
        f"""answered_at != 0 AND {ended} < {_START} AS answered_before,
            answered_at != 0 AND {ended} < {_END} AS answered, due_at != 0 AS has_due,
            {day_of("answered_at")} > {day_of("due_at")} AS answered_late,
            {after_day(day_of("due_at"))} <= {{judged_at:Int64}} AS due_passed""",
    )
    return f"""
    SELECT unit, received_at >= {_START} AS received, has_due, NOT answered AS open,
           has_due AND if(answered, answered_late, due_passed) AS late,
           answered AND satisfied = {_NO} AS dissatisfied
    FROM ({judged}) WHERE received_at < {_END} AND NOT answered_before"""


def petition_counts(store: Store, question: Question) -> dict[str, Counter[str]]:
    """Counts of the three indicators by unit: ``n``, ``d`` and ``undated``, each after the name and a dot.

    * ``petitions_on_time`` (QĐ 766, 5.2; TT 01/2018 Art. 13(8)): not late, of those handled that have a due time.
    * ``petitions_satisfied`` (QĐ 766, 5.3): of those received in the period, all but the late and the dissatisfied.
    * ``petitions_prolonged`` (TT 01/2018 Art. 13(8), kéo dài): open although the due day has passed, of those handled.

    Cost: one pass over the facts of petitions.
    """
    sql = f"""
        SELECT unit, countIf(has_due), countIf(has_due AND NOT late), countIf(NOT has_due),
               countIf(received), countIf(received AND NOT late AND NOT dissatisfied), countIf(open AND late)
        FROM ({petitions_in_period()}) GROUP BY unit"""
    return {
        str(unit): Counter(
            {
                f"{ON_TIME}.n": in_time,
                f"{ON_TIME}.d": dated,
                f"{ON_TIME}.undated": undated,
                f"{SATISFIED}.n": satisfied,
                f"{SATISFIED}.d": received,
                f"{PROLONGED}.n": prolonged,
                f"{PROLONGED}.d": dated,
                f"{PROLONGED}.undated": undated,
            }
        )
        for unit, dated, in_time, undated, received, satisfied, prolonged in store.query_by_subject(
            sql, question.parameters(store)
        ).added(1)
    }
