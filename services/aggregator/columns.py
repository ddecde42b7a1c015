"""Protobuf batches to columns: pure, and no object per event.

The envelope of a batch is columns already; what remains is to lay the typed facts into the store's columns, type by
type. ``LAYOUTS`` is the one table that says which field of which fact goes into which column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cchc.api.log.v1.event_pb2 import EventBatch
from cchc.log.batch import FACT_FIELDS, FACT_TYPES, UndecodableBatchError, decode, events
from cchc.log.port import Record
from cchc.store.port import Coded, Column

EARLIEST_MS = 631_126_800_000
"""1990-01-01T00:00 in Asia/Ho_Chi_Minh: nothing that is reported happened before."""

CLOCK_TOLERANCE_MS = 300_000
"""How far a source's clock may run ahead of the log's."""

LATEST_DUE_MS = 4_102_419_600_000
"""2100-01-01T00:00 in Asia/Ho_Chi_Minh: a later due time is a slip of the pen."""

Ints: TypeAlias = npt.NDArray[Any]
Impossible: TypeAlias = tuple[npt.NDArray[np.bool_], str, str]
"""A mask of rows that cannot be folded, the reason's stable code, and what it means."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a fact type lies in a table: column → how to read it off the fact, numbers and strings apart."""

    table: str
    numbers: Mapping[str, Callable[[Any], int]] = field(default_factory=dict)
    strings: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)


def _yes_no_unsaid(name: str) -> Callable[[Any], int]:
    return lambda fact: 0 if not fact.HasField(name) else 1 if getattr(fact, name) else 2


_DUE: Mapping[str, Callable[[Any], int]] = {"due_at": attrgetter("due_at_ms"), "due_basis": attrgetter("due_basis")}
_ASKED: Mapping[str, Callable[[Any], str]] = {
    "procedure": attrgetter("procedure_code"),
    "field": attrgetter("field_code"),
}
_REASON: Mapping[str, Callable[[Any], str]] = {"note": attrgetter("reason_code")}
_GROUND: Mapping[str, Callable[[Any], str]] = {"note": attrgetter("legal_ground")}
_CHANNEL: Mapping[str, Callable[[Any], int]] = {"channel": attrgetter("channel")}

_BY_NAME: Mapping[str, Layout] = {
    "retraction": Layout("fact"),
    "dossier_submitted": Layout("fact", {**_CHANNEL, "flag": lambda f: 1 if f.filed_by_official else 2}, _ASKED),
    "dossier_accepted": Layout("fact", {**_CHANNEL, **_DUE}, {**_ASKED, "party": attrgetter("receiving_unit_code")}),
    "dossier_declined": Layout("fact", {}, _REASON),
    "dossier_withdrawn": Layout("fact", {}, _REASON),
    "financial_obligation_arose": Layout("fact", {"value": attrgetter("amount_vnd")}),
    "payment_made": Layout("fact", {"value": attrgetter("amount_vnd"), "flag": lambda f: 1 if f.online else 2}),
    "feedback_given": Layout("fact", {"value": attrgetter("rating"), "flag": lambda f: 1 if f.complaint_upheld else 2}),
    "petition_received": Layout("fact", {"due_at": attrgetter("due_at_ms")}, {"note": attrgetter("dossier_code")}),
    "petition_answered": Layout("fact", {"value": attrgetter("outcome"), "flag": _yes_no_unsaid("satisfied")}),
    "supplement_requested": Layout("fact", {"value": attrgetter("ordinal")}, _REASON),
    "supplement_provided": Layout("fact", _DUE),
    "processing_suspended": Layout("fact", {}, _GROUND),
    "processing_resumed": Layout("fact", _DUE, _GROUND),
    "step_recorded": Layout(
        "fact",
        {"due_at": attrgetter("due_at_ms"), "value": attrgetter("started_at_ms")},
        {"party": attrgetter("office_code"), "note": attrgetter("step_code")},
    ),
    "dossier_transferred": Layout("fact", {}, {"party": attrgetter("to_unit_code"), **_REASON}),
    "dossier_reappointed": Layout("fact", {**_DUE, "flag": lambda f: 1 if f.apology else 2}, _REASON),
    "dossier_stopped": Layout("fact", {}, _GROUND),
    "dossier_returned": Layout("fact", {}, _REASON),
    "dossier_resolved": Layout("fact", {"value": attrgetter("outcome"), "flag": _yes_no_unsaid("electronic_result")}),
    "result_delivered": Layout("fact", {"value": attrgetter("mode")}),
    "digitisation_recorded": Layout(
        "fact", {"flag": lambda f: 1 if f.digitised else 2, "value": lambda f: 1 if f.reused else 0}
    ),
    "unit_defined": Layout(
        "unit_fact",
        {
            "type": attrgetter("type"),
            "valid_from": attrgetter("valid_from_day"),
            "valid_to": attrgetter("valid_to_day"),
            "unconfirmed": attrgetter("unconfirmed"),
        },
        {
            "name": attrgetter("name"),
            "parent": attrgetter("parent_code"),
            "peer_group": attrgetter("peer_group"),
            "decision": attrgetter("decision"),
        },
    ),
    "procedure_defined": Layout(
        "procedure_fact",
        {
            "limit_amount": attrgetter("limit"),
            "limit_unit": attrgetter("limit_unit"),
            "online_level": attrgetter("online_level"),
            "fee": attrgetter("fee"),
            "paper_result": attrgetter("paper_result"),
            "digitisation_exempt": attrgetter("digitisation_exempt"),
            "after_15h_next_day": attrgetter("after_15h_next_day"),
            "valid_from": attrgetter("valid_from_day"),
            "valid_to": attrgetter("valid_to_day"),
            "unconfirmed": attrgetter("unconfirmed"),
        },
        {
            "field": attrgetter("field_code"),
            "name": attrgetter("name"),
            "levels": lambda f: ";".join(str(level) for level in f.levels),
            "decision": attrgetter("decision"),
        },
    ),
    "calendar_day_decided": Layout(
        "calendar_day_fact",
        {
            "day": attrgetter("day"),
            "working": attrgetter("working"),
            "known_from": attrgetter("known_from_day"),
        },
        {"name": attrgetter("name"), "decision": attrgetter("decision")},
    ),
}

LAYOUTS: Mapping[int, Layout] = {FACT_TYPES[name]: layout for name, layout in _BY_NAME.items()}
"""Fact type → its place in the store."""

_DTYPES: Mapping[str, str] = {
    "fact_type": "u2",
    "log_row": "u4",
    "role": "u1",
    "channel": "u1",
    "due_basis": "u1",
    "flag": "u1",
    "type": "u1",
    "limit_unit": "u1",
    "online_level": "u1",
    "fee": "u1",
    "paper_result": "u1",
    "digitisation_exempt": "u1",
    "after_15h_next_day": "u1",
    "unconfirmed": "u1",
    "working": "u1",
    "valid_from": "i4",
    "valid_to": "i4",
    "limit_amount": "i4",
    "day": "i4",
    "known_from": "i4",
}
"""Width of the number columns that are not 64-bit."""

_FACT_TYPE_NUMBERS = np.array(sorted(LAYOUTS), dtype=np.int64)
_ACCEPTED = FACT_TYPES["dossier_accepted"]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row (or with -1 a whole batch) that cannot be folded, with the reason's stable code and its bytes."""

    partition: str
    offset: int
    row: int
    recorded_at_ms: int
    reason: str
    detail: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """Columns of consecutive records, by table, and what had to be left out."""

    tables: Mapping[str, Mapping[str, Column]]
    quarantined: Sequence[Quarantined]
    events: int


class Dictionary:
    """Distinct strings of a span, each with its code; the empty string is code 0."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {"": 0}

    def code(self, text: str) -> int:
        """The code of one string."""
        return self._codes.setdefault(text, len(self._codes))

    def codes(self, texts: Sequence[str]) -> npt.NDArray[np.uint32]:
        """The codes of many strings."""
        setdefault, codes = self._codes.setdefault, self._codes
        return np.fromiter((setdefault(text, len(codes)) for text in texts), dtype=np.uint32, count=len(texts))

    def coded(self, codes: npt.NDArray[np.uint32]) -> Coded:
        """A column of these codes."""
        return Coded(list(self._codes), codes)


def span_of(records: Sequence[Record]) -> Span:
    """All columns of these records, ready to insert. Bad batches and rows are set aside, the rest goes on."""
    builder = _SpanBuilder()
    for record in records:
        builder.add(record)
    return builder.span()


class _SpanBuilder:
    """Collects the columns of one span."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, list[Ints]]] = {}
        self._dictionaries: dict[tuple[str, str], Dictionary] = {}
        self._quarantined: list[Quarantined] = []
        self._events = 0

    def add(self, record: Record) -> None:
        """Take in one batch of the log."""
        try:
            batch = decode(record.payload)
            self._add_batch(record, batch)
        except UndecodableBatchError as error:
            self._quarantined.append(_whole(record, "undecodable_batch", str(error)))

    def span(self) -> Span:
        """What was collected."""
        tables: dict[str, dict[str, Column]] = {}
        for table, parts in self._parts.items():
            tables[table] = {name: self._column(table, name, arrays) for name, arrays in parts.items()}
        return Span(tables, self._quarantined, self._events)

    def _column(self, table: str, name: str, arrays: list[Ints]) -> Column:
        joined = np.concatenate(arrays)
        dictionary = self._dictionaries.get((table, name))
        return joined if dictionary is None else dictionary.coded(joined)

    def _add_batch(self, record: Record, batch: EventBatch) -> None:
        envelope = _Envelope(batch, record)
        facts = envelope.typed_facts()
        reasons = envelope.impossible()
        try:
            laid_out = self._laid_out(envelope, facts, ~_any_of(reasons, envelope.count))
        except OverflowError:
            reasons.append((_out_of_range(batch), "value_out_of_range", "a number does not fit its column"))
            laid_out = self._laid_out(envelope, facts, ~_any_of(reasons, envelope.count))
        # Nothing of the batch is kept before all of it could be laid out.
        for table, columns, count in laid_out:
            self._append(table, columns, count)
            self._events += count
        self._set_aside(record, batch, reasons)

    def _laid_out(
        self, envelope: _Envelope, facts: Mapping[int, Sequence[Any]], good: npt.NDArray[np.bool_]
    ) -> list[tuple[str, Mapping[str, Ints], int]]:
        laid_out = []
        for number in np.unique(envelope.fact_type[good]).tolist():
            rows = np.nonzero(envelope.fact_type == number)[0]
            keep = good[rows]
            chosen = facts[number] if keep.all() else [f for f, ok in zip(facts[number], keep, strict=True) if ok]
            laid_out.append(self._lay_out(LAYOUTS[number], chosen, envelope, rows[keep]))
        return laid_out

    def _lay_out(
        self, layout: Layout, facts: Sequence[Any], envelope: _Envelope, rows: Ints
    ) -> tuple[str, Mapping[str, Ints], int]:
        count = len(rows)
        columns: dict[str, Ints] = dict(envelope.numbers(rows, layout.table))
        for name, texts in envelope.texts(layout.table).items():
            local, indexes = texts
            columns[name] = self._dictionary(layout.table, name).codes(local)[indexes[rows]]
        for name, read in layout.numbers.items():
            columns[name] = np.fromiter((read(f) for f in facts), dtype=_DTYPES.get(name, "i8"), count=count)
        for name, read_text in layout.strings.items():
            columns[name] = self._dictionary(layout.table, name).codes([read_text(f) for f in facts])
        return layout.table, columns, count

    def _append(self, table: str, columns: Mapping[str, Ints], count: int) -> None:
        parts = self._parts.setdefault(table, {name: [] for name in _columns_of(table)})
        for name, arrays in parts.items():
            array = columns.get(name)
            if array is None:
                if name in _STRING_COLUMNS[table]:
                    self._dictionary(table, name)
                    array = np.zeros(count, dtype=np.uint32)
                else:
                    array = np.zeros(count, dtype=_DTYPES.get(name, "i8"))
            arrays.append(array)

    def _dictionary(self, table: str, name: str) -> Dictionary:
        return self._dictionaries.setdefault((table, name), Dictionary())

    def _set_aside(self, record: Record, batch: EventBatch, reasons: Sequence[Impossible]) -> None:
        bad = np.nonzero(_any_of(reasons, len(batch.fact_type)))[0].tolist()
        every_event = list(events(batch)) if bad else []
        for row in bad:
            reason, detail = next((r, d) for mask, r, d in reasons if mask[row])
            self._quarantined.append(_one(record, row, reason, detail, every_event[row].SerializeToString()))


class _Envelope:
    """The per-row columns of one batch as arrays."""

    def __init__(self, batch: EventBatch, record: Record) -> None:
        self.count = len(batch.fact_type)
        self.fact_type = np.fromiter(batch.fact_type, dtype=np.int64, count=self.count)
        self._batch = batch
        self._record = record
        self._occurred = np.fromiter(batch.occurred_at_ms, dtype=np.int64, count=self.count)
        self._ids = np.frombuffer(batch.event_ids, dtype=">u8").reshape(-1, 2).astype(np.uint64)
        self._replaces = self._replaced_ids(batch)
        self._subject = self._indexes(batch.subject, batch.subjects, "subject")
        self._source = self._indexes(batch.source_system, batch.source_systems, "source_system")
        self._unit = self._indexes(batch.unit_code, batch.unit_codes, "unit_code")

    def _indexes(self, column: Sequence[int], dictionary: Sequence[str], name: str) -> Ints:
        indexes = np.fromiter(column, dtype=np.int64, count=self.count)
        if self.count and int(indexes.max()) >= len(dictionary):
            raise UndecodableBatchError(f"column {name} points outside its dictionary")
        return indexes

    def _replaced_ids(self, batch: EventBatch) -> Ints:
        replaces = np.zeros((self.count, 2), dtype=np.uint64)
        rows = np.fromiter(batch.replacing_row, dtype=np.int64, count=len(batch.replacing_row))
        if rows.size and int(rows.max()) >= self.count:
            raise UndecodableBatchError("replacing_row points outside the batch")
        replaces[rows] = np.frombuffer(batch.replaced_event_ids, dtype=">u8").reshape(-1, 2)
        return replaces

    def typed_facts(self) -> dict[int, Sequence[Any]]:
        """Fact type → its facts in row order; types that this program does not know are left out."""
        numbers, counts = np.unique(self.fact_type, return_counts=True)
        present = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
        facts: dict[int, Sequence[Any]] = {}
        for number, name in FACT_FIELDS.items():
            listed = getattr(self._batch, name)
            if len(listed) != present.get(number, 0):
                raise UndecodableBatchError(f"{present.get(number, 0)} rows of {name}, but {len(listed)} facts")
            if listed:
                facts[number] = listed
        return facts

    def impossible(self) -> list[Impossible]:
        """Masks of rows that cannot be folded, with reason code and detail; a row takes its first reason."""
        latest = self._record.recorded_at_ms + CLOCK_TOLERANCE_MS
        empty_subject = np.array([not text.strip() for text in self._batch.subjects] or [True], dtype=np.bool_)
        empty_unit = np.array([not text.strip() for text in self._batch.unit_codes] or [True], dtype=np.bool_)
        retraction = self.fact_type == FACT_TYPES["retraction"]
        nothing_replaced = (self._replaces == 0).all(axis=1)
        return [
            (~np.isin(self.fact_type, _FACT_TYPE_NUMBERS), "unknown_fact_type", "newer producer? update this program"),
            (empty_subject[self._subject], "no_subject", "subject is empty"),
            (self._occurred < EARLIEST_MS, "occurred_too_early", "occurred before 1990"),
            (self._occurred > latest, "occurred_in_future", "occurred more than 5 minutes after it was recorded"),
            ((self._ids == 0).all(axis=1), "no_identity", "event_id is zero"),
            (retraction & nothing_replaced, "retracts_nothing", "a retraction must name what it takes back"),
            ((self.fact_type == _ACCEPTED) & empty_unit[self._unit], "no_unit", "an acceptance must name its unit"),
            (self._impossible_due(), "impossible_due", "due time before 1990 or after 2099"),
        ]

    def _impossible_due(self) -> npt.NDArray[np.bool_]:
        mask = np.zeros(self.count, dtype=np.bool_)
        for number, layout in LAYOUTS.items():
            read = layout.numbers.get("due_at")
            listed = getattr(self._batch, FACT_FIELDS[number])
            if read is not None and listed:
                due = np.fromiter((read(f) for f in listed), dtype=np.int64, count=len(listed))
                mask[self.fact_type == number] = (due != 0) & ((due < EARLIEST_MS) | (due > LATEST_DUE_MS))
        return mask

    def numbers(self, rows: Ints, table: str) -> dict[str, Ints]:
        """The envelope's number columns of some rows."""
        columns = {
            "occurred_at": self._occurred[rows],
            "recorded_at": np.full(len(rows), self._record.recorded_at_ms, dtype=np.int64),
            "id_hi": self._ids[rows, 0],
            "id_lo": self._ids[rows, 1],
            "replaces_hi": self._replaces[rows, 0],
            "replaces_lo": self._replaces[rows, 1],
        }
        if table == "fact":
            role = np.fromiter(self._batch.actor_role, dtype=np.int64, count=self.count)
            columns["fact_type"] = self.fact_type[rows].astype(np.uint16)
            columns["log_offset"] = np.full(len(rows), self._record.position.offset, dtype=np.uint64)
            columns["log_row"] = rows.astype(np.uint32)
            columns["role"] = np.minimum(role[rows], 255).astype(np.uint8)
        return columns

    def texts(self, table: str) -> dict[str, tuple[Sequence[str], Ints]]:
        """The envelope's string columns: distinct strings, and an index for every row of the batch."""
        columns: dict[str, tuple[Sequence[str], Ints]] = {"subject": (self._batch.subjects, self._subject)}
        if table == "fact":
            columns["source"] = (self._batch.source_systems, self._source)
            columns["unit"] = (self._batch.unit_codes, self._unit)
            columns["log_partition"] = ([self._record.position.partition], np.zeros(self.count, dtype=np.int64))
        return columns


_ENVELOPE_NUMBERS = ("occurred_at", "recorded_at", "id_hi", "id_lo", "replaces_hi", "replaces_lo")
_FACT_NUMBERS = ("fact_type", "log_offset", "log_row", "role")


def _columns_of(table: str) -> tuple[str, ...]:
    """Every column of a table that the aggregator fills, in a fixed order."""
    envelope = (*_STRING_COLUMNS[table], *_ENVELOPE_NUMBERS, *(_FACT_NUMBERS if table == "fact" else ()))
    typed = {name: None for layout in LAYOUTS.values() if layout.table == table for name in layout.numbers}
    return tuple(dict.fromkeys((*envelope, *typed)))


_STRING_COLUMNS: Mapping[str, tuple[str, ...]] = {
    table: tuple(
        dict.fromkeys(
            (
                "subject",
                *(("source", "unit", "log_partition") if table == "fact" else ()),
                *(name for layout in LAYOUTS.values() if layout.table == table for name in layout.strings),
            )
        )
    )
    for table in sorted({layout.table for layout in LAYOUTS.values()})
}


def _any_of(reasons: Sequence[Impossible], count: int) -> npt.NDArray[np.bool_]:
    bad = np.zeros(count, dtype=np.bool_)
    for mask, _, _ in reasons:
        bad |= mask
    return bad


def _out_of_range(batch: EventBatch) -> npt.NDArray[np.bool_]:
    """Rows whose fact says a number that does not fit its column."""
    bad = np.zeros(len(batch.fact_type), dtype=np.bool_)
    for row, event in enumerate(events(batch)):
        layout, name = LAYOUTS.get(batch.fact_type[row]), event.WhichOneof("fact")
        if layout is not None and name is not None:
            bad[row] = not all(_fits(read(getattr(event, name)), column) for column, read in layout.numbers.items())
    return bad


def _fits(value: int, column: str) -> bool:
    limits = np.iinfo(np.dtype(_DTYPES.get(column, "i8")))
    return int(limits.min) <= value <= int(limits.max)


def _whole(record: Record, reason: str, detail: str) -> Quarantined:
    return _one(record, -1, reason, detail, record.payload)


def _one(record: Record, row: int, reason: str, detail: str, content: bytes) -> Quarantined:
    position = record.position
    return Quarantined(position.partition, position.offset, row, record.recorded_at_ms, reason, detail, content)
