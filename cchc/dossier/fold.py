"""The fold: live facts to the state of each dossier, as one SQL subquery over the table ``fact``.

Order-free by construction: every attribute is a max, a min, a distinct count or an argMax by ``precedence`` over the
*set* of live facts (docs/dossier-semantics.md). Cost: one pass over the fact types that the asked attributes need, and
memory for one row a dossier; the store spills it to disk when it is more than it may use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cchc.log.batch import FACT_TYPES

SUBMITTED = FACT_TYPES["dossier_submitted"]
ACCEPTED = FACT_TYPES["dossier_accepted"]
DECLINED = FACT_TYPES["dossier_declined"]
WITHDRAWN = FACT_TYPES["dossier_withdrawn"]
TRANSFERRED = FACT_TYPES["dossier_transferred"]
STOPPED = FACT_TYPES["dossier_stopped"]
RETURNED = FACT_TYPES["dossier_returned"]
RESOLVED = FACT_TYPES["dossier_resolved"]
DELIVERED = FACT_TYPES["result_delivered"]
DIGITISED = FACT_TYPES["digitisation_recorded"]
OBLIGATION = FACT_TYPES["financial_obligation_arose"]
PAYMENT = FACT_TYPES["payment_made"]
FEEDBACK = FACT_TYPES["feedback_given"]
SUPPLEMENT = FACT_TYPES["supplement_requested"]
PROVIDED = FACT_TYPES["supplement_provided"]
STEP = FACT_TYPES["step_recorded"]
PETITION_RECEIVED = FACT_TYPES["petition_received"]
PETITION_ANSWERED = FACT_TYPES["petition_answered"]

ENDS = (RESOLVED, RETURNED, WITHDRAWN, STOPPED)
"""Fact types that end a dossier."""

NEW_DUE_TIMES = (
    FACT_TYPES["supplement_provided"],
    FACT_TYPES["processing_resumed"],
    FACT_TYPES["dossier_reappointed"],
)
"""Fact types, beside the acceptance, that may give a due time."""

YES = 1
"""How ``flag`` says yes; 2 says no, 0 that it was not said."""

_ENDS = ", ".join(map(str, ENDS))
_LATER = ", ".join(map(str, NEW_DUE_TIMES))


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the state: the aggregate that gives it, and the fact types that it looks at."""

    sql: str
    fact_types: tuple[int, ...]


def precedence_of(occurred_at: str, id_hi: str) -> str:
    """SQL: the precedence of a fact: what happened last is larger, ties are broken by the identity.

    Of several facts that say the same attribute the one of the largest precedence counts.
    """
    return f"toDecimal128({occurred_at}, 0) * toDecimal128('{2**64}', 0) + toDecimal128({id_hi}, 0)"


WITH_PRECEDENCE = f"*, {precedence_of('occurred_at', 'id_hi')} AS precedence"
"""SQL: all columns of a fact, and its precedence. It costs less to work out than to store."""


def _last(column: str, *fact_types: int, condition: str = "") -> Attribute:
    """What the last live fact of these types says in a column."""
    listed = ", ".join(map(str, fact_types))
    extra = f" AND {condition}" if condition else ""
    return Attribute(f"argMaxIf({column}, precedence, fact_type IN ({listed}){extra})", fact_types)


def _any(fact_type: int, condition: str = "") -> Attribute:
    """1 when any live fact of this type holds, else 0."""
    extra = f" AND {condition}" if condition else ""
    return Attribute(f"maxIf(1, fact_type = {fact_type}{extra})", (fact_type,))


def _when(*fact_types: int) -> Attribute:
    """When the last live fact of these types occurred; 0 without one."""
    listed = ", ".join(map(str, fact_types))
    return Attribute(f"maxIf(occurred_at, fact_type IN ({listed}))", fact_types)


ATTRIBUTES: Mapping[str, Attribute] = {
    "standing": _last("fact_type", ACCEPTED, DECLINED),
    "received_at": _when(ACCEPTED),
    "procedure": _last("procedure", ACCEPTED),
    "field": _last("field", ACCEPTED),
    "channel": _last("channel", ACCEPTED),
    "receiving_unit": _last("party", ACCEPTED),
    "unit": _last(f"if(fact_type = {TRANSFERRED}, party, unit)", ACCEPTED, TRANSFERRED),
    # Whether its limit is in hours by its procedure's code alone, as the bound parameter ``hour_procedures`` says.
    "in_hours": _last("procedure IN (SELECT arrayJoin({hour_procedures:Array(String)}))", ACCEPTED),
    "end_type": _last("fact_type", *ENDS),
    "ended_at": _when(*ENDS),
    "resolved_at": _when(RESOLVED),
    # The first recording of an end that occurred at ended_at: the last to occur counts, of those the first recorded.
    "end_known_at": Attribute(
        f"""argMaxIf(recorded_at,
                toDecimal128(occurred_at, 0) * toDecimal128('{2**64}', 0) - toDecimal128(recorded_at, 0),
                fact_type IN ({_ENDS}))""",
        ENDS,
    ),
    "outcome": _last("value", *ENDS),
    # The due time times 256, plus its basis.
    "accepted_due": _last("due_at * 256 + due_basis", ACCEPTED, condition="due_at != 0"),
    "accepted_due_precedence": Attribute(f"maxIf(precedence, fact_type = {ACCEPTED} AND due_at != 0)", (ACCEPTED,)),
    # Rarely any: (occurred_at, id_hi, due_at, due_basis) of each due time given after the acceptance, which sort by
    # precedence. The precedence itself may not be in the array: 18.16 crashes on arrays of wide decimals.
    "later_dues": Attribute(
        f"groupArrayIf((occurred_at, id_hi, due_at, due_basis), fact_type IN ({_LATER}) AND due_at != 0)",
        NEW_DUE_TIMES,
    ),
    "declined_at": _when(DECLINED),
    "declined_unit": _last("unit", DECLINED),
    "submitted_at": _when(SUBMITTED),
    "submitted_field": _last("field", SUBMITTED),
    "filed_by_official": _last("flag", SUBMITTED),
    "delivered_at": _when(DELIVERED),
    "electronic_result": _last("flag", RESOLVED),
    "digitised": _last("flag", DIGITISED),
    "reused": _last("value", DIGITISED),
    "obligation": _any(OBLIGATION),
    "paid_online": _any(PAYMENT, f"flag = {YES}"),
    "complaint_upheld": _any(FEEDBACK, f"flag = {YES}"),
    "dissatisfied": _any(FEEDBACK, f"(flag = {YES} OR value IN (1, 2))"),
    # Rarely any: (occurred_at, identity) of each request, (occurred_at, due_at) of each supplement that came.
    "asked_for_supplement": Attribute(
        f"groupUniqArrayIf((occurred_at, id_hi, id_lo), fact_type = {SUPPLEMENT})", (SUPPLEMENT,)
    ),
    "supplements_provided": Attribute(f"groupUniqArrayIf((occurred_at, due_at), fact_type = {PROVIDED})", (PROVIDED,)),
    "supplement_requests": Attribute(f"uniqExactIf((id_hi, id_lo), fact_type = {SUPPLEMENT})", (SUPPLEMENT,)),
}
"""Every attribute of a dossier's state, by name. Times are milliseconds UTC, 0 = none; flags as ``YES`` says."""


def live_facts(columns: str, fact_types: Iterable[int], *, where: str = "1", table: str = "fact") -> str:
    """SELECT of the live facts of some types, known at the bound parameter ``as_of`` (Int64, milliseconds UTC).

    A fact is dead when a known fact *of the same subject* names it: the subject's number is folded into both sides of
    the comparison, so that one set of two numbers decides it.

    Of the part of the store that is asked (``Store.query_by_subject``), or of all with ``table="fact_everywhere"``.
    """
    listed = ", ".join(map(str, sorted(set(fact_types))))
    # Left to itself, the store reads the identities of all facts of these types. A view can only be left to itself.
    narrowed, living = ("PREWHERE", "WHERE") if table == "fact" else ("WHERE", "  AND")
    return f"""
        SELECT {columns} FROM {table}
        {narrowed} fact_type IN ({listed}) AND recorded_at <= {{as_of:Int64}} AND {where}
        {living} (id_hi, bitXor(id_lo, subject_number)) NOT IN (
              SELECT replaces_hi, bitXor(replaces_lo, subject_number) FROM {table}
              WHERE (replaces_hi != 0 OR replaces_lo != 0) AND recorded_at <= {{as_of:Int64}})"""


def fold(attributes: Iterable[str], *, where: str = "1") -> str:
    """SELECT of one row a subject with ``subject`` and the named attributes. ``where`` narrows the facts beforehand.

    ``where`` may only narrow by ``subject`` or ``subject_number``: leaving out some facts of a dossier would change its
    state.
    """
    names = tuple(dict.fromkeys(attributes))
    chosen = [ATTRIBUTES[name] for name in names]
    fact_types = sorted({number for attribute in chosen for number in attribute.fact_types})
    aggregates = ",\n               ".join(f"{a.sql} AS {name}_" for name, a in zip(names, chosen, strict=True))
    renamed = ", ".join(f"{name}_ AS {name}" for name in names)
    # Aggregates are named with a trailing underscore first: an alias that is also a column would be taken for it.
    return f"""
    SELECT subject, {renamed} FROM (
        SELECT subject,
               {aggregates}
        FROM ({live_facts(WITH_PRECEDENCE, fact_types, where=where)})
        GROUP BY subject
    )"""
