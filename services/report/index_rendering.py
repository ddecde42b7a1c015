"""The index as the reader wants it: a table on the terminal, JSON, CSV, a workbook.

Without a unit: the ranking by peer group. With one: its place, and every criterion with the points lost and why.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from types import MappingProxyType
from typing import Literal, TypeAlias

from rich.box import SQUARE
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cchc.index.points import points_text, round_half_up
from cchc.index.scoring import Scored
from services.report.index_answer import IndexAnswer, UnitIndex
from services.report.vietnamese import day, decimal, instant, whole

IndexFormat: TypeAlias = Literal["table", "json", "csv", "xlsx"]

RANKING_SHEET = "Xếp hạng"
CRITERIA_SHEET = "Tiêu chí"
FLAG_SHEET = "Lưu ý"

STATES = MappingProxyType(
    {
        "scored": "đã chấm",
        "not_scored": "chưa chấm điểm",
        "not_applicable": "không áp dụng",
        "no_occurrence": "không phát sinh",
    }
)
"""What an officer reads for a criterion's state."""

_WIDTH = 200
_NOTHING = "–"
_RANKING = ("Hạng", "Mã", "Đơn vị", "Điểm", "Tối đa", "Đạt (%)")
_CRITERIA = ("Mã", "Tiêu chí", "Tối đa", "Điểm", "Mất", "Tử số", "Mẫu số", "Trạng thái", "Lý do")
_CSV_CRITERION = ("code", "id", "criterion", "criterion_max", "points", "lost", "state", "source", "n", "d", "reason")
_CSV_UNIT = ("set", "period", "calendar", "from", "to", "as_of", "peer_group", "unit", "name")
_CSV_PLACE = ("rank", "of", "score", "max", "percent")


def render_index(answer: IndexAnswer, index_format: IndexFormat) -> str | bytes:
    """Text for a table, JSON and CSV, to be written as UTF-8; bytes for a workbook. The same answer, the same bytes."""
    match index_format:
        case "table":
            return index_table(answer)
        case "json":
            return index_json(answer)
        case "csv":
            return index_csv(answer)
        case "xlsx":
            return index_workbook(answer)


def index_json(answer: IndexAnswer) -> str:
    """The shape of the contract, with an indent of two spaces, Vietnamese letters as they are and a final newline."""
    return f"{json.dumps(answer.as_json(), ensure_ascii=False, indent=2)}\n"


def percent(unit: UnitIndex) -> str | None:
    """Points of the attainable maximum in per cent, two decimals, rounded once, half up; None where none is scored."""
    points, maximum = unit.score.points_hundredths, unit.score.max_hundredths
    return points_text(round_half_up(Fraction(10_000 * points, maximum), 2)) if maximum else None


def lost(leaf: Scored) -> int | None:
    """Hundredths of a point that a criterion in the total did not get; None for one that is in no total."""
    return None if leaf.points_hundredths is None else leaf.max_hundredths - leaf.points_hundredths


# ---- table ----


def index_table(answer: IndexAnswer) -> str:
    """A table for the terminal, in Vietnamese: figures as 1.234,56, every doubt below."""
    out = io.StringIO()
    console = Console(file=out, width=_WIDTH, color_system=None, force_terminal=False, legacy_windows=False)
    for part in _parts(answer):
        console.print(part, soft_wrap=isinstance(part, Text))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _parts(answer: IndexAnswer) -> Iterator[RenderableType]:
    yield _plain(f"{answer.title} ({answer.set_name})")
    yield _plain(f"{_span(answer)}; số liệu đến {instant(answer.as_of)}")
    for group, units in groupby(answer.units, key=lambda unit: unit.peer_group):
        yield _plain(f"\n{group or 'Không xếp hạng'}")
        yield _ranking(list(units))
    if answer.unit is not None:
        for unit in answer.units:
            yield _plain(f"\nTiêu chí của {unit.name} ({unit.unit})")
            yield _criteria(unit)
    if answer.flags:
        yield _plain("\nLưu ý")
        for flag in answer.flags:
            yield _plain(f"- [{flag.code}] {flag.text}")


def _span(answer: IndexAnswer) -> str:
    period = answer.period
    named = f"Kỳ {period.id} " if period.id else "Kỳ "
    return f"{named}từ {day(period.first)} đến {day(period.last)}"


def _ranking(units: Sequence[UnitIndex]) -> Table:
    table = _table(_RANKING, left={"Mã", "Đơn vị"})
    for unit in units:
        share = percent(unit)
        points = _shown(unit.score.points_hundredths if unit.score.max_hundredths else None)
        maximum = _shown(unit.score.max_hundredths)
        cells = (_place(unit), unit.unit, unit.name, points, maximum, _NOTHING if share is None else decimal(share))
        table.add_row(*map(_plain, cells))
    return table


def _criteria(unit: UnitIndex) -> Table:
    table = _table(_CRITERIA, left={"Mã", "Tiêu chí", "Trạng thái", "Lý do"})
    for leaf in unit.score.leaves:
        cells = (
            leaf.code,
            leaf.name,
            _shown(leaf.max_hundredths),
            _shown(leaf.points_hundredths),
            _shown(lost(leaf)),
            _NOTHING if leaf.n is None else whole(leaf.n),
            _NOTHING if leaf.d is None else whole(leaf.d),
            STATES[leaf.state],
            leaf.reason,
        )
        table.add_row(*map(_plain, cells))
    table.add_section()
    points, maximum = unit.score.points_hundredths, unit.score.max_hundredths
    total = ("", "Tổng (các tiêu chí có điểm)", _shown(maximum), _shown(points), _shown(maximum - points))
    table.add_row(*map(_plain, total))
    return table


def _table(headings: Iterable[str], *, left: set[str]) -> Table:
    table = Table(box=SQUARE)
    for heading in headings:
        wrapped = heading in {"Tiêu chí", "Lý do", "Đơn vị"}
        table.add_column(
            heading, justify="left" if heading in left else "right", no_wrap=not wrapped, overflow="fold", max_width=60
        )
    return table


def _place(unit: UnitIndex) -> str:
    if unit.ranked is None or unit.ranked.rank is None:
        return _NOTHING
    return f"{unit.ranked.rank}/{unit.ranked.of}"


def _shown(hundredths: int | None) -> str:
    return _NOTHING if hundredths is None else decimal(points_text(hundredths))


def _plain(text: str) -> Text:
    """Text without markup; control characters, which could drive a terminal, are shown as a replacement mark."""
    return Text("".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in text))


# ---- CSV ----


def index_csv(answer: IndexAnswer) -> str:
    """For machines: one line a unit, or a criterion of the one asked for; decimal point, UTF-8, comma, CRLF.

    What is not scored is blank. ``flags`` (codes joined by ``;``) stands in every line. A text that a spreadsheet would
    take for a formula, or that has an apostrophe in front, gets one in front.
    """
    out = io.StringIO()
    criteria = () if answer.unit is None else _CSV_CRITERION
    lines = csv.DictWriter(out, (*_CSV_UNIT, *_CSV_PLACE, *criteria, "flags"), restval="")
    lines.writeheader()
    told = answer.as_json()
    period = told["period"]
    common = {
        "set": answer.set_name,
        "period": period["id"] or "",
        **{name: period[name] for name in ("calendar", "from", "to")},
        "as_of": told["as_of"],
        "flags": ";".join(dict.fromkeys(flag.code for flag in answer.flags)),
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
    named = {"unit": _guarded(unit.unit), "name": _guarded(unit.name), "peer_group": _guarded(unit.peer_group)}
    place = {"rank": _blank(told["rank"]), "of": told["of"], "score": told["score"] or "", "max": told["max"]}
    return {**named, **place, "percent": percent(unit) or ""}


def _criterion_cells(leaf: Scored) -> dict[str, str | int]:
    deducted = lost(leaf)
    return {
        "code": _guarded(leaf.code),
        "id": leaf.id,
        "criterion": _guarded(leaf.name),
        "criterion_max": points_text(leaf.max_hundredths),
        "points": "" if leaf.points_hundredths is None else points_text(leaf.points_hundredths),
        "lost": "" if deducted is None else points_text(deducted),
        "state": leaf.state,
        "source": leaf.source,
        "n": _blank(leaf.n),
        "d": _blank(leaf.d),
        "reason": _guarded(leaf.reason),
    }


def _blank(number: int | None) -> str | int:
    return "" if number is None else number


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith("'") or text.lstrip().startswith(("=", "+", "-", "@")) else text


# ---- workbook ----


def index_workbook(answer: IndexAnswer) -> bytes:
    """The ranking, the criteria of every unit in the answer, and the flags, one sheet each; typed number cells."""
    out = io.BytesIO()
    # in_memory: no temporary files, whose dates would get into the package.
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": answer.title, "created": answer.as_of.replace(tzinfo=None)})
    styles = _Styles(book)
    _write_ranking(book.add_worksheet(RANKING_SHEET), answer, styles)
    _write_criteria(book.add_worksheet(CRITERIA_SHEET), answer, styles)
    _write_flags(book.add_worksheet(FLAG_SHEET), answer, styles)
    book.close()
    return out.getvalue()


class _Styles:
    """Cell formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 13})
        self.heading: Format = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
        self.text: Format = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        self.count: Format = book.add_format({"border": 1, "num_format": "#,##0", "valign": "top"})
        self.points: Format = book.add_format({"border": 1, "num_format": "#,##0.00", "valign": "top"})


def _write_ranking(sheet: Worksheet, answer: IndexAnswer, styles: _Styles) -> None:
    sheet.write_string(0, 0, answer.title, styles.title)
    sheet.write_string(1, 0, f"{_span(answer)}; số liệu đến {instant(answer.as_of)}")
    widths = (24, 8, 10, 16, 40, 12, 12, 12)
    _write_headings(sheet, 3, ("Nhóm", "Hạng", "Trên", *_RANKING[1:]), widths, styles)
    for at, unit in enumerate(answer.units, 4):
        scored = bool(unit.score.max_hundredths)
        share = percent(unit)
        _text(sheet, at, 0, unit.peer_group or "Không xếp hạng", styles)
        _count(sheet, at, 1, unit.ranked.rank if unit.ranked else None, styles)
        _count(sheet, at, 2, unit.ranked.of if unit.ranked else None, styles)
        _text(sheet, at, 3, unit.unit, styles)
        _text(sheet, at, 4, unit.name, styles)
        _points(sheet, at, 5, unit.score.points_hundredths if scored else None, styles)
        _points(sheet, at, 6, unit.score.max_hundredths, styles)
        _number(sheet, at, 7, None if share is None else Decimal(share), styles.points)


def _write_criteria(sheet: Worksheet, answer: IndexAnswer, styles: _Styles) -> None:
    headings = ("Mã đơn vị", "Đơn vị", *_CRITERIA)
    _write_headings(sheet, 0, headings, (16, 30, 10, 50, 10, 10, 10, 10, 10, 16, 60), styles)
    lines = ((unit, leaf) for unit in answer.units for leaf in unit.score.leaves)
    for at, (unit, leaf) in enumerate(lines, 1):
        for column, text in enumerate((unit.unit, unit.name, leaf.code, leaf.name)):
            _text(sheet, at, column, text, styles)
        _points(sheet, at, 4, leaf.max_hundredths, styles)
        _points(sheet, at, 5, leaf.points_hundredths, styles)
        _points(sheet, at, 6, lost(leaf), styles)
        _count(sheet, at, 7, leaf.n, styles)
        _count(sheet, at, 8, leaf.d, styles)
        _text(sheet, at, 9, STATES[leaf.state], styles)
        _text(sheet, at, 10, leaf.reason, styles)


def _write_flags(sheet: Worksheet, answer: IndexAnswer, styles: _Styles) -> None:
    _write_headings(sheet, 0, ("Mã", "Lưu ý"), (24, 120), styles)
    for at, flag in enumerate(answer.flags, 1):
        _text(sheet, at, 0, flag.code, styles)
        _text(sheet, at, 1, flag.text, styles)


def _write_headings(sheet: Worksheet, at: int, headings: Sequence[str], widths: Sequence[int], styles: _Styles) -> None:
    for column, (text, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.write_string(at, column, text, styles.heading)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(at + 1, 0)


def _text(sheet: Worksheet, at: int, column: int, text: str, styles: _Styles) -> None:
    sheet.write_string(at, column, text, styles.text)


def _count(sheet: Worksheet, at: int, column: int, number: int | None, styles: _Styles) -> None:
    _number(sheet, at, column, number, styles.count)


def _points(sheet: Worksheet, at: int, column: int, hundredths: int | None, styles: _Styles) -> None:
    _number(sheet, at, column, None if hundredths is None else Decimal(hundredths).scaleb(-2), styles.points)


def _number(sheet: Worksheet, at: int, column: int, number: int | Decimal | None, style: Format) -> None:
    """A number cell; a blank one where there is no figure, which is not 0."""
    if number is None:
        sheet.write_blank(at, column, None, style)
    else:
        sheet.write_number(at, column, number, style)
