"""The index in the format that was asked for."""

from __future__ import annotations

from typing import Literal, TypeAlias

from services.report.index_answer import IndexAnswer
from services.report.rendering.index_csv import index_csv
from services.report.rendering.index_table import index_table
from services.report.rendering.index_workbook import index_workbook
from services.report.rendering.json_text import json_text

IndexFormat: TypeAlias = Literal["table", "json", "csv", "xlsx"]


def render_index(answer: IndexAnswer, index_format: IndexFormat) -> str | bytes:
    """Text for a table, JSON and CSV, to be written as UTF-8; bytes for a workbook. The same answer, the same bytes."""
    match index_format:
        case "table":
            return index_table(answer)
        case "json":
            return json_text(answer.as_json())
        case "csv":
            return index_csv(answer)
        case "xlsx":
            return index_workbook(answer)
