"""The index (chỉ số CCHC) of every unit for a period, as it was known at a time: points, ranks and reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from cchc.api.reference.v1.reference_pb2 import UnitType
from cchc.calendar.periods import Period, parse_period
from cchc.calendar.vietnam_time import clock_at
from cchc.index import criteria_set as sets
from cchc.index.count import Indicators
from cchc.index.criteria_set import CriteriaSet
from cchc.index.points import points_text
from cchc.index.ranking import Ranked, Standing, rank
from cchc.index.scoring import Scored, UnitScore, score_unit
from cchc.store.port import Store
from cchc.units.tree import Unit
from services.report.failures import unit_not_in_force, unknown_unit
from services.report.flag import Flag
from services.report.index_flags import flags_of_scores, index_flags
from services.report.indicators import indicated
from services.report.peers import peer_group
from services.report.question import Question
from services.report.replaced import INDEXED, replaced_in_dossiers

_TYPES: Mapping[int, str] = MappingProxyType(
    {
        UnitType.UNIT_TYPE_PROVINCE: "province",
        UnitType.UNIT_TYPE_DEPARTMENT: "department",
        UnitType.UNIT_TYPE_DISTRICT: "district",
        UnitType.UNIT_TYPE_COMMUNE: "commune",
    }
)


@dataclass(frozen=True, slots=True)
class UnitIndex:
    """One unit's index. ``ranked`` is None for a unit that is not ranked, such as the province itself."""

    unit: str
    name: str
    peer_group: str
    score: UnitScore
    ranked: Ranked | None

    def as_json(self) -> dict[str, Any]:
        """UNIT of the design; the score is null where nothing could be scored."""
        maximum = self.score.max_hundredths
        return {
            "unit": self.unit,
            "name": self.name,
            "score": points_text(self.score.points_hundredths) if maximum else None,
            "max": points_text(maximum),
            "rank": self.ranked.rank if self.ranked else None,
            "of": self.ranked.of if self.ranked else 0,
            "criteria": [_criterion(leaf) for leaf in self.score.leaves],
        }


@dataclass(frozen=True, slots=True)
class IndexAnswer:
    """The index of all units, or of one, in a period.

    Args:
        set_name: of the criteria set; ``title`` is its title, in Vietnamese.
        period: what it is for.
        as_of_ms: up to when the log is known, milliseconds UTC.
        unit: the unit that was asked for; None = all.
        units: by peer group, rank and code.
        flags: what the reader must know.
    """

    set_name: str
    title: str
    period: Period
    as_of_ms: int
    unit: str | None
    units: tuple[UnitIndex, ...]
    flags: tuple[Flag, ...]

    @property
    def as_of(self) -> datetime:
        """``as_of_ms`` by a Vietnamese clock."""
        return clock_at(self.as_of_ms)

    def as_json(self) -> dict[str, Any]:
        """The index of the design and its flags, ready for JSON, with the keys in its order."""
        return {
            "set": self.set_name,
            "period": self.period.as_json(),
            "as_of": self.as_of.isoformat(timespec="milliseconds" if self.as_of_ms % 1000 else "seconds"),
            "status": "live",
            "units": [unit.as_json() for unit in self.units],
            "flags": [asdict(flag) for flag in self.flags],
        }


class IndexAnswers:
    """Answers the index from one generation of the store.

    Args:
        store: in the database that the aggregator fills.
        quarantine_count: how many entries stand in quarantine, as of milliseconds UTC.
    """

    def __init__(self, store: Store, quarantine_count: Callable[[int], int]) -> None:
        self._store = store
        self._quarantine_count = quarantine_count

    def index(
        self,
        criteria_set: str | CriteriaSet,
        period: str | Period,
        as_of_ms: int,
        unit: str | None = None,
        calendar: str | None = None,
    ) -> IndexAnswer:
        """The index of every ranked unit, or of one among its peers.

        Ranked are units that have a peer group, and departments, districts and communes without one, among their type;
        the unit named is answered whatever it is. A unit's figures are its own and those of all units below it.

        Args:
            criteria_set: the name of a set that comes with the software, or a set.
            period: its name, read in ``calendar``, or a period.
            as_of_ms: as it was known then, milliseconds UTC.
            unit: code of the only unit to list.
            calendar: where the period's name is read; the set's own when None.

        Raises:
            Refused: ``report.unknown_unit``, ``report.unit_not_in_force``, ``criteria_set.unknown``, and as
                ``parse_period`` and ``Store.query``.
        """
        chosen = sets.load(criteria_set) if isinstance(criteria_set, str) else criteria_set
        asked = parse_period(period, calendar or chosen.calendar) if isinstance(period, str) else period
        question = Question.ask(self._store, asked, as_of_ms)
        named = None if unit is None else _named(question, unit)
        found = indicated(self._store, question, chosen.indicators())
        units = _index(chosen, question, found.by_unit, named)
        quarantined = self._quarantine_count(as_of_ms)
        listed = tuple(each for each in units if unit in (None, each.unit))
        groups = {each.peer_group for each in listed if each.ranked is not None}
        peers = {group: [each.score for each in units if each.peer_group == group] for group in sorted(groups)}
        replaced = replaced_in_dossiers(self._store, as_of_ms, asked.end_ms, INDEXED)
        flags = (
            *index_flags(chosen, question, found.astray, quarantined, replaced),
            *flags_of_scores(chosen, [each.score for each in units], peers),
        )
        return IndexAnswer(chosen.name, chosen.title, asked, as_of_ms, unit, listed, flags)


def _named(question: Question, code: str) -> Unit:
    found = question.units.on(code, question.day)
    if found is not None:
        return found
    if question.units.knows(code):
        raise unit_not_in_force(code, question.period.last)
    raise unknown_unit(code)


def _index(
    criteria_set: CriteriaSet, question: Question, counts: Mapping[str, Indicators], named: Unit | None
) -> tuple[UnitIndex, ...]:
    """Every ranked unit by peer group, rank and code; then the named one, when it is not ranked."""
    units = {unit.code: unit for unit in question.units.valid_on(question.day)}
    peers = {code: group for code, unit in units.items() if (group := peer_group(unit)) is not None}
    unranked = [named.code] if named is not None and named.code not in peers else []
    scores = {
        code: score_unit(criteria_set, counts[code], unit_type=_TYPES.get(units[code].type))
        for code in (*peers, *unranked)
    }
    standings = (
        Standing(code, scores[code].points_hundredths, scores[code].max_hundredths, group)
        for code, group in peers.items()
    )
    ranked = [
        UnitIndex(place.unit, units[place.unit].name, place.peer_group, scores[place.unit], place)
        for place in rank(standings, criteria_set.rank_by)
    ]
    return (*ranked, *(UnitIndex(code, units[code].name, "", scores[code], None) for code in unranked))


def _criterion(leaf: Scored) -> dict[str, Any]:
    """CRITERION of the design."""
    return {
        "code": leaf.code,
        "id": leaf.id,
        "name": leaf.name,
        "max": points_text(leaf.max_hundredths),
        "points": None if leaf.points_hundredths is None else points_text(leaf.points_hundredths),
        "state": leaf.state,
        "source": leaf.source,
        "n": leaf.n,
        "d": leaf.d,
        "reason": leaf.reason,
    }
