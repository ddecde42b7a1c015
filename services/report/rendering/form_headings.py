"""How form II.06a is headed: the official column numbers and Vietnamese headings, and the reconciling lines."""

from __future__ import annotations

from dataclasses import dataclass

from services.report.form_ii06a import FormII06a, Row

TITLE = "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"
FORM_NAME = "Biểu số II.06a (Thông tư 01/2020/TT-VPCP)"
TOTAL = "Tổng số"
NO_FIELD = "(chưa rõ lĩnh vực)"
ALL_UNITS = "Tất cả đơn vị"
RECONCILING = "Đối chiếu (biểu không có cột này)"
UNDEFINED = "không xác định"
"""Of a rate whose denominator is 0."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One numeric column of the form: ``figure`` names it in ``Row.figures``; ``levels`` run from the group down."""

    figure: str
    number: int
    levels: tuple[str, ...]


_RECEIVED = "Số hồ sơ nhận giải quyết"
_RESOLVED = "Số hồ sơ đã giải quyết"
_PENDING = "Số hồ sơ đang giải quyết"

HEADINGS = (
    Heading("received_total", 3, (_RECEIVED, "Tổng số")),
    Heading("received_online", 4, (_RECEIVED, "Trong kỳ", "Trực tuyến")),
    Heading("received_direct", 5, (_RECEIVED, "Trong kỳ", "Trực tiếp, bưu chính")),
    Heading("carried_over", 6, (_RECEIVED, "Từ kỳ trước")),
    Heading("resolved_total", 7, (_RESOLVED, "Tổng số")),
    Heading("resolved_early", 8, (_RESOLVED, "Trước hạn")),
    Heading("resolved_on_time", 9, (_RESOLVED, "Đúng hạn")),
    Heading("resolved_late", 10, (_RESOLVED, "Quá hạn")),
    Heading("pending_total", 11, (_PENDING, "Tổng số")),
    Heading("pending_in_time", 12, (_PENDING, "Trong hạn")),
    Heading("pending_overdue", 13, (_PENDING, "Quá hạn")),
)
"""Columns (3) to (13); (1) is the number of the row and (2) the field."""


@dataclass(frozen=True, slots=True)
class ReconcilingLine:
    """A line under the total: ``figures`` by the number of the column that each belongs to."""

    label: str
    figures: dict[int, int]


def reconciling_lines(total: Row) -> tuple[ReconcilingLine, ...]:
    """What makes the balance (3) = (7) + (11) + outside come out, and what was declined, from the total row."""
    return (
        ReconcilingLine("Trả lại", {3: total.outside.returned}),
        ReconcilingLine("Rút", {3: total.outside.withdrawn}),
        ReconcilingLine("Dừng xử lý", {3: total.outside.stopped}),
        ReconcilingLine("Không có hạn trả", {7: total.resolved_no_due, 11: total.pending_no_due}),
        ReconcilingLine("Không tiếp nhận (ngoài tổng số)", {3: total.declined}),
    )


def unit_line(form: FormII06a) -> str:
    """Which unit the form is for."""
    if form.unit is None:
        return ALL_UNITS
    return f"{form.unit_name} ({form.unit})" if form.unit_name else form.unit


def field_name(row: Row) -> str:
    """What stands in column (2)."""
    return row.field or NO_FIELD
