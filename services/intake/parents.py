"""What is wrong with the parents that units name: nobody defines them, or they lead back to the unit."""

from __future__ import annotations

from collections.abc import Mapping

from cchc.api.reference.v1.reference_pb2 import UnitDefined
from cchc.units.circles import circles
from cchc.units.tree import Unit
from services.intake.cells.values import CellError, Unreadable, cell_error

Place = tuple[str, int]
"""A definition among others: the unit's code, and the day (since 1970-01-01) from which it is so."""

_UNKNOWN_PARENT = Unreadable(
    "row.unknown_parent",
    "Đơn vị cấp trên chưa có trong danh mục và không có dòng hợp lệ nào trong tệp này khai báo; thêm đơn vị đó hoặc "
    "sửa mã.",
    "The parent is not defined, and no good row of this file defines it: add that unit, or mend the code.",
)


def wrong_parents(said: Mapping[Place, UnitDefined], defined: Mapping[Place, UnitDefined]) -> dict[Place, CellError]:
    """The definitions of a file that no tree can hold, each with its reason.

    A parent may stand anywhere in the file, or be defined already. What hangs on a rejected row is rejected too.

    Args:
        said: what the file's rows come to.
        defined: what stands defined; a row of the same place takes its place.
    """
    left, wrong = dict(said), dict[Place, CellError]()
    while found := _unknown(left, defined) or _circular(left, defined):
        wrong.update(found)
        for place in found:
            del left[place]
    return wrong


def _unknown(said: Mapping[Place, UnitDefined], defined: Mapping[Place, UnitDefined]) -> dict[Place, CellError]:
    known = {code for code, _ in (*said, *defined)}
    return {
        place: cell_error("parent_code", unit.parent_code, _UNKNOWN_PARENT)
        for place, unit in said.items()
        if unit.parent_code and unit.parent_code not in known
    }


def _circular(said: Mapping[Place, UnitDefined], defined: Mapping[Place, UnitDefined]) -> dict[Place, CellError]:
    found = circles(_unit(unit) for unit in {**defined, **said}.values())
    return {place: _circle(said[place], codes) for place, codes in found.items() if place in said}


def _circle(unit: UnitDefined, codes: tuple[str, ...]) -> CellError:
    around = " → ".join((*codes, codes[0]))
    reason = Unreadable(
        "row.circular_parents",
        f"Các đơn vị trực thuộc vòng tròn: {around}; sửa đơn vị cấp trên của một trong số đó.",
        f"These units stand below each other in a circle: {around}; mend the parent of one of them.",
    )
    return cell_error("parent_code", unit.parent_code, reason)


def _unit(unit: UnitDefined) -> Unit:
    return Unit(
        code=unit.unit_code,
        name=unit.name,
        type=unit.type,
        parent=unit.parent_code,
        peer_group=unit.peer_group,
        valid_from=unit.valid_from_day,
        valid_to=unit.valid_to_day,
        decision=unit.decision,
        unconfirmed=unit.unconfirmed,
    )
