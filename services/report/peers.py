"""Peers (nhóm xếp hạng): among whom a unit is ranked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cchc.api.reference.v1.reference_pb2 import UnitType
from cchc.units.tree import Unit

_PEERS: Mapping[int, str] = MappingProxyType(
    {
        UnitType.UNIT_TYPE_DEPARTMENT: "Sở, ban, ngành",
        UnitType.UNIT_TYPE_DISTRICT: "Cấp huyện",
        UnitType.UNIT_TYPE_COMMUNE: "Cấp xã",
    }
)
"""Units of these types are ranked; where none is named, their type is their peer group."""


def peer_group(unit: Unit) -> str | None:
    """Among whom a unit is ranked; None when it is not. A province is not a peer of anything in it."""
    if unit.type == UnitType.UNIT_TYPE_PROVINCE:
        return None
    return unit.peer_group or _PEERS.get(unit.type)
