"""The index as tables for the terminal, in Vietnamese: figures as 1.234,56, every doubt below.

Without a unit: the ranking by peer group. With one: its place, and every criterion with the points lost and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.box import SQUARE
from rich.console import RenderableType
from rich.table import Table

from cchc.index.points import points_text
from services.report.index_answer import IndexAnswer, UnitIndex
from services.report.rendering.index_headings import CRITERIA, RANKING, STATES, UNRANKED, lost, percent, span_line
from services.report.rendering.terminal import flag_lines, plain, printed
from services.report.vietnamese import decimal, whole

_NOTHING = "–"
_TEXTS = frozenset({"Mã", "Đơn vị", "Tiêu chí", "Trạng thái", "Lý do"})
_WRAPPED = frozenset({"Tiêu chí", "Lý do", "Đơn vị"})


def index_table(answer: IndexAnswer) -> str:
    """The ranking; for a unit that was asked for its criteria too; the flags."""
    return printed(_parts(answer))


def _parts(answer: IndexAnswer) -> Iterator[RenderableType]:
    yield plain(f"{answer.title} ({answer.set_name})")
    yield plain(span_line(answer))
    for group, units in groupby(answer.units, key=lambda unit: unit.peer_group):
        yield plain(f"\n{group or UNRANKED}")
        yield _ranking(list(units))
    if answer.unit is not None:
        for unit in answer.units:
            yield plain(f"\nTiêu chí của {unit.name} ({unit.unit})")
            yield _criteria(unit)
    yield from flag_lines(answer.flags)


def _ranking(units: Sequence[UnitIndex]) -> Table:
    table = _table(("Hạng", *RANKING))
    for unit in units:
        share = percent(unit)
        points = _shown(unit.score.points_hundredths if unit.score.max_hundredths else None)
        maximum = _shown(unit.score.max_hundredths)
        cells = (_place(unit), unit.unit, unit.name, points, maximum, _NOTHING if share is None else decimal(share))
        table.add_row(*map(plain, cells))
    return table


def _criteria(unit: UnitIndex) -> Table:
    table = _table(CRITERIA)
    for leaf in unit.score.leaves:
        cells = (
            leaf.code,
            leaf.name,
            _shown(leaf.max_hundredths),
            _shown(leaf.points_hundredths),
            _shown(lost(leaf)),
            _counted(leaf.n),
            _counted(leaf.d),
            STATES[leaf.state],
            leaf.reason,
        )
        table.add_row(*map(plain, cells))
    table.add_section()
    points, maximum = unit.score.points_hundredths, unit.score.max_hundredths
    total = ("", "Tổng (các tiêu chí có điểm)", _shown(maximum), _shown(points), _shown(maximum - points))
    table.add_row(*map(plain, total))
    return table


def _table(headings: Iterable[str]) -> Table:
    table = Table(box=SQUARE)
    for heading in headings:
        wrapped = heading in _WRAPPED
        table.add_column(
            heading,
            justify="left" if heading in _TEXTS else "right",
            no_wrap=not wrapped,
            overflow="fold",
            max_width=60,
        )
    return table


def _place(unit: UnitIndex) -> str:
    if unit.ranked is None or unit.ranked.rank is None:
        return _NOTHING
    return f"{unit.ranked.rank}/{unit.ranked.of}"


def _shown(hundredths: int | None) -> str:
    return _NOTHING if hundredths is None else decimal(points_text(hundredths))


def _counted(number: int | None) -> str:
    return _NOTHING if number is None else whole(number)
