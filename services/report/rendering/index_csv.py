"""The index as CSV for machines: machine names, decimal point, UTF-8, comma, CRLF."""

from __future__ import annotations

import csv
import io

from cchc.formula_guard import guarded
from cchc.index.points import points_text
from cchc.index.scoring import Scored
from services.report.index_answer import IndexAnswer, UnitIndex
from services.report.rendering.csv_cells import blank, flag_codes
from services.report.rendering.index_headings import class_name, percent

_CRITERION = ("code", "id", "criterion", "criterion_max", "points", "lost", "state", "source", "n", "d", "reason")
_UNIT = ("set", "period", "calendar", "from", "to", "as_of", "peer_group", "unit", "name")
_PLACE = ("rank", "of", "score", "max", "percent", "class")


def index_csv(answer: IndexAnswer) -> str:
    """One line a unit, or a criterion of the one asked for.

    What is not scored is blank. ``flags`` (codes joined by ``;``) stands in every line. A text that a spreadsheet would
    take for a formula, or that has an apostrophe in front, gets one in front.
    """
    out = io.StringIO()
    criteria = () if answer.unit is None else _CRITERION
    lines = csv.DictWriter(out, (*_UNIT, *_PLACE, *criteria, "flags"), restval="")
    lines.writeheader()
    told = answer.as_json()
    period = told["period"]
    common = {
        "set": answer.set_name,
        "period": period["id"] or "",
        **{name: period[name] for name in ("calendar", "from", "to")},
        "as_of": told["as_of"],
        "flags": flag_codes(answer.flags),
    }
    for unit in answer.units:
        cells = {**common, **_unit_cells(unit)}
        if answer.unit is None:
            lines.writerow(cells)
        else:
            lines.writerows({**cells, **_criterion_cells(leaf)} for leaf in unit.score.leaves)
    return out.getvalue()


def _unit_cells(unit: UnitIndex) -> dict[str, str | int]:
    told = unit.as_json()
    named = {"unit": guarded(unit.unit), "name": guarded(unit.name), "peer_group": guarded(unit.peer_group)}
    place = {"rank": blank(told["rank"]), "of": told["of"], "score": told["score"] or "", "max": told["max"]}
    return {**named, **place, "percent": percent(unit) or "", "class": guarded(class_name(unit) or "")}


def _criterion_cells(leaf: Scored) -> dict[str, str | int]:
    deducted = leaf.lost_hundredths
    return {
        "code": guarded(leaf.code),
        "id": leaf.id,
        "criterion": guarded(leaf.name),
        "criterion_max": points_text(leaf.max_hundredths),
        "points": "" if leaf.points_hundredths is None else points_text(leaf.points_hundredths),
        "lost": "" if deducted is None else points_text(deducted),
        "state": leaf.state,
        "source": leaf.source,
        "n": blank(leaf.n),
        "d": blank(leaf.d),
        "reason": guarded(leaf.reason),
    }
