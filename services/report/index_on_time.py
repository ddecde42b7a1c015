"""Decision 766's own judgement of time (QĐ 766/QĐ-TTg, chỉ số 2.1 và 5.4), which is not that of form II.06a.

Counted are the dossiers that were accepted and that were handled in the period, ended or not. When a dossier ended:
resolved, else delivered, else stopped, returned or withdrawn; while its one request for a supplement is unanswered, the
time of the request; else the end of the period. It is on time when that is not after the due time in force (by the day,
or by the instant where the due time binds to it). A supplement requested more than once makes it late. The time that
the applicant took for the supplement is subtracted, unless a new due time was given with it: then the limit has begun
anew and nothing is left to subtract. A request that is not dated after the receipt was said by a snapshot without a
time of its own: it counts as a request, and never as the end. A declined dossier was never accepted and is in no total.
"""

from __future__ import annotations

from collections import Counter

from cchc.dossier import fold
from cchc.dossier.deadline import state_of, with_columns, with_due_time
from cchc.store.port import Store
from services.report.question import Question

ON_TIME = "on_time_including_pending"
LATE_OR_COMPLAINED = "late_or_complained"

_CARRIED = (
    "standing",
    "unit",
    "received_at",
    "end_type",
    "ended_at",
    "resolved_at",
    "delivered_at",
    "asked_for_supplement",
    "supplements_provided",
    "dissatisfied",
)

# A petition is another subject than the dossier that it names.
_NAMED_IN_PETITIONS = fold.live_facts("note", (fold.PETITION_RECEIVED,), where="note != ''", table="fact_everywhere")


def judged_by_766(*, derive: bool) -> str:
    """SELECT of one row a dossier that was handled in the period.

    Columns: ``unit``, ``has_due``, ``in_time`` (of those that have), ``complained`` (a rating of 1 or 2, an upheld
    complaint, or a petition that names it). Bound parameters: ``Question.parameters``; ``derive`` as ``with_due_time``.
    """
    counted_end = "greatest(finished_at, received_at)"
    no_later = "tupleElement(fact, 1) <= {given_until:Int64}"
    judged = with_columns(
        with_due_time(fold.fold((*_CARRIED, *state_of(derive=derive))), _CARRIED, derive=derive),
        f"""multiIf(resolved_at != 0, resolved_at, delivered_at != 0, delivered_at,
                    end_type != 0, ended_at, 0) AS finished_at,
            arrayCount(fact -> {no_later}, asked_for_supplement) AS requests,
            arrayReverseSort(arrayMap(fact -> tupleElement(fact, 1), arrayFilter(
                fact -> {no_later} AND tupleElement(fact, 1) > received_at, asked_for_supplement)))[1] AS asked_at""",
        f"""finished_at != 0 AND {counted_end} < {{period_start:Int64}} AS left_before,
            finished_at != 0 AND {counted_end} < {{period_end:Int64}} AS finished,
            arraySort(arrayFilter(fact -> asked_at != 0 AND tupleElement(fact, 1) >= asked_at AND {no_later},
                                  supplements_provided))[1] AS provided""",
        "finished OR (requests = 1 AND asked_at != 0 AND tupleElement(provided, 1) = 0) AS has_end",
        "multiIf(finished, finished_at, has_end, asked_at, {judged_at:Int64}) AS end_at",
        """end_at - if(tupleElement(provided, 1) != 0 AND tupleElement(provided, 2) = 0,
                       greatest(0, least(tupleElement(provided, 1), end_at) - asked_at), 0) AS net_end""",
    )
    return f"""
    SELECT unit, due_at != 0 AS has_due,
           due_at != 0 AND requests <= 1
               AND (net_end < due_passed_at OR (has_end AND due_by_instant AND net_end = due_at)) AS in_time,
           dissatisfied = 1 OR subject IN ({_NAMED_IN_PETITIONS}) AS complained
    FROM ({judged})
    WHERE standing = {fold.ACCEPTED} AND received_at < {{period_end:Int64}} AND NOT left_before"""


def on_time_counts(store: Store, question: Question) -> dict[str, Counter[str]]:
    """The counts of both indicators by handling unit: ``n``, ``d`` and ``undated``, each after the name and a dot.

    ``late_or_complained`` adds up what went wrong: a dossier that is late and complained about is in ``n`` twice, since
    the decision adds two rates. Dossiers without a due time are in no denominator of 2.1; 5.4 counts them as not late.
    """
    sql = f"""
        SELECT unit, countIf(has_due), countIf(in_time), count(), countIf(has_due AND NOT in_time), countIf(complained)
        FROM ({judged_by_766(derive=question.must_derive(store))}) GROUP BY unit"""
    return {
        str(unit): Counter(
            {
                f"{ON_TIME}.n": in_time,
                f"{ON_TIME}.d": dated,
                f"{ON_TIME}.undated": handled - dated,
                f"{LATE_OR_COMPLAINED}.n": late + complained,
                f"{LATE_OR_COMPLAINED}.d": handled,
            }
        )
        for unit, dated, in_time, handled, late, complained in store.query_by_subject(
            sql, question.parameters(store)
        ).added(1)
    }
