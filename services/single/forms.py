"""``cchc form``: one form, rendered."""

from __future__ import annotations

from typing import Literal

from cchc.calendar.periods import Period
from services.report.form_answer import FormAnswers
from services.report.legal.form_systematisation import Years
from services.report.register_answers import RegisterAnswers
from services.report.rendering.form import render_form
from services.report.rendering.tabled import render_tabled
from services.single.log_and_store import LogAndStore


def render(
    directory: LogAndStore,
    name: str,
    asked: Period | Years,
    *,
    as_of_ms: int,
    unit: str | None,
    form_format: Literal["table", "json", "csv", "xlsx"],
) -> str | bytes:
    """A form of ``asking.FORMS`` in a format, as known at ``as_of_ms`` (milliseconds UTC). Errors as the answers'."""
    registers = RegisterAnswers(directory.store, directory.quarantine.count)
    if isinstance(asked, Years):
        return render_tabled(registers.systematisation(asked, as_of_ms, unit), form_format)
    if name != "II.06a":
        return render_tabled(registers.form(name, asked, as_of_ms, unit), form_format)
    answers = FormAnswers(directory.store, directory.quarantine.count)
    # Only these formats show the bridges between the on-time rates.
    bridged = form_format in {"table", "xlsx"}
    return render_form(answers.ii06a(asked, as_of_ms, unit, bridged=bridged), form_format)
