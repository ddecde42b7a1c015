"""Batches that are looked at together give what each of them gives alone, and a bad one takes no other with it."""

from __future__ import annotations

import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.api.intake.v1.intake_pb2 import DossierAccepted
from cchc.api.log.v1.event_pb2 import EventBatch, FactColumns, NumberColumn, Retraction, TextColumn
from cchc.log.batch import FACT_TYPES, decode, encode, make_event
from cchc.log.fact_columns import COLUMNS_FROM
from cchc.log.port import Position, Record
from services.aggregator.columns import span_of
from services.aggregator.layout import tables
from tests.unit.aggregator.test_columns import RECORDED_AT, rows
from tests.unit.log.facts import events

_OUTSIDE = 2**32 - 1
_NAMES = sorted(events())


def _point_subject_outside(batch: EventBatch) -> None:
    batch.subject[-1] = len(batch.subjects)


def _point_source_outside(batch: EventBatch) -> None:
    batch.source_system[0] = _OUTSIDE


def _point_unit_outside(batch: EventBatch) -> None:
    batch.unit_code[0] = len(batch.unit_codes)


def _replace_in_no_row(batch: EventBatch) -> None:
    batch.replacing_row.append(len(batch.fact_type))
    batch.replaced_event_ids += bytes(16)
    batch.replaces_reason.append("")


def _call_a_fact_another(batch: EventBatch) -> None:
    declined, withdrawn = FACT_TYPES["dossier_declined"], FACT_TYPES["dossier_withdrawn"]
    batch.fact_type[0] = withdrawn if batch.fact_type[0] == declined else declined


def _have_a_fact_too_many(batch: EventBatch) -> None:
    batch.calendar_day_decided.add()


def _lie_about_how_many(batch: EventBatch) -> None:
    batch.facts.add(fact_type=FACT_TYPES["dossier_withdrawn"], count=_OUTSIDE)


DAMAGES: dict[str, Callable[[EventBatch], None]] = {
    damage.__name__.strip("_"): damage
    for damage in (
        _point_subject_outside,
        _point_source_outside,
        _point_unit_outside,
        _replace_in_no_row,
        _call_a_fact_another,
        _have_a_fact_too_many,
        _lie_about_how_many,
    )
}


def _payload(names: list[str], damage: str | None) -> bytes:
    said = events()
    batch = decode(encode([said[name] for name in names]))
    if damage is not None:
        DAMAGES[damage](batch)
    return batch.SerializeToString()


_BATCHES = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(_NAMES), st.sampled_from([1, 2, COLUMNS_FROM])), min_size=1, max_size=4).map(
            lambda chosen: [name for name, times in chosen for _ in range(times)]
        ),
        st.sampled_from([None, None, None, *DAMAGES]),
    ),
    max_size=6,
)


@given(_BATCHES)
def test_batches_looked_at_together_give_what_each_gives_alone(drawn: list[tuple[list[str], str | None]]) -> None:
    records = [
        Record(Position("p0", offset), RECORDED_AT + offset, _payload(*batch)) for offset, batch in enumerate(drawn)
    ]
    together, alone = span_of(records), [span_of([record]) for record in records]
    for table in tables():
        expected: list[dict[str, Any]] = [row for span in alone for row in rows(span.tables.get(table, {}))]
        assert rows(together.tables.get(table, {})) == expected
    assert sorted(together.quarantined, key=_place) == [one for span in alone for one in span.quarantined]
    assert together.events == sum(span.events for span in alone)
    damaged = [record.payload for record, (_, damage) in zip(records, drawn, strict=True) if damage is not None]
    assert [one.content for one in sorted(together.quarantined, key=_place) if one.row == -1] == damaged


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_batch_that_points_outside_is_set_aside_whole_and_alone(damage: str) -> None:
    good = _payload(["dossier_accepted"] * 3, None)
    bad = _payload(["dossier_accepted"] * COLUMNS_FROM, damage)
    span = span_of(
        [Record(Position("p0", offset), RECORDED_AT, payload) for offset, payload in enumerate([good, bad, good])]
    )
    assert span.events == 6
    assert [(one.offset, one.row, one.reason) for one in span.quarantined] == [(1, -1, "undecodable_batch")]
    assert [row["log_offset"] for row in rows(span.tables["fact"])] == [0, 0, 0, 2, 2, 2]


def test_what_is_larger_than_any_batch_is_set_aside_though_its_beginning_is_one() -> None:
    good = _payload(["dossier_accepted"], None)
    span = span_of([Record(Position("p0", 0), RECORDED_AT, good, oversize=500_000_000)])
    (one,) = span.quarantined
    assert (one.row, one.reason, one.content) == (-1, "undecodable_batch", good)
    assert "500000000 bytes" in one.detail
    assert not span.tables


_MANY = 100_000
_ACCEPTED, _UNKNOWN = FACT_TYPES["dossier_accepted"], 9_999
_TEXT_FIELD = 1

BOMBS: dict[str, EventBatch] = {
    "a count that lies": EventBatch(facts=[FactColumns(fact_type=_ACCEPTED, count=_OUTSIDE)]),
    "a count of a type that is not known": EventBatch(facts=[FactColumns(fact_type=_UNKNOWN, count=_OUTSIDE)]),
    "empty columns": EventBatch(facts=[FactColumns()] * _MANY),
    "columns of numbers": EventBatch(
        facts=[FactColumns(fact_type=_ACCEPTED, numbers=[NumberColumn(field=n) for n in range(_MANY)])]
    ),
    "columns of texts": EventBatch(
        facts=[FactColumns(fact_type=_ACCEPTED, texts=[TextColumn(field=n) for n in range(_MANY)])]
    ),
    "texts of a column": EventBatch(
        facts=[FactColumns(fact_type=_ACCEPTED, texts=[TextColumn(field=_TEXT_FIELD, values=[""] * _MANY)])]
    ),
    "source systems": EventBatch(source_systems=[""] * _MANY),
    "subjects": EventBatch(subjects=[""] * _MANY),
    "unit codes": EventBatch(unit_codes=[""] * _MANY),
    "replaced": EventBatch(
        replacing_row=[0] * _MANY, replaced_event_ids=bytes(16 * _MANY), replaces_reason=[""] * _MANY
    ),
    **{
        name: EventBatch(**{name: [kind()] * _MANY})  # type: ignore[arg-type]  # the field's name is known at run time
        for name, kind in (("retraction", Retraction), ("dossier_accepted", DossierAccepted))
    },
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("rows", [0, 1])
def test_what_has_no_rows_costs_neither_steps_nor_memory(name: str, rows: int) -> None:
    batch = decode(_payload(["dossier_withdrawn"] * rows, None))
    batch.MergeFrom(BOMBS[name])
    record = Record(Position("p0", 0), RECORDED_AT, batch.SerializeToString())
    with _steps_counted() as steps:
        tracemalloc.start()
        try:
            span = span_of([record])
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert [(one.row, one.reason) for one in span.quarantined] == [(-1, "undecodable_batch")]
    assert span.events == 0
    assert steps.total() < 20_000
    assert peak < 500_000


@pytest.mark.parametrize("field", ["subject", "procedure_code"])
def test_a_long_text_that_many_rows_share_is_not_written_out_for_each(field: str) -> None:
    text = "x" * 100_000
    said = [
        make_event(
            DossierAccepted(procedure_code=text if field == "procedure_code" else "1.000001"),
            source_system="s",
            subject=text if field == "subject" else f"DS-{row}",
            unit_code="U",
            occurred_at_ms=row,
        )
        for row in range(COLUMNS_FROM)
    ]
    good = _payload(["dossier_accepted"] * 3, None)
    span = span_of(
        [Record(Position("p0", at), RECORDED_AT, payload) for at, payload in enumerate([good, encode(said), good])]
    )
    assert span.events == 6
    assert [(one.offset, one.row, one.reason) for one in span.quarantined] == [(1, -1, "undecodable_batch")]
    assert "more than 2,000 characters" in span.quarantined[0].detail


def test_a_long_text_of_a_fact_alone_is_taken_and_no_other_batch_suffers_for_it() -> None:
    long = make_event(
        DossierAccepted(procedure_code="x" * 100_000),
        source_system="s",
        subject="DS-1",
        unit_code="U",
        occurred_at_ms=RECORDED_AT,
    )
    good = _payload(["dossier_accepted"], None)
    span = span_of(
        [Record(Position("p0", at), RECORDED_AT, payload) for at, payload in enumerate([good, good, encode([long])])]
    )
    assert (span.events, span.quarantined) == (3, [])


@contextmanager
def _steps_counted() -> Iterator[Counter[str]]:
    """Counts the interpreter's own steps: a loop over what is not there would take one for each at least."""
    steps: Counter[str] = Counter()

    def traced(frame: FrameType, event: str, _: Any) -> Any:
        frame.f_trace_opcodes = True
        steps[event] += 1
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        yield steps
    finally:
        sys.settrace(before)


def _place(one: Any) -> tuple[int, int]:
    return one.offset, one.row
