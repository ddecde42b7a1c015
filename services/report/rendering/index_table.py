"""The index as tables for the terminal, in Vietnamese: figures as 1.234,56, every doubt below.

Without a unit: the ranking by peer group. With one: its place, its groups, the points lost and why, every criterion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.box import SQUARE
from rich.console import RenderableType
from rich.table import Table

from cchc.index.deductions import deductions, reason_of
from cchc.index.points import points_text
from cchc.index.scoring import Scored
from services.report.index_answer import IndexAnswer, UnitIndex
from services.report.rendering.index_headings import (
    CLASS,
    CRITERIA,
    DEDUCTIONS,
    GROUPS,
    NO_CLASS,
    RANKING,
    STATES,
    UNRANKED,
    class_name,
    has_classes,
    percent,
    span_line,
)
from services.report.rendering.terminal import flag_lines, plain, printed
from services.report.vietnamese import decimal, whole

_NOTHING = "–"
_TEXTS = frozenset({"Mã", "Đơn vị", "Nhóm", "Tiêu chí", "Trạng thái", "Lý do", CLASS})
_WRAPPED = frozenset({"Tiêu chí", "Nhóm", "Lý do", "Đơn vị"})


def index_table(answer: IndexAnswer) -> str:
    """The ranking; for a unit that was asked for its criteria too; the flags."""
    return printed(_parts(answer))


def _parts(answer: IndexAnswer) -> Iterator[RenderableType]:
    yield plain(f"{answer.title} ({answer.set_name})")
    yield plain(span_line(answer))
    for group, units in groupby(answer.units, key=lambda unit: unit.peer_group):
        yield plain(f"\n{group or UNRANKED}")
        yield _ranking(list(units), classed=has_classes(answer))
    if answer.unit is not None:
        for unit in answer.units:
            yield from _of_the_unit(unit)
    yield from flag_lines(answer.flags)


def _of_the_unit(unit: UnitIndex) -> Iterator[RenderableType]:
    """Why it has no class, its groups of criteria, what cost it points, and every criterion."""
    named = f"{unit.name} ({unit.unit})"
    if unit.score.class_reason:
        yield plain(unit.score.class_reason)
    if unit.score.groups:
        yield plain(f"\nTheo nhóm của {named}")
        yield _groups(unit)
    yield plain(f"\nĐiểm bị trừ của {named}")
    lost = deductions(unit.score)
    yield _deductions(lost) if lost else plain("Không có tiêu chí nào bị trừ điểm.")
    yield plain(f"\nTiêu chí của {named}")
    yield _criteria(unit)


def _ranking(units: Sequence[UnitIndex], *, classed: bool) -> Table:
    table = _table(("Hạng", *RANKING, *((CLASS,) if classed else ())))
    for unit in units:
        share = percent(unit)
        points = _shown(unit.score.points_hundredths if unit.score.max_hundredths else None)
        maximum = _shown(unit.score.max_hundredths)
        cells = (_place(unit), unit.unit, unit.name, points, maximum, _NOTHING if share is None else decimal(share))
        table.add_row(*map(plain, (*cells, *((class_name(unit) or NO_CLASS,) if classed else ()))))
    return table


def _groups(unit: UnitIndex) -> Table:
    table = _table(GROUPS)
    for group in unit.score.groups:
        points, maximum = group.points_hundredths, group.max_hundredths
        cells = (group.code, group.name, _shown(maximum), _shown(points if maximum else None))
        table.add_row(*map(plain, (*cells, _shown(maximum - points if maximum else None))))
    return table


def _deductions(lost: Sequence[Scored]) -> Table:
    table = _table(DEDUCTIONS)
    for leaf in lost:
        figures = map(_shown, (leaf.max_hundredths, leaf.points_hundredths, leaf.lost_hundredths))
        table.add_row(*map(plain, (leaf.code, leaf.name, *figures, reason_of(leaf))))
    return table


def _criteria(unit: UnitIndex) -> Table:
    table = _table(CRITERIA)
    for leaf in unit.score.leaves:
        cells = (
            leaf.code,
            leaf.name,
            _shown(leaf.max_hundredths),
            _shown(leaf.points_hundredths),
            _shown(leaf.lost_hundredths),
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
