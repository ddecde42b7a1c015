"""What the columns of form II.06a owe one another.

A check says which identity fails and by how much; it never repairs a figure. More may fall due in a period than was
received in it, because of what was carried over: no identity speaks against that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.report.form_ii06a import FormII06a, Row


@dataclass(frozen=True, slots=True)
class Identity:
    """``left`` = Σ ``right``, by column names; ``vi`` writes it with the form's official column numbers."""

    code: str
    left: str
    right: tuple[str, ...]
    vi: str
    en: str


IDENTITIES = (
    Identity(
        "received",
        "received_total",
        ("received_online", "received_direct", "carried_over"),
        "(3) = (4) + (5) + (6)",
        "received total = online + direct + carried over",
    ),
    Identity(
        "resolved",
        "resolved_total",
        ("resolved_early", "resolved_on_time", "resolved_late", "resolved_no_due"),
        "(7) = (8) + (9) + (10) + không có hạn trả",
        "resolved total = early + on time + late + without a due date",
    ),
    Identity(
        "pending",
        "pending_total",
        ("pending_in_time", "pending_overdue", "pending_no_due"),
        "(11) = (12) + (13) + không có hạn trả",
        "pending total = in time + overdue + without a due date",
    ),
    Identity(
        "balance",
        "received_total",
        ("resolved_total", "pending_total", "returned", "withdrawn", "stopped"),
        "(3) = (7) + (11) + trả lại + rút + dừng xử lý",
        "received total = resolved + pending + returned + withdrawn + stopped",
    ),
)
"""Within one row."""

ROW_SUM = "row_sum"
"""Code of: the total row is the sum of the rows (dòng tổng = tổng các dòng)."""

CARRY_OVER = "carry_over"
"""Code of: (6) of a period is (11) of the one before it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An identity that does not hold.

    Args:
        code: of the identity.
        where: the field of the row, or ``total``.
        left: the figure that should be the sum, or the carry-over.
        right: what the other figures give.
        difference: ``right`` − ``left``.
        vi: the identity and its figures, in Vietnamese.
        en: the same in English.
    """

    code: str
    where: str
    left: int
    right: int
    difference: int
    vi: str
    en: str


def broken_in_row(row: Row) -> list[Broken]:
    """The identities of one row that fail."""
    where = "total" if row.field is None else row.field
    figures = row.figures()
    return [
        _gap(identity.code, where, (figures[identity.left], right), (identity.vi, identity.en))
        for identity in IDENTITIES
        if (right := sum(figures[name] for name in identity.right)) != figures[identity.left]
    ]


def broken_in_rows(rows: Sequence[Row], total: Row) -> list[Broken]:
    """The columns whose total is not the sum of the rows."""
    found = []
    for column, printed in total.figures().items():
        given = sum(row.figures()[column] for row in rows)
        if given != printed:
            vi, en = f"dòng tổng = tổng các dòng, cột {column}", f"total = sum of the rows, column {column}"
            found.append(_gap(ROW_SUM, "total", (printed, given), (vi, en)))
    return found


def broken_carry_over(rows: Iterable[Row], before: Iterable[Row]) -> list[Broken]:
    """The rows, by field, whose carry-over is not what was pending in the period that ends where theirs begins."""
    carried = {row.field: row.carried_over for row in rows}
    pending = {row.field: row.pending_total for row in before}
    vi, en = "(6) kỳ này = (11) kỳ trước", "carried over = pending of the period before"
    return [
        _gap(CARRY_OVER, "total" if name is None else name, (carried.get(name, 0), pending.get(name, 0)), (vi, en))
        for name in sorted({*carried, *pending}, key=lambda name: (name is None, name or ""))
        if carried.get(name, 0) != pending.get(name, 0)
    ]


def broken_in_form(form: FormII06a, before: FormII06a | None = None) -> list[Broken]:
    """Everything in a form that does not hold; the carry-over too, where the form of the period before is given."""
    found = [broken for row in (*form.rows, form.total) for broken in broken_in_row(row)]
    found += broken_in_rows(form.rows, form.total)
    if before is not None:
        found += broken_carry_over((*form.rows, form.total), (*before.rows, before.total))
    return found


def _gap(code: str, where: str, figures: tuple[int, int], texts: tuple[str, str]) -> Broken:
    (left, right), (vi, en) = figures, texts
    difference = right - left
    return Broken(
        code,
        where,
        left,
        right,
        difference,
        f"{vi}: {left} ≠ {right}, lệch {difference:+}",
        f"{en}: {left} is not {right}, off by {difference:+}",
    )
