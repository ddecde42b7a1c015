"""Reading facts of registers back: those that are live, each once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from cchc.log.batch import FACT_FIELDS, FACT_TYPES, IDENTITY_BYTES
from cchc.register.whole import fact_of
from cchc.store.port import Parameter, Store

K = TypeVar("K", bound=Hashable)

_RETRACTION = FACT_TYPES["retraction"]


@dataclass(frozen=True, slots=True)
class SaidFact:
    """A fact of a register: what is said, of whom, by which unit and source, and since when it is known.

    Times are milliseconds UTC. ``fact`` is the typed fact; what type it is, ``name`` says: its field in ``Event.fact``.
    """

    name: str
    subject: str
    unit: str
    source: str
    occurred_at_ms: int
    recorded_at_ms: int
    event_id: bytes
    fact: Any

    @property
    def precedence(self) -> tuple[int, bytes]:
        """Of several facts that say the same, the one with the largest counts: happened last, ties by identity."""
        return self.occurred_at_ms, self.event_id


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact stands among those of a register: by the number of its type, subject, time (ms UTC), identity."""

    fact_type: int
    subject: str
    occurred_at_ms: int
    event_id: bytes


def live_facts(
    store: Store,
    names: Iterable[str],
    as_of_ms: int,
    *,
    units: Collection[str] | None = None,
    after: Place | None = None,
    most: int | None = None,
) -> list[SaidFact]:
    """The live facts of some types, as they were known at ``as_of_ms`` (milliseconds UTC), by type and subject.

    Live is meant as in docs/dossier-semantics.md; facts of registers are replaced by such facts and by retractions.

    Args:
        store: in the database that the aggregator fills.
        names: fields of ``Event.fact`` whose facts lie in registers.
        as_of_ms: what was recorded later is not looked at.
        units: only facts of these units (the envelope's); None = all.
        after: only facts that stand after this place.
        most: only so many, the first of them; None = all.

    Cost: linear in the facts of these types, and a set of what is replaced; of what is returned each is parsed.
    """
    if units is not None and not units:
        return []
    asked: dict[str, Parameter] = {"as_of": as_of_ms}
    conditions = ""
    if units is not None:
        asked["units"] = sorted(units)
        conditions += " AND unit IN (SELECT arrayJoin({units:Array(String)}))"
    if after is not None:
        asked |= _asked_after(after)
        conditions += f" AND {_AFTER}"
    first = "" if most is None else f"LIMIT {most:d}"
    types = ", ".join(str(number) for number in sorted(FACT_TYPES[name] for name in names))
    replaced = "replaces_hi, bitXor(replaces_lo, sipHash64(subject))"
    sql = f"""
        SELECT fact_type, subject, unit, any(source), occurred_at, min(recorded_at), hex(id_hi), hex(id_lo), any(said)
        FROM register_fact
        WHERE fact_type IN ({types}) AND recorded_at <= {{as_of:Int64}}{conditions}
          AND (id_hi, bitXor(id_lo, sipHash64(subject))) NOT IN (
            SELECT {replaced} FROM register_fact
            WHERE (replaces_hi != 0 OR replaces_lo != 0) AND recorded_at <= {{as_of:Int64}}
            UNION ALL
            SELECT {replaced} FROM fact WHERE fact_type = {_RETRACTION} AND recorded_at <= {{as_of:Int64}}
          )
        GROUP BY fact_type, subject, unit, occurred_at, id_hi, id_lo
        ORDER BY fact_type, subject, occurred_at, id_hi, id_lo {first}"""  # noqa: S608 — numbers; values are bound
    return [_said(row) for row in store.query(sql, asked).rows]


_AFTER = """(fact_type, subject, occurred_at, id_hi, id_lo) > (
            {after_type:UInt64}, {after_subject:String}, {after_at:Int64}, {after_high:UInt64}, {after_low:UInt64}
          )"""


def _asked_after(place: Place) -> dict[str, Parameter]:
    high, low = (int.from_bytes(part, "big") for part in (place.event_id[:8], place.event_id[8:]))
    return {
        "after_type": place.fact_type,
        "after_subject": place.subject,
        "after_at": place.occurred_at_ms,
        "after_high": high,
        "after_low": low,
    }


def last_of(facts: Iterable[SaidFact], key: Callable[[SaidFact], K]) -> dict[K, SaidFact]:
    """Of each key the fact with the largest precedence, whatever the order of the facts."""
    last: dict[K, SaidFact] = {}
    for one in facts:
        place = key(one)
        if place not in last or last[place].precedence < one.precedence:
            last[place] = one
    return last


def _said(row: tuple[Any, ...]) -> SaidFact:
    fact_type, subject, unit, source, occurred, recorded, high, low, said = row
    half = IDENTITY_BYTES
    event_id = bytes.fromhex(high.zfill(half) + low.zfill(half))
    return SaidFact(
        FACT_FIELDS[fact_type], subject, unit, source, occurred, recorded, event_id, fact_of(fact_type, said)
    )
