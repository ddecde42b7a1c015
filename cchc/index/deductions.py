"""Deductions (điểm trừ): the criteria that cost a unit points, the dearest first."""

from __future__ import annotations

from cchc.index.points import whole_text
from cchc.index.scoring import Scored, UnitScore


def deductions(score: UnitScore) -> tuple[Scored, ...]:
    """Criteria in the total that did not get their maximum, by points lost; equal ones in the set's order.

    The points that they lost add up to the unit's attainable maximum less its points.
    """
    lacking = [leaf for leaf in score.leaves if leaf.lost_hundredths]
    return tuple(sorted(lacking, key=lambda leaf: -(leaf.lost_hundredths or 0)))


def reason_of(leaf: Scored) -> str:
    """Why a criterion lost points, in Vietnamese: the two numbers of the ratio behind it, and its reason."""
    if leaf.state != "scored" or leaf.n is None or leaf.d is None:
        return leaf.reason
    return f"Tử số {whole_text(leaf.n)}, mẫu số {whole_text(leaf.d)}. {leaf.reason}".rstrip()
