"""Tables in the format that was asked for."""

from __future__ import annotations

from typing import Literal, TypeAlias

from services.report.rendering.json_text import json_text
from services.report.rendering.tabled_csv import tabled_csv
from services.report.rendering.tabled_table import tabled_table
from services.report.rendering.tabled_workbook import tabled_workbook
from services.report.tabled import TabledAnswer

TabledFormat: TypeAlias = Literal["table", "json", "csv", "xlsx"]


def render_tabled(answer: TabledAnswer, tabled_format: TabledFormat) -> str | bytes:
    """Text for a table, JSON and CSV, to be written as UTF-8; bytes for a workbook. The same answer, the same bytes."""
    match tabled_format:
        case "table":
            return tabled_table(answer)
        case "json":
            return json_text(answer.as_json())
        case "csv":
            return tabled_csv(answer)
        case "xlsx":
            return tabled_workbook(answer)
