"""Options that verbs of ``cchc`` share, and the words that they take."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from cchc.settings import DATA_VARIABLE, DEFAULT_DATA


class Format(enum.StrEnum):
    """How figures are given."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class Kind(enum.StrEnum):
    """What can be imported."""

    DOSSIERS = "dossiers"
    UNITS = "units"
    PROCEDURES = "procedures"
    CALENDAR_DAYS = "calendar-days"
    LEGAL_DOCUMENTS = "legal-documents"
    LEGAL_REVIEWS = "legal-reviews"
    PROCEDURE_REVIEWS = "procedure-reviews"
    REGISTER_FACTS = "register-facts"


class Register(enum.StrEnum):
    """What can be listed."""

    ASSESSMENT = "assessment"
    LEGAL_REVIEW = "legal-review"


class SummaryFormat(enum.StrEnum):
    """How a verb that changes something says what it did."""

    TABLE = "table"
    JSON = "json"


Data = Annotated[
    Path | None, typer.Option("--data", help=f"Thư mục dữ liệu (mặc định: ${DATA_VARIABLE} hoặc ./{DEFAULT_DATA}).")
]
PeriodText = Annotated[
    str | None, typer.Option("--period", help="Kỳ: 2026Q3, 202609, 2026, 2026S1, 2026M9, Quý III/2026.")
]
CalendarName = Annotated[
    str | None, typer.Option("--calendar", help="Lịch kỳ báo cáo: nd09 (15 đến 14), calendar (tháng dương lịch), …")
]
First = Annotated[str | None, typer.Option("--from", help="Ngày đầu của khoảng tự chọn (YYYY-MM-DD hoặc dd/mm/yyyy).")]
Last = Annotated[str | None, typer.Option("--to", help="Ngày cuối của khoảng tự chọn, tính cả ngày đó.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Như đã biết tại thời điểm này (ISO 8601; chỉ ngày = hết ngày đó).")
]
UnitCode = Annotated[
    str | None, typer.Option("--unit", help="Mã đơn vị, gồm cả các đơn vị trực thuộc; bỏ trống = toàn bộ.")
]
Figures = Annotated[Format, typer.Option("--format", help="table, json, csv hoặc xlsx.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Ghi ra tệp thay vì màn hình (xlsx luôn ghi ra tệp).")
]
Summary = Annotated[SummaryFormat, typer.Option("--format", help="table hoặc json.")]
