"""The forms of legal review and of procedures as tables, with the headings that officers read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cchc.calendar.periods import Period
from cchc.calendar.vietnam_time import date_of
from services.report.legal import form_ii03, form_ii04, form_ii07b, form_review, form_systematisation
from services.report.legal.documents import EFFECTS
from services.report.legal.outcomes import CLASS_NAMES, OUTCOME_NAMES
from services.report.legal.plans import Gate
from services.report.legal.review_counts import CLASS_COUNTS
from services.report.on_time import Rate
from services.report.tabled import Cell, Column, NamedRate, Tabled, TabledAnswer
from services.report.vietnamese import day

_UNIT = (Column("unit", "Mã đơn vị", "text"), Column("name", "Đơn vị", "text"))
GATES: Mapping[Gate, str] = {
    Gate.FOUND: "có",
    Gate.NOT_FOUND: "không tìm thấy",
    Gate.INSIDE_BUNDLE: "trong tệp nhiều văn bản, không ghi trang",
}
"""What an officer reads for a gate."""

_FLOW = (
    ("carried_over", "Kỳ trước chuyển sang"),
    ("made", "Lập trong kỳ"),
    ("handled", "Đã xử lý trong kỳ"),
    ("open", "Chưa xử lý"),
    ("overdue", "Trong đó quá hạn"),
)
_INSPECTED = (
    Column("inspected_self", "Tự kiểm tra"),
    Column("inspected_authority", "Kiểm tra theo thẩm quyền"),
    Column("inspected_unsaid", "Không ghi hình thức"),
    Column("unlawful", "Trái pháp luật"),
    Column("unlawful_in_content_or_authority", "Sai nội dung, thẩm quyền"),
    Column("unlawful_in_form", "Sai thể thức, trình tự"),
    Column("unlawful_in_unsaid", "Không ghi loại sai"),
    Column("unlawful_handled", "Đã xử lý"),
)


def legal_review(form: form_review.LegalReviewForm) -> TabledAnswer:
    """The legal-review report."""
    rows: list[Mapping[str, Cell]] = [
        {
            "unit": row.unit,
            "name": row.name,
            "plan": GATES.get(row.review_plan) if row.review_plan else None,
            "enforcement_plan": GATES.get(row.enforcement_plan) if row.enforcement_plan else None,
            "expired_list": None if row.expired_list is None else "đã công bố" if row.expired_list else "chưa",
            **row.counts,
        }
        for row in (*form.rows, form.total)
    ]
    total = {key: cell for key, cell in rows.pop().items() if key not in {"unit", "name"}}
    documents = (
        Column("plan", "Kế hoạch rà soát", "text"),
        Column("listed", "Trong kế hoạch"),
        Column("due", "Phải rà soát"),
        Column("due_reviewed", "Trong đó đã rà soát"),
        Column("reviewed_total", "Đã rà soát trong kỳ"),
        *(Column(name, CLASS_NAMES[name]) for name in CLASS_COUNTS),
        Column("expired_list", "Danh mục hết hiệu lực trong năm", "text"),
    )
    enforcement = (
        Column("enforcement_plan", "Kế hoạch theo dõi", "text"),
        Column("activities_planned", "Hoạt động theo kế hoạch"),
        Column("activities_done", "Đã thực hiện"),
        *(Column(f"enforcement_recommendations_{name}", f"Kiến nghị: {text.lower()}") for name, text in _FLOW),
    )
    flow = tuple(Column(f"recommendations_{name}", text) for name, text in _FLOW)
    tables = [
        Tabled("documents", "Rà soát văn bản quy phạm pháp luật", (*_UNIT, *documents), rows, total),
        Tabled("recommendations", "Kiến nghị sau rà soát", (*_UNIT, *flow), _active(rows, flow), total),
        Tabled("inspected", "Kiểm tra văn bản", (*_UNIT, *_INSPECTED), _active(rows, _INSPECTED), total),
        Tabled("enforcement", "Theo dõi tình hình thi hành pháp luật", (*_UNIT, *enforcement), rows, total),
    ]
    if form.printed:
        tables.append(_printed_inspections(form))
    return TabledAnswer(
        form_review.FORM,
        "KẾT QUẢ RÀ SOÁT, KIỂM TRA VĂN BẢN VÀ THEO DÕI THI HÀNH PHÁP LUẬT",
        (form.scope.line, _period(form.period)),
        form.as_of_ms,
        tables,
        form.as_json(),
        tuple(NamedRate(name, vi, rate) for name, (vi, rate) in form.rates.items()),
        form.flags,
    )


def _active(rows: Iterable[Mapping[str, Cell]], columns: Iterable[Column]) -> list[Mapping[str, Cell]]:
    """The rows in which some of the columns is not 0."""
    keys = [column.key for column in columns]
    return [row for row in rows if any(row.get(key) for key in keys)]


def systematisation(form: form_systematisation.Systematisation) -> TabledAnswer:
    """The four lists of a systematisation, each with the decisions that published it."""
    columns = (
        Column("number", "Số, ký hiệu", "text"),
        Column("issued", "Ngày ban hành", "text"),
        Column("title", "Trích yếu", "text"),
        Column("unit", "Đơn vị ban hành", "text"),
        Column("effect", "Tình trạng hiệu lực", "text"),
        Column("since", "Từ ngày", "text"),
        Column("by", "Bởi văn bản", "text"),
        Column("provisions", "Phần hết hiệu lực", "text"),
        Column("recommended", "Kiến nghị", "text"),
    )
    tables = [
        Tabled(one.name, f"{one.title} ({len(one.entries)})", columns, [_entry(entry) for entry in one.entries])
        for one in form.lists
    ]
    published = [
        {
            "list": one.title,
            "unit": publication.unit,
            "decision": publication.decision,
            "published": day(date_of(publication.published_day)),
            "documents": publication.documents,
        }
        for one in form.lists
        for publication in one.publications
    ]
    heads = (
        Column("list", "Danh mục", "text"),
        Column("unit", "Đơn vị", "text"),
        Column("decision", "Quyết định", "text"),
        Column("published", "Ngày công bố", "text"),
        Column("documents", "Số văn bản in"),
    )
    due = day(form.years.publish_by)
    tables.append(Tabled("publications", f"Công bố (hạn {due})", heads, published))
    return TabledAnswer(
        form_systematisation.FORM,
        f"HỆ THỐNG HÓA VĂN BẢN QUY PHẠM PHÁP LUẬT {form.years.first}–{form.years.last}",
        (form.scope.line, f"Mốc hệ thống hóa: hết ngày {day(form.years.cut_off)}"),
        form.as_of_ms,
        tables,
        form.as_json(),
        flags=form.flags,
    )


def ii07b(form: form_ii07b.FormII07b) -> TabledAnswer:
    """Form II.07b with its official column numbers."""
    levels = ("total", *form_ii07b.LEVEL_NAMES)
    names = {"total": "Tổng số", **form_ii07b.LEVEL_NAMES}
    figures = [
        Column(f"{group}_{level}", f"{heading}: {names[level]}", number=str(number))
        for number, (group, heading, level) in enumerate(
            ((group, heading, level) for group, heading in form_ii07b.GROUPS.items() for level in levels), 3
        )
    ]
    columns = (Column("field", "Lĩnh vực", "text", "2"), *figures)
    rows: list[Mapping[str, Cell]] = [{"field": row.field or "(chưa rõ lĩnh vực)", **row.counts} for row in form.rows]
    return TabledAnswer(
        form_ii07b.FORM,
        "Biểu số II.07b: SỐ LƯỢNG THỦ TỤC HÀNH CHÍNH, MỘT CỬA, QUY TRÌNH NỘI BỘ",
        ("Đơn vị: toàn bộ danh mục thủ tục", _period(form.asked.period)),
        form.asked.as_of_ms,
        [Tabled("procedures", "Số lượng đến ngày cuối kỳ", columns, rows, form.total.counts)],
        form.as_json(),
        flags=form.flags,
    )


def ii04(form: form_ii04.FormII04) -> TabledAnswer:
    """Form II.04."""
    columns = (
        *_UNIT,
        Column("planned", "Trong kế hoạch năm"),
        Column("planned_reviewed", "Trong đó đã rà soát"),
        Column("reviewed_total", "Đã rà soát trong kỳ"),
        Column("reviewed_province", "Cấp tỉnh"),
        Column("reviewed_district", "Cấp huyện"),
        Column("reviewed_commune", "Cấp xã"),
        Column("reviewed_level_unsaid", "Không ghi cấp"),
        Column("proposed_total", "Có phương án đơn giản hóa"),
        Column("proposed_amend", "Sửa đổi, bổ sung"),
        Column("proposed_replace", "Thay thế"),
        Column("proposed_abolish", "Bãi bỏ"),
        Column("proposed_unsaid", "Không ghi loại"),
        Column("proposed_pct", "Tỷ lệ có phương án (%)", "percent"),
        Column("approved", "Được thông qua"),
        Column("time_cut_pct", "Giảm thời gian (%)", "percent"),
        Column("cost_cut_pct", "Giảm chi phí (%)", "percent"),
    )
    total = {key: cell for key, cell in form.total.as_json().items() if key not in {"unit", "name"}}
    rates: tuple[tuple[str, str, Rate], ...] = (
        ("proposed", "Thủ tục có phương án đơn giản hóa / đã rà soát", form.total.proposed),
        ("time_cut", "Thời gian tuân thủ được cắt giảm / trước đơn giản hóa (phút)", form.total.time_cut),
        ("cost_cut", "Chi phí tuân thủ được cắt giảm / trước đơn giản hóa (đồng)", form.total.cost_cut),
    )
    return TabledAnswer(
        form_ii04.FORM,
        "Biểu số II.04: KẾT QUẢ RÀ SOÁT, ĐƠN GIẢN HÓA THỦ TỤC HÀNH CHÍNH",
        (form.scope.line, _period(form.period)),
        form.as_of_ms,
        [Tabled("procedures", "Theo đơn vị", columns, [row.as_json() for row in form.rows], total)],
        form.as_json(),
        tuple(NamedRate(name, vi, rate) for name, vi, rate in rates),
        form.flags,
    )


def ii03(form: form_ii03.FormII03) -> TabledAnswer:
    """Form II.03, and beside it what offices printed."""
    changes = (
        Column("published_total", "Đã công bố"),
        Column("new", "Ban hành mới"),
        Column("amended", "Sửa đổi, bổ sung, thay thế"),
        Column("abolished", "Bãi bỏ"),
    )
    columns = (
        *_UNIT,
        *changes,
        Column("change_unsaid", "Không ghi loại"),
        Column("public_in_time", "Công khai đúng hạn"),
        Column("public_late", "Công khai muộn"),
        Column("public_waiting", "Còn trong hạn"),
        Column("public_overdue", "Quá hạn chưa công khai"),
        Column("public_unjudged", "Chưa xét"),
    )
    tables = [Tabled("published", "Theo đơn vị", columns, [row.as_json() for row in form.rows], form.total.counts)]
    if form.printed:
        head = (Column("code", "Báo cáo", "text"), Column("unit", "Đơn vị", "text"))
        printed: list[Mapping[str, Cell]] = [
            {
                "code": one.code,
                "unit": one.unit,
                "published_total": one.published,
                "new": one.newly_issued,
                "amended": one.amended,
                "abolished": one.abolished,
                "off_by": one.off_by,
            }
            for one in form.printed
        ]
        tables.append(
            Tabled("printed", "Như đơn vị đã in", (*head, *changes, Column("off_by", "Tổng trừ các phần")), printed)
        )
    return TabledAnswer(
        form_ii03.FORM,
        "Biểu số II.03: CÔNG BỐ, CÔNG KHAI THỦ TỤC HÀNH CHÍNH",
        (form.scope.line, _period(form.period)),
        form.as_of_ms,
        tables,
        form.as_json(),
        flags=form.flags,
    )


def _printed_inspections(form: form_review.LegalReviewForm) -> Tabled:
    columns = (
        Column("code", "Báo cáo", "text"),
        Column("unit", "Đơn vị", "text"),
        Column("inspected", "Đã kiểm tra"),
        Column("unlawful", "Có dấu hiệu trái pháp luật"),
        Column("unlawful_in_content_or_authority", "Sai nội dung, thẩm quyền"),
        Column("handled", "Đã xử lý"),
        Column("handled_pct", "Tỷ lệ xử lý (%)", "percent"),
    )
    rows = form.as_json()["printed_inspections"]
    return Tabled("printed", "Kiểm tra văn bản như đơn vị đã in", columns, rows)


def _entry(entry: form_systematisation.Entry) -> dict[str, Cell]:
    document = entry.document
    return {
        "number": document.number or document.code,
        "issued": _day(document.issued_day),
        "title": document.title,
        "unit": document.issuer_unit,
        "effect": EFFECTS.get(entry.effect.effect, "chưa xác định"),
        "since": _day(entry.effect.from_day),
        "by": entry.effect.by_number,
        "provisions": entry.effect.provisions,
        "recommended": ", ".join(OUTCOME_NAMES.get(one, str(one)) for one in entry.recommended),
    }


def _day(since_1970: int) -> str:
    return day(date_of(since_1970)) if since_1970 else ""


def _period(period: Period) -> str:
    named = f"Kỳ báo cáo {period.id}: " if period.id else "Kỳ báo cáo: "
    return f"{named}từ {day(period.first)} đến {day(period.last)}"
