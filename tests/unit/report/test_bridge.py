from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from services.report.bridge import Bridge, bridge
from services.report.form_ii06a import FormII06a
from services.report.on_time import DEFINITIONS, DUE_PARTS, LEFT_PARTS, PARTS, Rate
from tests.unit.report.counted import form_of, line

COUNTED = [name for name in PARTS if name != "unexplained"]
CROSSING = (*DUE_PARTS, *LEFT_PARTS)


@st.composite
def forms_and_due(draw: st.DrawFn) -> tuple[FormII06a, dict[str, int]]:
    """A form, balanced or not, and how many of each part fall due in the period."""
    counts = {name: draw(st.integers(0, 20)) for name in COUNTED}
    received = {"received_direct": sum(counts.values()) + draw(st.integers(-3, 3)) if draw(st.booleans()) else 0}
    due_here = {name: draw(st.integers(0, counts[name])) for name in CROSSING}
    before = draw(st.integers(0, 5))
    met = before + due_here["resolved_early"] + due_here["resolved_on_time"]
    falls = {"falls_due": before + sum(due_here.values()), "falls_due_met": met}
    return form_of(line(**counts, **received, **falls)), due_here


def knowing(form: FormII06a, due_here: Mapping[str, int] | None) -> FormII06a:
    return replace(form, falls_due_of=due_here)


def reached(it: Bridge) -> Rate:
    return Rate(it.start.n + sum(s.n for s in it.differences), it.start.d + sum(s.d for s in it.differences))


@given(forms_and_due())
def test_a_bridge_reaches_the_other_shore(drawn: tuple[FormII06a, dict[str, int]]) -> None:
    form, due_here = drawn
    for first, second, told in product(DEFINITIONS, DEFINITIONS, (None, due_here)):
        crossing = bridge(knowing(form, told), first, second)
        assert crossing.start == form.on_time[first]
        assert crossing.end == form.on_time[second] == reached(crossing)


@given(forms_and_due())
def test_a_bridge_to_the_same_definition_has_no_step(drawn: tuple[FormII06a, dict[str, int]]) -> None:
    form, due_here = drawn
    assert all(bridge(knowing(form, due_here), code, code).differences == () for code in DEFINITIONS)


def test_d1_and_d3_differ_by_what_is_pending_and_has_a_due_date() -> None:
    form = form_of(line(received_direct=30, resolved_early=5, pending_in_time=20, pending_overdue=3, pending_no_due=2))
    steps = {step.code: (step.n, step.d) for step in bridge(form, "D1", "D3").differences}
    assert steps == {"pending_in_time": (20, 20), "pending_overdue": (0, 3)}


def test_backwards_the_same_steps_have_the_other_sign() -> None:
    form = form_of(line(received_direct=30, resolved_early=5, pending_in_time=20, pending_overdue=3, pending_no_due=2))
    there, back = bridge(form, "D2", "D4"), bridge(form, "D4", "D2")
    assert [(s.code, -s.n, -s.d) for s in there.differences] == [(s.code, s.n, s.d) for s in back.differences]


def test_d5_counts_by_due_day_and_says_what_lies_on_either_side() -> None:
    form = form_of(
        line(
            received_direct=12,
            resolved_early=6,
            resolved_late=2,
            pending_overdue=4,
            falls_due=2 + 1 + 3 + 5,
            falls_due_met=2 + 5,
        )
    )
    due_here = {**dict.fromkeys(CROSSING, 0), "resolved_early": 2, "resolved_late": 1, "pending_overdue": 3}
    steps = {step.code: (step.n, step.d) for step in bridge(knowing(form, due_here), "D1", "D5").differences}
    assert steps == {
        "resolved_early_due_elsewhere": (-4, -4),
        "resolved_late_due_elsewhere": (0, -1),
        "pending_overdue_due_in_period": (0, 3),
        "resolved_before_period": (5, 5),
    }
    (net,) = bridge(form, "D1", "D5").differences
    assert (net.code, net.n, net.d) == ("by_due_day", 1, 3)


def test_an_unbalanced_form_leaves_a_named_rest() -> None:
    form = form_of(line(received_direct=10, resolved_early=7))
    steps = {step.code: (step.n, step.d) for step in bridge(form, "D1", "D2").differences}
    assert steps == {"unexplained": (0, 3)}
