"""Questions that cannot be answered: each with its code and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches

from cchc.errors import Refused
from services.report.vietnamese import day


def unknown_unit(code: str) -> Refused:
    """No definition known at the question's time has the code."""
    return Refused(
        "report.unknown_unit",
        vi=f"Không có đơn vị nào mang mã '{code}'.",
        en=f"No unit has the code '{code}'.",
        next_vi="Kiểm tra mã trong danh mục đơn vị, hoặc nhập danh mục bằng 'cchc import units'; với --as-of, danh mục "
        "phải được nhập trước lúc đó; bỏ --unit để xem toàn bộ.",
        next_en="Check the code against the list of units, or import the list with 'cchc import units'; with --as-of, "
        "the list must have been imported before; leave --unit out to see all.",
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


def no_unit(form: str) -> Refused:
    """A form that is not of units was asked for one."""
    return Refused(
        "form.no_unit",
        vi=f"Biểu {form} tính trên toàn bộ danh mục thủ tục, không theo đơn vị.",
        en=f"The form {form} is of the whole register of procedures, not of a unit.",
        next_vi="Bỏ đơn vị (--unit).",
        next_en="Leave the unit (--unit) out.",
    )


def years_unreadable(text: str) -> Refused:
    """Something that is no run of years."""
    return Refused(
        "form.years_unreadable",
        vi=f"Không đọc được các năm “{text}”.",
        en=f"Cannot read the years {text!r}.",
        next_vi="Ghi như 2019-2023.",
        next_en="Write them like 2019-2023.",
    )


def unknown_register(name: str, known: Iterable[str]) -> Refused:
    """No register is called so."""
    return Refused(
        "list.unknown_register",
        vi=f"Không có sổ “{name}”.",
        en=f"There is no register {name!r}.",
        next_vi=f"Chọn một trong: {', '.join(known)}.",
        next_en=f"Choose one of: {', '.join(known)}.",
    )


def unknown_fact(register: str, name: str, known: Iterable[str]) -> Refused:
    """A type of facts that does not lie in the register."""
    types = list(known)
    near = ", ".join(get_close_matches(name, types, n=3)) or ", ".join(types)
    return Refused(
        "list.unknown_fact",
        vi=f"Sổ {register} không có loại dữ kiện “{name}”.",
        en=f"The register {register} has no facts called {name!r}.",
        next_vi=f"Chọn một trong: {near}.",
        next_en=f"Choose one of: {near}.",
    )


def question_unreadable(field: str, text: str) -> Refused:
    """A question over the network that names no period, or two ways of one, or a time that is none."""
    return Refused(
        "report.question_unreadable",
        vi=f"Không đọc được {field} “{text}”: cần tên kỳ, hoặc cả hai ngày đầu và cuối.",
        en=f"Cannot read {field} {text!r}: a period's name is needed, or both its first and its last day.",
        next_vi="Gửi period như 2026Q3, hoặc from và to như 2026-03-15; không gửi cả hai.",
        next_en="Send a period like 2026Q3, or from and to like 2026-03-15; not both.",
    )


def page_outdated() -> Refused:
    """What was known at the time of the first page is no longer the same: facts recorded by then came in since."""
    return Refused(
        "report.page_outdated",
        vi="Số liệu của trang đầu không còn như lúc hỏi: dữ kiện ghi nhận trước thời điểm đó vừa được gộp thêm.",
        en="The answer is no longer the one of the first page: facts that were recorded by then have come in since.",
        next_vi="Hỏi lại từ đầu, không kèm page_token, và bỏ các trang đã nhận.",
        next_en="Ask again from the start, without page_token, and drop the pages that you have.",
    )


def page_unreadable() -> Refused:
    """A page was asked for with a token that was not given for this question."""
    return Refused(
        "report.page_unreadable",
        vi="page_token không phải của câu hỏi này.",
        en="page_token was not given for this question.",
        next_vi="Gửi next_page_token của trang trước, mọi trường khác giữ nguyên; hoặc hỏi lại từ đầu.",
        next_en="Send next_page_token of the page before with all else as it was, or ask again from the start.",
    )
