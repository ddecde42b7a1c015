"""A form as CSV for machines: one line a row, the total last; machine names, decimal point, UTF-8, comma, CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from cchc.formula_guard import guarded
from services.report.form_ii06a import FormII06a, Row
from services.report.on_time import DEFINITIONS
from services.report.rendering.csv_cells import flag_codes

_OF_THE_FORM = ("form", "unit", "period", "calendar", "from", "to", "as_of", "row")
_RATES = tuple(f"{code}_{part}" for code in DEFINITIONS for part in ("n", "d", "pct"))


def form_csv(form: FormII06a) -> str:
    """The form with a header line.

    ``row`` is ``field`` or ``total``. Rates (``D1_n``, ``D1_d``, ``D1_pct`` …) and ``flags`` (codes joined by ``;``)
    stand in the total only; a rate without a denominator is blank. A text that a spreadsheet would take for a formula,
    or that has an apostrophe in front, gets one in front.
    """
    out = io.StringIO()
    header = (*_OF_THE_FORM, "field", *form.total.figures(), *_RATES, "flags")
    lines = csv.DictWriter(out, header, restval="")
    lines.writeheader()
    told = form.as_json()
    common = {
        "form": told["form"],
        "unit": guarded(form.unit or ""),
        "period": told["period"]["id"] or "",
        **{name: told["period"][name] for name in ("calendar", "from", "to")},
        "as_of": told["as_of"],
    }
    for row in form.rows:
        lines.writerow({**common, "row": "field", **_cells(row)})
    lines.writerow({**common, "row": "total", **_cells(form.total), **_rates(form), "flags": flag_codes(form.flags)})
    return out.getvalue()


def _cells(row: Row) -> Mapping[str, str | int]:
    return {"field": guarded(row.field or ""), **row.figures()}


def _rates(form: FormII06a) -> Mapping[str, str | int]:
    cells: dict[str, str | int] = {}
    for code, rate in form.on_time.items():
        cells |= {f"{code}_n": rate.n, f"{code}_d": rate.d, f"{code}_pct": rate.pct or ""}
    return cells
