"""Tables as one CSV for machines: machine names, decimal point, UTF-8, comma, CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from cchc.formula_guard import guarded
from services.report.rendering.csv_cells import blank, flag_codes
from services.report.tabled import Cell, TabledAnswer


def tabled_csv(answer: TabledAnswer) -> str:
    """One line a row; ``table`` says of which table it is, and the total of one stands last in it as ``row`` ``total``.

    Columns of other tables are blank. ``flags`` (codes joined by ``;``) stands in every line. A text that a spreadsheet
    would take for a formula gets an apostrophe in front.
    """
    keys = dict.fromkeys(column.key for table in answer.tables for column in table.columns)
    out = io.StringIO()
    lines = csv.DictWriter(out, ("form", "as_of", "table", "row", *keys, "flags"), restval="")
    lines.writeheader()
    told = answer.as_json()
    common = {"form": answer.form, "as_of": told["as_of"], "flags": flag_codes(answer.flags)}
    for table in answer.tables:
        texts = {column.key for column in table.columns if column.kind == "text"}
        rows: Iterable[tuple[str, Mapping[str, Cell]]] = [
            (str(number), row) for number, row in enumerate(table.rows, 1)
        ]
        if table.total is not None:
            rows = [*rows, ("total", table.total)]
        for number, row in rows:
            cells = {key: _cell(cell, is_text=key in texts) for key, cell in row.items() if key in keys}
            lines.writerow({**common, "table": table.name, "row": number, **cells})
    return out.getvalue()


def _cell(cell: Cell, *, is_text: bool) -> str | int:
    if isinstance(cell, str):
        return guarded(cell) if is_text else cell
    return blank(cell)
