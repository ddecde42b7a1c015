"""Facts that another source system replaced than the one that said them: counted as replaced, and told in every answer.

Whoever may speak for a unit may correct and retract any fact whose identity and subject it names
(docs/adr/0016-another-source-may-replace-and-is-told.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from cchc.dossier import fold
from cchc.log.batch import FACT_TYPES
from cchc.log.times import EVER_MS
from cchc.store.port import Rows, Store
from services.report.flag import Flag, listed
from services.report.vietnamese import whole

DOSSIERS = (fold.SUBMITTED, fold.ACCEPTED, fold.DECLINED, fold.TRANSFERRED, *fold.ENDS, *fold.NEW_DUE_TIMES)
"""Types of the facts that form II.06a rests on."""

INDEXED = (
    *sorted({number for attribute in fold.ATTRIBUTES.values() for number in attribute.fact_types}),
    *(fold.PETITION_RECEIVED, fold.PETITION_ANSWERED),
)
"""Types of the facts of dossiers and petitions that the index rests on."""

_MOST_PAIRS = 5
_MOST_SUBJECTS = 5
_RETRACTION = FACT_TYPES["retraction"]
_REPLACES = "(replaces_hi != 0 OR replaces_lo != 0)"
_KNOWN = "recorded_at <= {as_of:Int64}"
_BY = """subject, replaces_hi AS hi, replaces_lo AS lo, source AS by_source, unit AS by_unit,
                   occurred_at AS by_occurred_at, id_hi AS by_hi, id_lo AS by_lo"""
_SAID = "subject, id_hi AS hi, id_lo AS lo, source, unit, occurred_at"
# The first of all are among the first of each part of the store; some more than are shown, so that parts are one.
_SUBJECTS = "arraySlice(arraySort(groupUniqArray(subject)), 1, 100)"


@dataclass(frozen=True, slots=True)
class Replaced:
    """How often facts of a source and a unit were replaced by facts of another source, and of whom some of them are.

    Args:
        source: whose facts were replaced.
        by_source: who replaced them.
        unit: for which unit they had been said.
        by_unit: for which unit the replacing facts were said.
        times: how many facts replace one of them, each once.
        subjects: codes of some of the dossiers or entries, sorted.
    """

    source: str
    by_source: str
    unit: str
    by_unit: str
    times: int
    subjects: tuple[str, ...]

    def touches(self, units: Collection[str]) -> bool:
        """Whether figures of any of these units were changed by it."""
        return self.unit in units or self.by_unit in units


def replaced_in_dossiers(
    store: Store, as_of_ms: int, until_ms: int, fact_types: Iterable[int] = DOSSIERS
) -> tuple[Replaced, ...]:
    """What other sources replaced among facts of dossiers and petitions, as it was known at ``as_of_ms``.

    Cost: the columns that say what a fact replaces, which are next to nothing where no fact does; of the subjects in
    which one does, the identities.

    Args:
        store: in the database that the aggregator fills.
        as_of_ms: what was recorded later is not looked at, milliseconds UTC.
        until_ms: nor what both happened at this time or later and was replaced by what did, milliseconds UTC.
        fact_types: numbers of the replaced facts' types.
    """
    numbers = ", ".join(map(str, fact_types))
    replacing = f"FROM fact PREWHERE {_REPLACES} WHERE {_KNOWN}"
    said = f"""SELECT {_SAID} FROM fact
            PREWHERE id_hi IN (SELECT replaces_hi {replacing})
            WHERE fact_type IN ({numbers}) AND {_KNOWN} AND subject IN (SELECT subject {replacing})"""
    asked = {"as_of": as_of_ms, "until": until_ms}
    return _found(store.query_by_subject(_paired(said, f"SELECT {_BY} {replacing}"), asked))


def replaced_in_registers(store: Store, as_of_ms: int, names: Iterable[str]) -> tuple[Replaced, ...]:
    """The same of facts that lie in registers.

    Args:
        store: in the database that the aggregator fills.
        as_of_ms: what was recorded later is not looked at, milliseconds UTC.
        names: fields of ``Event.fact`` of the replaced facts.
    """
    numbers = ", ".join(str(number) for number in sorted(FACT_TYPES[name] for name in names))
    said = f"SELECT {_SAID} FROM register_fact WHERE fact_type IN ({numbers}) AND {_KNOWN}"
    replacing = f"""SELECT {_BY} FROM register_fact WHERE {_REPLACES} AND {_KNOWN}
            UNION ALL
            SELECT {_BY} FROM fact WHERE fact_type = {_RETRACTION} AND {_KNOWN}"""
    return _found(store.query(_paired(said, replacing), {"as_of": as_of_ms, "until": EVER_MS}))


def _paired(said: str, replacing: str) -> str:
    return f"""
        SELECT source, by_source, unit, by_unit, uniqExact(by_hi, by_lo), {_SUBJECTS}
        FROM (
            SELECT subject, source, unit, occurred_at, by_source, by_unit, by_occurred_at, by_hi, by_lo
            FROM ({said}) AS said
            ALL INNER JOIN ({replacing}) AS replacing USING (subject, hi, lo)
        )
        WHERE source != by_source AND least(occurred_at, by_occurred_at) < {{until:Int64}}
        GROUP BY source, by_source, unit, by_unit"""


def _found(rows: Rows) -> tuple[Replaced, ...]:
    return tuple(
        Replaced(source, by_source, unit, by_unit, int(times), tuple(sorted(subjects)))
        for source, by_source, unit, by_unit, times, subjects in rows.added(4)
    )


def of_the_replaced(found: Iterable[Replaced], units: Collection[str] | None = None) -> Iterator[Flag]:
    """The flag, where a source replaced what another one had said.

    Args:
        found: what was replaced.
        units: only what touches these; None = all.
    """
    times: dict[tuple[str, str], int] = {}
    subjects: dict[tuple[str, str], set[str]] = {}
    for one in found:
        if units is None or one.touches(units):
            pair = one.by_source, one.source
            times[pair] = times.get(pair, 0) + one.times
            subjects.setdefault(pair, set()).update(one.subjects)
    if not times:
        return
    pairs = sorted(times, key=lambda pair: (-times[pair], pair))
    told = [
        f"'{by_source}' thay dữ kiện của '{source}' {whole(times[by_source, source])} lần "
        f"({listed(sorted(subjects[by_source, source]), _MOST_SUBJECTS)})"
        for by_source, source in pairs[:_MOST_PAIRS]
    ]
    more = "; …" if len(pairs) > _MOST_PAIRS else ""
    yield Flag(
        "replaced_by_another_source",
        f"{whole(sum(times.values()))} lần một nguồn đính chính hoặc hủy dữ kiện do nguồn khác ghi, "
        f"được tính như đã báo: {'; '.join(told)}{more}.",
    )
