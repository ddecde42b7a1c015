"""A form in the format that was asked for."""

from __future__ import annotations

from typing import Literal, TypeAlias

from services.report.form_ii06a import FormII06a
from services.report.rendering.form_csv import form_csv
from services.report.rendering.form_table import form_table
from services.report.rendering.form_workbook import form_workbook
from services.report.rendering.json_text import json_text

FormFormat: TypeAlias = Literal["table", "json", "csv", "xlsx"]


def render_form(form: FormII06a, form_format: FormFormat) -> str | bytes:
    """Text for a table, JSON and CSV, to be written as UTF-8; bytes for a workbook. The same form, the same answer."""
    match form_format:
        case "table":
            return form_table(form)
        case "json":
            return json_text(form.as_json())
        case "csv":
            return form_csv(form)
        case "xlsx":
            return form_workbook(form)
