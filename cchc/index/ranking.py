"""Ranks (xếp hạng) within peer groups: ties share a rank and the next rank is skipped (1, 2, 2, 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Literal


@dataclass(frozen=True, slots=True)
class Standing:
    """What a unit is ranked by: points and attainable maximum, in hundredths; among its peer group (cụm)."""

    unit: str
    points_hundredths: int
    max_hundredths: int
    peer_group: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit's place.

    Attributes:
        rank: from 1; None when nothing was scored (attainable maximum 0).
        of: how many units of the peer group have a rank.
    """

    unit: str
    peer_group: str
    rank: int | None
    of: int


def rank(standings: Iterable[Standing], by: Literal["points", "share"] = "points") -> tuple[Ranked, ...]:
    """Rank units within their peer groups; exact, and the same whatever the order of the input.

    Args:
        standings: one for each unit.
        by: ``points``, or ``share`` = points / attainable maximum, compared as exact fractions.

    Returns:
        Sorted by peer group, then rank, then unit; units without a rank last in their group.
    """
    ordered = sorted(standings, key=lambda standing: standing.peer_group)
    ranked: list[Ranked] = []
    for peer_group, members in groupby(ordered, key=lambda standing: standing.peer_group):
        ranked += _rank_peers(peer_group, list(members), by)
    return tuple(ranked)


def _rank_peers(peer_group: str, members: Sequence[Standing], by: Literal["points", "share"]) -> list[Ranked]:
    def worth(standing: Standing) -> Fraction:
        return Fraction(standing.points_hundredths, standing.max_hundredths if by == "share" else 1)

    scored = [standing for standing in members if standing.max_hundredths > 0]
    best_first = sorted(scored, key=lambda standing: (-worth(standing), standing.unit))
    ranked: list[Ranked] = []
    for _, equals in groupby(best_first, key=worth):
        place = len(ranked) + 1
        ranked += [Ranked(standing.unit, peer_group, place, len(scored)) for standing in equals]
    unscored = sorted(standing.unit for standing in members if standing.max_hundredths == 0)
    return ranked + [Ranked(unit, peer_group, None, len(scored)) for unit in unscored]
