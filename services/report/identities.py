"""What the columns of form II.06a owe one another, in computed rows and in figures as an office printed them.

A check says which identity fails and by how much; it never repairs a figure. More may fall due in a period than was
received in it, because of what was carried over: no identity speaks against that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from cchc.errors import Refused
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

_RECONCILING = frozenset({"resolved_no_due", "pending_no_due", "returned", "withdrawn", "stopped"})
"""Columns that the official form does not print; an office that printed none had, by its own form, none of them."""

_MERGED = (
    Identity(
        "resolved",
        "resolved_total",
        ("resolved_in_time", "resolved_late"),
        "(7) = trước hạn và đúng hạn + (10)",
        "resolved total = early or on time + late",
    ),
    Identity(
        "in_time",
        "resolved_in_time",
        ("resolved_early", "resolved_on_time"),
        "trước hạn và đúng hạn = (8) + (9)",
        "early or on time = early + on time",
    ),
    Identity(
        "falling_due",
        "falling_due",
        ("due_in_time", "due_overdue"),
        "đến hạn trong kỳ = đúng hạn + quá hạn",
        "falling due = on time + overdue",
    ),
)
"""Columns that offices print beside or instead of the form's."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An identity that does not hold.

    Args:
        code: of the identity.
        where: the field of the row, ``total``, or the name of what was printed.
        left: the figure that should be the sum, the carry-over, or the printed percentage.
        right: what the other figures give.
        difference: ``right`` − ``left``.
        vi: the identity and its figures, in Vietnamese.
        en: the same in English.
    """

    code: str
    where: str
    left: Decimal
    right: Decimal
    difference: Decimal
    vi: str
    en: str


def broken_in_row(row: Row) -> list[Broken]:
    """The identities of one row that fail."""
    where = "total" if row.field is None else row.field
    return _broken(IDENTITIES, row.figures(), where)


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


@dataclass(frozen=True, slots=True)
class PrintedSum:
    """A printed whole and the parts that it is said to be made of."""

    name: str
    whole: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PrintedRate:
    """A printed percentage of two printed numbers, ``n`` of ``d``; ``printed`` has a decimal comma or point."""

    name: str
    n: int
    d: int
    printed: str


@dataclass(frozen=True, slots=True)
class Published:
    """Figures as an office printed them (số liệu như đã công bố), with only some of the columns.

    Args:
        office: whose, and for when.
        columns: by the names of the form's columns; also ``resolved_in_time`` (early and on time printed as one) and
            ``falling_due``, ``due_in_time``, ``due_overdue``.
        sums: further sums that stand beside them.
        rates: percentages that stand beside them.
    """

    office: str
    columns: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    sums: tuple[PrintedSum, ...] = ()
    rates: tuple[PrintedRate, ...] = ()


def check_published(statement: Published) -> list[Broken]:
    """What the printed figures break. Only identities whose columns were all printed are checked.

    Columns that the official form does not have count as 0 where they were not printed. A percentage agrees when it is
    the exact one rounded half up to as many decimals as were printed; 100 never agrees while some are missing.

    Raises:
        Refused: ``report.unreadable_percent``, ``report.percent_of_nothing``.
    """
    printed = statement.columns
    merged = [identity for identity in _MERGED if {identity.left, *identity.right} <= printed.keys()]
    whole = [i for i in IDENTITIES if ({i.left, *i.right} - _RECONCILING) <= printed.keys()]
    known = {**dict.fromkeys(_RECONCILING, 0), **printed}
    found = _broken([*whole, *merged], known, statement.office)
    for it in statement.sums:
        if sum(it.parts) != it.whole:
            parts = " + ".join(map(str, it.parts))
            vi, en = f"{it.name}: tổng = {parts}", f"{it.name}: whole = {parts}"
            found.append(_gap("sum", statement.office, (it.whole, sum(it.parts)), (vi, en)))
    return [*found, *(broken for it in statement.rates for broken in _broken_rate(it, statement.office))]


def _broken(identities: Iterable[Identity], figures: Mapping[str, int], where: str) -> list[Broken]:
    return [
        _gap(identity.code, where, (figures[identity.left], right), (identity.vi, identity.en))
        for identity in identities
        if (right := sum(figures[name] for name in identity.right)) != figures[identity.left]
    ]


def _gap(code: str, where: str, figures: tuple[Decimal | int, Decimal | int], texts: tuple[str, str]) -> Broken:
    (left, right), (vi, en) = figures, texts
    difference = Decimal(right) - Decimal(left)
    return Broken(
        code,
        where,
        Decimal(left),
        Decimal(right),
        difference,
        f"{vi}: {left} ≠ {right}, lệch {difference:+}",
        f"{en}: {left} is not {right}, off by {difference:+}",
    )


def _broken_rate(rate: PrintedRate, where: str) -> list[Broken]:
    printed, decimals = _read_percent(rate.printed)
    if rate.d <= 0:
        raise Refused(
            "report.percent_of_nothing",
            vi=f"{rate.name}: in {rate.printed} % của {rate.d} hồ sơ.",
            en=f"{rate.name}: {rate.printed} % of {rate.d} was printed.",
            next_vi="Kiểm tra lại mẫu số của văn bản đã công bố; mẫu số phải lớn hơn 0.",
            next_en="Check the denominator in the published text; it must be more than 0.",
        )
    if printed == _exact(rate.n, rate.d, decimals) and not (printed == 100 and rate.n < rate.d):
        return []
    right = _exact(rate.n, rate.d, max(decimals, 2))
    vi, en = f"{rate.name}: {rate.n}/{rate.d} (%)", f"{rate.name}: {rate.n}/{rate.d} (per cent)"
    return [_gap("rate", where, (printed, right), (vi, en))]


def _read_percent(text: str) -> tuple[Decimal, int]:
    """The number, and how many decimals it was printed with."""
    plain = text.removesuffix("%").strip().replace(",", ".")
    whole, _, decimals = plain.partition(".")
    if not (whole.isdecimal() and plain.isascii() and (decimals.isdecimal() or plain == whole)):
        raise Refused(
            "report.unreadable_percent",
            vi=f"Không đọc được tỷ lệ phần trăm '{text}'.",
            en=f"'{text}' is not a percentage.",
            next_vi="Viết như 96,2 hoặc 96.2.",
            next_en="Write it like 96.2 or 96,2.",
        )
    return Decimal(plain), len(decimals)


def _exact(n: int, d: int, decimals: int) -> Decimal:
    """``n`` of ``d`` in per cent with this many decimals, half up; in integers, so that it is rounded once."""
    scale = int(10**decimals)
    return Decimal((200 * n * scale + d) // (2 * d)).scaleb(-decimals)
