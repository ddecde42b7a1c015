"""Why two definitions of the on-time rate differ on the same dossiers: what one counts and the other does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.report.form_ii06a import FormII06a
from services.report.on_time import DEFINITIONS, PARTS, Rate


@dataclass(frozen=True, slots=True)
class Difference:
    """One named step of a bridge: how numerator and denominator change from the first definition to the second.

    Negative: only the first counts them; positive: only the second does.
    """

    code: str
    vi: str
    en: str
    n: int
    d: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """From one definition to another (bảng đối chiếu): ``start`` plus all differences is ``end``, exactly."""

    first: str
    second: str
    start: Rate
    end: Rate
    differences: tuple[Difference, ...]


def bridge(form: FormII06a, first: str, second: str) -> Bridge:
    """The differences, in the order of the form's columns, between ``first`` and ``second`` (``D1`` … ``D5``).

    Args:
        form: whose total row it is about. D5 counts by due day and not by column, so where the form does not know
            which dossiers of its columns fall due in the period, the difference to D5 is one net figure.
        first: where the bridge starts.
        second: where it ends.
    """
    rates = form.on_time
    start, end = rates[first], rates[second]
    if "D5" not in {first, second} or first == second:
        steps = _by_part(form.total.parts(), first, second)
    elif form.falls_due_of is None:
        net = "chênh lệch ròng: đếm theo ngày hẹn trả trong kỳ thay cho cột của biểu"
        steps = [Difference("by_due_day", net, "net: by due day, not by column", end.n - start.n, end.d - start.d)]
    else:
        steps = _by_due_day(form, first, second, form.falls_due_of)
    return Bridge(first, second, start, end, tuple(step for step in steps if step.n or step.d))


def _by_part(parts: Mapping[str, int], first: str, second: str) -> Iterable[Difference]:
    return [
        Difference(
            name,
            part.vi,
            part.en,
            parts[name] * _change(name, DEFINITIONS[first].numerator, DEFINITIONS[second].numerator),
            parts[name] * _change(name, DEFINITIONS[first].denominator, DEFINITIONS[second].denominator),
        )
        for name, part in PARTS.items()
    ]


def _change(name: str, first: frozenset[str], second: frozenset[str]) -> int:
    return (name in second) - (name in first)


def _by_due_day(form: FormII06a, first: str, second: str, due_here: Mapping[str, int]) -> Iterable[Difference]:
    """Steps to D5, or the same backwards: each part is split into what falls due in the period and what does not."""
    sign, other = (1, DEFINITIONS[first]) if second == "D5" else (-1, DEFINITIONS[second])
    steps = []
    for name, count in form.total.parts().items():
        part, due = PARTS[name], due_here.get(name, 0)
        met = name in {"resolved_early", "resolved_on_time"}
        in_n, in_d = name in other.numerator, name in other.denominator
        falls = name in due_here
        inside = (f"{name}_due_in_period", f"{part.vi}, hạn trả trong kỳ", f"{part.en}, due in the period")
        elsewhere = f"{part.vi}, hạn trả ngoài kỳ" if falls else part.vi
        outside = (f"{name}_due_elsewhere", elsewhere, f"{part.en}, due elsewhere" if falls else part.en)
        steps.append(Difference(*inside, sign * due * (met - in_n), sign * due * (1 - in_d)))
        steps.append(Difference(*outside, -sign * (count - due) * in_n, -sign * (count - due) * in_d))
    met_here = sum(due_here[name] for name in ("resolved_early", "resolved_on_time"))
    steps.append(
        Difference(
            "resolved_before_period",
            "đã giải quyết trước kỳ, hạn trả trong kỳ",
            "resolved before the period, due in it",
            sign * (form.falls_due.n - met_here),
            sign * (form.falls_due.d - sum(due_here.values())),
        )
    )
    return steps
