"""Questions that cannot be answered: the unit that was named, each with its code and what to do next."""

from __future__ import annotations

from datetime import date

from cchc.errors import Refused
from services.report.vietnamese import day


def unknown_unit(code: str) -> Refused:
    """No definition known at the question's time has the code."""
    return Refused(
        "report.unknown_unit",
        vi=f"Không có đơn vị nào mang mã '{code}'.",
        en=f"No unit has the code '{code}'.",
        next_vi="Kiểm tra mã trong danh mục đơn vị, hoặc nhập danh mục bằng 'cchc import units'; "
        "bỏ --unit để xem toàn bộ.",
        next_en="Check the code against the list of units, or import the list with 'cchc import units'; "
        "leave --unit out to see all.",
    )


def unit_not_in_force(code: str, on: date) -> Refused:
    """The code is known, but not on that day."""
    return Refused(
        "report.unit_not_in_force",
        vi=f"Đơn vị '{code}' không có hiệu lực vào ngày {day(on)}.",
        en=f"The unit '{code}' is not in force on {on.isoformat()}.",
        next_vi="Chọn kỳ mà đơn vị còn hiệu lực, hoặc đơn vị kế thừa của nó.",
        next_en="Choose a period in which the unit is in force, or its successor.",
    )
