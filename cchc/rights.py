"""The one gate for rights (quyền): who may do what, of which unit. Every path asks ``may`` or ``demand``.

A caller has one role and a scope of units. A scope holds the units that it names and all below them in the unit tree of
the day in question, so that a department answers for its divisions, and a province for everybody in it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from cchc.errors import Refused

if TYPE_CHECKING:
    # Typing only: the command line names roles and must start at once; the tree brings protobuf with it.
    from cchc.units.tree import UnitTree

EVERY_UNIT = "*"
"""In a scope: the whole tree, and what stands in no tree."""


class Role(enum.StrEnum):
    """What a caller is (vai trò)."""

    SENDER = "sender"
    """A source system, or an office that keys by hand (hệ thống gửi dữ kiện)."""
    READER = "reader"
    """An officer who reads figures (người xem số liệu)."""
    ADMINISTRATOR = "administrator"
    """Keeps the registers of units, procedures and working days, too (quản trị)."""


class Right(enum.StrEnum):
    """What may be done."""

    RECORD = "record"
    """Say facts of a unit (ghi dữ kiện)."""
    APPRAISE = "appraise"
    """Judge a unit from above (thẩm định): whoever may record for a unit above it; no unit appraises itself."""
    READ = "read"
    """See the figures of a unit and of all below it (xem số liệu)."""
    DEFINE = "define"
    """Say what units, procedures and working days there are (định nghĩa danh mục). Of the whole tree only."""


_RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.SENDER: frozenset({Right.RECORD, Right.APPRAISE, Right.READ}),
        Role.READER: frozenset({Right.READ}),
        Role.ADMINISTRATOR: frozenset(Right),
    }
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as a token or the command line says.

    Args:
        name: of the system or the office; never of a person.
        role: see ``Role``.
        units: codes; each with all units below it. ``EVERY_UNIT`` for all.
        sources: source systems that it may say facts as; empty = any.
    """

    name: str
    role: Role
    units: frozenset[str]
    sources: frozenset[str] = frozenset()

    def speaks_as(self, source_system: str) -> bool:
        """Whether it may say facts in the name of a source system."""
        return not self.sources or source_system in self.sources


OPERATOR = Caller("operator", Role.ADMINISTRATOR, frozenset({EVERY_UNIT}))
"""Whoever can run the command line on the data directory may do everything: it is their file."""


def may(caller: Caller, right: Right, unit_code: str | None, units: UnitTree, day: int) -> bool:
    """Whether a caller may do something.

    Args:
        caller: who asks.
        right: what is to be done.
        unit_code: of whom; None = of the whole tree.
        units: the tree.
        day: on which the tree is looked at, days since 1970-01-01 in Asia/Ho_Chi_Minh.
    """
    if right not in _RIGHTS[caller.role]:
        return False
    if EVERY_UNIT in caller.units:
        return True
    if unit_code is None or right is Right.DEFINE:
        return False
    line = units.line_above(unit_code, day)
    return not caller.units.isdisjoint(line[1:] if right is Right.APPRAISE else line)


def demand(caller: Caller, right: Right, unit_code: str | None, units: UnitTree, day: int) -> None:
    """Do nothing when the caller ``may``.

    Raises:
        Refused: ``rights.denied``.
    """
    if not may(caller, right, unit_code, units, day):
        raise denied(caller, right, unit_code)


def denied(caller: Caller, right: Right, unit_code: str | None) -> Refused:
    """The refusal of somebody who may not."""
    whom_vi = "toàn bộ các đơn vị" if unit_code is None else f"đơn vị {unit_code}"
    whom_en = "all units" if unit_code is None else f"unit {unit_code}"
    return Refused(
        "rights.denied",
        vi=f"“{caller.name}” (vai trò {caller.role.value}) không có quyền {_VIETNAMESE[right]} của {whom_vi}.",
        en=f"{caller.name!r} (role {caller.role.value}) may not {right.value} for {whom_en}.",
        next_vi="Dùng mã thông báo (token) có vai trò và phạm vi đơn vị phù hợp, hoặc xin cấp tại nơi vận hành.",
        next_en="Use a token with the right role and units, or ask the operator for one.",
    )


_VIETNAMESE: Mapping[Right, str] = MappingProxyType(
    {
        Right.RECORD: "ghi dữ kiện",
        Right.APPRAISE: "thẩm định",
        Right.READ: "xem số liệu",
        Right.DEFINE: "định nghĩa danh mục",
    }
)
