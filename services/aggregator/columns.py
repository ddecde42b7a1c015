"""Protobuf batches to columns: pure, and no object per event.

The envelope of a batch is columns already; what remains is to lay the typed facts into the store's columns, type by
type (``layout.LAYOUTS``). Whatever cannot be folded is set aside with its reason and its bytes; the rest goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cchc.api.log.v1.event_pb2 import EventBatch
from cchc.log.batch import FACT_FIELDS, FACT_TYPES, UndecodableBatchError, decode, events
from cchc.log.port import Record
from cchc.store.port import Coded, Column
from services.aggregator.layout import DTYPES, LAYOUTS, number_columns, string_columns, tables

EARLIEST_MS = 631_126_800_000
"""1990-01-01T00:00 in Asia/Ho_Chi_Minh: nothing that is reported happened before."""

CLOCK_TOLERANCE_MS = 300_000
"""How far a source's clock may run ahead of the log's."""

LATEST_DUE_MS = 4_102_419_600_000
"""2100-01-01T00:00 in Asia/Ho_Chi_Minh: a later due time is a slip of the pen."""

Ints: TypeAlias = npt.NDArray[Any]
Mask: TypeAlias = npt.NDArray[np.bool_]

_KNOWN_TYPES = np.array(sorted(LAYOUTS), dtype=np.int64)
_RETRACTION = FACT_TYPES["retraction"]
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


def span_of(records: Sequence[Record]) -> Span:
    """All columns of these records, ready to insert."""
    envelope, quarantined = _Envelope(), []
    for record in records:
        try:
            envelope.add(record, decode(record.payload))
        except UndecodableBatchError as error:
            quarantined.append(_quarantined(record, -1, "undecodable_batch", str(error), record.payload))
    return _Layer(envelope.columns()).span(quarantined)


class _Codes(dict[str, int]):
    """Distinct strings, each with its code; the empty string is code 0. Looking one up gives it a code."""

    def __init__(self) -> None:
        super().__init__({"": 0})

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code

    def of(self, texts: Sequence[str]) -> npt.NDArray[np.uint32]:
        """The codes of many strings."""
        return np.array(list(map(self.__getitem__, texts)), dtype=np.uint32)

    def coded(self, codes: npt.NDArray[np.uint32]) -> Coded:
        """A column of these codes."""
        return Coded(list(self), codes)


@dataclass(slots=True)
class _Rows:
    """The envelopes of a whole span, as columns, and its typed facts by type in row order."""

    numbers: dict[str, Ints]
    codes: dict[str, Ints]
    dictionaries: dict[str, _Codes]
    facts: dict[int, list[Any]]
    batch: Ints
    batches: list[tuple[Record, EventBatch]]


class _Envelope:
    """Collects the envelopes of batches. A batch that does not fit together leaves no trace."""

    def __init__(self) -> None:
        self._numbers: list[dict[str, Ints]] = []
        self._codes: list[dict[str, Ints]] = []
        self._dictionaries = {name: _Codes() for name in ("subject", "source", "unit", "log_partition")}
        self._facts: dict[int, list[Any]] = {number: [] for number in LAYOUTS}
        self._batches: list[tuple[Record, EventBatch]] = []

    def add(self, record: Record, batch: EventBatch) -> None:
        """Take in one decoded batch of the log.

        Raises:
            UndecodableBatchError: Its columns point outside, or its typed facts are more or fewer than its rows say.
        """
        count = len(batch.fact_type)
        fact_type = _array(batch.fact_type)
        facts = _typed_facts(batch, fact_type)
        numbers = {
            "fact_type": fact_type,
            "occurred_at": _array(batch.occurred_at_ms),
            "recorded_at": np.full(count, record.recorded_at_ms, dtype=np.int64),
            "log_offset": np.full(count, record.position.offset, dtype=np.uint64),
            "log_row": np.arange(count, dtype=np.uint32),
            "role": np.minimum(_array(batch.actor_role), 255).astype(np.uint8),
            **_identities(batch, count),
        }
        codes = {
            "subject": self._coded("subject", batch.subjects, batch.subject),
            "source": self._coded("source", batch.source_systems, batch.source_system),
            "unit": self._coded("unit", batch.unit_codes, batch.unit_code),
            "log_partition": np.full(count, self._dictionaries["log_partition"][record.position.partition], np.uint32),
        }
        self._numbers.append(numbers)
        self._codes.append(codes)
        self._batches.append((record, batch))
        for number, listed in facts.items():
            self._facts.setdefault(number, []).extend(listed)

    def columns(self) -> _Rows:
        """All of it as one."""
        sizes = [len(numbers["fact_type"]) for numbers in self._numbers]
        return _Rows(
            {name: np.concatenate([n[name] for n in self._numbers]) for name in (self._numbers or [{}])[0]},
            {name: np.concatenate([c[name] for c in self._codes]) for name in (self._codes or [{}])[0]},
            self._dictionaries,
            self._facts,
            np.repeat(np.arange(len(sizes)), sizes),
            self._batches,
        )

    def _coded(self, name: str, texts: Sequence[str], indexes: Sequence[int]) -> Ints:
        rows = _array(indexes)
        if rows.size and int(rows.max()) >= len(texts):
            raise UndecodableBatchError(f"column {name} points outside its dictionary")
        return self._dictionaries[name].of(texts)[rows] if rows.size else rows.astype(np.uint32)


def _array(column: Sequence[int]) -> Ints:
    # np.array reads protobuf's packed columns in C; np.fromiter would make an int of each.
    return np.array(column, dtype=np.int64)


def _identities(batch: EventBatch, count: int) -> dict[str, Ints]:
    ids = np.frombuffer(batch.event_ids, dtype=">u8").reshape(-1, 2).astype(np.uint64)
    replaces = np.zeros((count, 2), dtype=np.uint64)
    rows = _array(batch.replacing_row)
    if rows.size:
        if int(rows.max()) >= count:
            raise UndecodableBatchError("replacing_row points outside the batch")
        replaces[rows] = np.frombuffer(batch.replaced_event_ids, dtype=">u8").reshape(-1, 2)
    return {
        "id_hi": ids[:, 0],
        "id_lo": ids[:, 1],
        "replaces_hi": replaces[:, 0],
        "replaces_lo": replaces[:, 1],
    }


def _typed_facts(batch: EventBatch, fact_type: Ints) -> dict[int, Sequence[Any]]:
    numbers, counts = np.unique(fact_type, return_counts=True)
    present = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    facts: dict[int, Sequence[Any]] = {}
    for number, name in FACT_FIELDS.items():
        listed = getattr(batch, name)
        if len(listed) != present.get(number, 0):
            raise UndecodableBatchError(f"{present.get(number, 0)} rows of {name}, but {len(listed)} facts")
        if listed:
            facts[number] = listed
    return facts


@dataclass(frozen=True, slots=True)
class _Impossible:
    """Rows that cannot be folded, the reason's stable code, and what it means."""

    mask: Mask
    reason: str
    detail: str


class _Layer:
    """Lays the rows of a span into columns by table."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        self._dictionaries: dict[tuple[str, str], _Codes] = {}
        self._parts: dict[str, list[dict[str, Ints]]] = {table: [] for table in tables()}

    def span(self, quarantined: list[Quarantined]) -> Span:
        """Every table's columns, and what was set aside."""
        if not self._rows.batches:
            return Span({}, quarantined, 0)
        impossible = self._impossible()
        good = ~np.logical_or.reduce([entry.mask for entry in impossible])
        for number in np.unique(self._rows.numbers["fact_type"][good]).tolist():
            good &= ~self._lay_type(number, good, impossible)
        laid = {table: self._joined(table, parts) for table, parts in self._parts.items() if parts}
        return Span(laid, [*quarantined, *self._set_aside(impossible, ~good)], int(good.sum()))

    def _lay_type(self, number: int, good: Mask, impossible: list[_Impossible]) -> Mask:
        """Lay out all facts of one type; returns the rows of it that do not fit their columns."""
        layout, facts = LAYOUTS[number], self._rows.facts[number]
        rows = np.nonzero(self._rows.numbers["fact_type"] == number)[0]
        bad = np.zeros(len(good), dtype=np.bool_)
        keep = good[rows]
        try:
            numbers = _numbers(layout.numbers, _kept(facts, keep))
        except OverflowError:
            bad[rows] = [not _fits(layout.numbers, fact) for fact in facts]
            impossible.append(_Impossible(bad, "value_out_of_range", "a number does not fit its column"))
            keep = keep & ~bad[rows]
            numbers = _numbers(layout.numbers, _kept(facts, keep))
        chosen = _kept(facts, keep)
        strings = {
            name: self._dictionary(layout.table, name).of(list(map(read, chosen)))
            for name, read in layout.strings.items()
        }
        self._parts[layout.table].append({**self._envelope(layout.table, rows[keep]), **numbers, **strings})
        return bad

    def _envelope(self, table: str, rows: Ints) -> dict[str, Ints]:
        number_names, string_names = number_columns(table), string_columns(table)
        part: dict[str, Ints] = {n: a[rows] for n, a in self._rows.numbers.items() if n in number_names}
        part.update({n: a[rows] for n, a in self._rows.codes.items() if n in string_names})
        part["subject"] = self._rows.codes["subject"][rows]
        return part

    def _joined(self, table: str, parts: list[dict[str, Ints]]) -> dict[str, Column]:
        sizes = [len(part["subject"]) for part in parts]
        columns: dict[str, Column] = {}
        for name in number_columns(table):
            dtype = np.dtype(DTYPES.get(name, _ENVELOPE_DTYPES.get(name, "i8")))
            columns[name] = _stacked([part.get(name) for part in parts], sizes, dtype)
        for name in string_columns(table):
            codes = _stacked([part.get(name) for part in parts], sizes, np.dtype(np.uint32))
            columns[name] = self._dictionary(table, name).coded(codes)
        return columns

    def _dictionary(self, table: str, name: str) -> _Codes:
        shared = self._rows.dictionaries.get(name)
        return self._dictionaries.setdefault((table, name), _Codes()) if shared is None else shared

    def _impossible(self) -> list[_Impossible]:
        rows, numbers = self._rows, self._rows.numbers
        fact_type, occurred = numbers["fact_type"], numbers["occurred_at"]
        no_subject = np.array([not text.strip() for text in rows.dictionaries["subject"]])[rows.codes["subject"]]
        no_unit = np.array([not text.strip() for text in rows.dictionaries["unit"]])[rows.codes["unit"]]
        anonymous = (numbers["id_hi"] == 0) & (numbers["id_lo"] == 0)
        replaces_nothing = (numbers["replaces_hi"] == 0) & (numbers["replaces_lo"] == 0)
        latest = numbers["recorded_at"] + CLOCK_TOLERANCE_MS
        return [
            _Impossible(~np.isin(fact_type, _KNOWN_TYPES), "unknown_fact_type", "newer sender? update this program"),
            _Impossible(no_subject, "no_subject", "subject is empty"),
            _Impossible(occurred < EARLIEST_MS, "occurred_too_early", "occurred before 1990"),
            _Impossible(occurred > latest, "occurred_in_future", "occurred over 5 minutes after it was recorded"),
            _Impossible(anonymous, "no_identity", "event_id is zero"),
            _Impossible((fact_type == _RETRACTION) & replaces_nothing, "retracts_nothing", "names no fact to retract"),
            _Impossible((fact_type == _ACCEPTED) & no_unit, "no_unit", "an acceptance must name its unit"),
            _Impossible(self._impossible_due(), "impossible_due", "due time before 1990 or after 2099"),
        ]

    def _impossible_due(self) -> Mask:
        fact_type = self._rows.numbers["fact_type"]
        mask = np.zeros(len(fact_type), dtype=np.bool_)
        for number, facts in self._rows.facts.items():
            read = LAYOUTS[number].numbers.get("due_at")
            if read is not None and facts:
                due = np.array(list(map(read, facts)), dtype=np.int64)
                mask[fact_type == number] = (due != 0) & ((due < EARLIEST_MS) | (due > LATEST_DUE_MS))
        return mask

    def _set_aside(self, impossible: Sequence[_Impossible], bad: Mask) -> list[Quarantined]:
        aside: list[Quarantined] = []
        for place in np.unique(self._rows.batch[bad]).tolist():
            record, batch = self._rows.batches[place]
            content = [event.SerializeToString() for event in events(batch)]
            for index in np.nonzero(bad & (self._rows.batch == place))[0].tolist():
                first = next(entry for entry in impossible if entry.mask[index])
                row = int(self._rows.numbers["log_row"][index])
                aside.append(_quarantined(record, row, first.reason, first.detail, content[row]))
        return aside


_ENVELOPE_DTYPES = {"id_hi": "u8", "id_lo": "u8", "replaces_hi": "u8", "replaces_lo": "u8", "log_offset": "u8"}


def _kept(facts: list[Any], keep: Mask) -> list[Any]:
    return facts if bool(keep.all()) else [fact for fact, ok in zip(facts, keep, strict=True) if ok]


def _numbers(readers: Mapping[str, Any], facts: list[Any]) -> dict[str, Ints]:
    return {
        name: np.array(list(map(read, facts)), dtype=np.dtype(DTYPES.get(name, "i8"))) for name, read in readers.items()
    }


def _fits(readers: Mapping[str, Any], fact: object) -> bool:
    for name, read in readers.items():
        limits = np.iinfo(np.dtype(DTYPES.get(name, "i8")))
        if not int(limits.min) <= int(read(fact)) <= int(limits.max):
            return False
    return True


def _stacked(parts: list[Ints | None], sizes: list[int], dtype: np.dtype[Any]) -> Ints:
    filled = [np.zeros(n, dtype) if a is None else a.astype(dtype) for a, n in zip(parts, sizes, strict=True)]
    return np.concatenate(filled)


def _quarantined(record: Record, row: int, reason: str, detail: str, content: bytes) -> Quarantined:
    position = record.position
    return Quarantined(position.partition, position.offset, row, record.recorded_at_ms, reason, detail, content)
