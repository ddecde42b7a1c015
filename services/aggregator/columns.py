"""Protobuf batches to columns: pure, and no object per event.

The envelope of a batch is columns already; what remains is to lay the typed facts into the store's columns, type by
type (``layout.LAYOUTS``). Whatever cannot be folded is set aside with its reason and its bytes; the rest goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cchc.api.log.v1.event_pb2 import EventBatch
from cchc.log.batch import FACT_TYPES, SCHEMA_VERSION, UndecodableBatchError, decoded, events
from cchc.log.port import Record
from cchc.log.times import CLOCK_TOLERANCE_MS, EARLIEST_DAY, EARLIEST_MS, LATEST_DAY, LATEST_DUE_MS
from cchc.store.port import Coded, Column
from services.aggregator.batches import Batches
from services.aggregator.layout import (
    DTYPES,
    LAYOUTS,
    Ints,
    number_columns,
    string_columns,
    tables,
)

Mask: TypeAlias = npt.NDArray[np.bool_]

_BEYOND_TYPES = max(LAYOUTS) + 1
_EVENT_BYTES = 48
"""Of an event in a batch; few take less."""
_RETRACTION = FACT_TYPES["retraction"]
_ACCEPTED = FACT_TYPES["dossier_accepted"]
_TRANSFERRED = FACT_TYPES["dossier_transferred"]
_ARRANGED = FACT_TYPES["procedure_arranged"]


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
    """All columns of these records, ready to insert; rows are in log order."""
    refused: dict[int, str] = {}
    while True:
        batches, places, quarantined = Batches(_about(records)), [], []
        for place, record in enumerate(records):
            try:
                batch = _decoded(record, refused.get(place))
                if batch.schema_version > SCHEMA_VERSION:
                    # It may say what this program cannot see: nothing of it is folded before it can be read whole.
                    detail = (
                        f"written as version {batch.schema_version}, this program reads {SCHEMA_VERSION}: update it"
                    )
                    quarantined.append(_quarantined(record, -1, "newer_schema", detail, record.payload))
                    continue
                batches.add(record, batch)
                places.append(place)
            except UndecodableBatchError as error:
                quarantined.append(_quarantined(record, -1, "undecodable_batch", str(error), record.payload))
        misfits = batches.misfits()
        if not misfits:
            return _Layer(batches).span(quarantined) if batches.records else Span({}, quarantined, 0)
        # They show only among the others, and are rare.
        refused |= {places[number]: why for number, why in misfits.items()}


def _about(records: Sequence[Record]) -> int:
    """How many events these are, more or less."""
    return sum(len(record.payload) for record in records) // _EVENT_BYTES


def _decoded(record: Record, refused: str | None) -> EventBatch:
    if refused is not None:
        raise UndecodableBatchError(refused)
    return decoded(record)


@dataclass(frozen=True, slots=True)
class _Impossible:
    """Rows that cannot be folded, the reason's stable code, and what it means."""

    mask: Mask
    reason: str
    detail: str


class _Layer:
    """Lays the rows of a span into columns by table."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._subjects = batches.subjects()
        self._envelope, self._batch = batches.envelope()
        fact_type = self._envelope["fact_type"]
        self._type = np.minimum(fact_type, _BEYOND_TYPES).astype(np.uint16)
        self._rows = {number: np.nonzero(self._type == number)[0] for number in batches.facts}
        self._numbers = {number: facts.numbers() for number, facts in batches.facts.items()}

        self._codes = {number: facts.codes() for number, facts in batches.facts.items()}

    def span(self, quarantined: list[Quarantined]) -> Span:
        """Every table's columns, and what was set aside."""
        impossible = self._impossible()
        good = ~np.logical_or.reduce([entry.mask for entry in impossible])
        laid = {table: self._laid(table, good) for table in tables()}
        return Span(
            {table: columns for table, columns in laid.items() if columns},
            [*quarantined, *self._set_aside(impossible, ~good)],
            int(good.sum()),
        )

    def _of(self, types: Collection[int]) -> Mask:
        """The rows of these types."""
        if not types:
            return np.zeros(len(self._type), dtype=np.bool_)
        one_of_them = np.zeros(_BEYOND_TYPES + 1, dtype=np.bool_)
        one_of_them[list(types)] = True
        mask: Mask = one_of_them[self._type]
        return mask

    def _laid(self, table: str, good: Mask) -> dict[str, Column]:
        types = [number for number in self._rows if LAYOUTS[number].table == table]
        mask = good & self._of(types)
        if not mask.any():
            return {}
        # Most spans are of one table, and whole: then nothing is copied.
        chosen = slice(None) if mask.all() else np.nonzero(mask)[0]
        columns: dict[str, Column] = {}
        for name in number_columns(table):
            dtype = np.dtype(DTYPES.get(name, _ENVELOPE_DTYPES.get(name, "i8")))
            columns[name] = self._number_column(name, types, dtype)[chosen]
        for name in string_columns(table):
            columns[name] = self._string_column(table, name, types, chosen)
        return columns

    def _number_column(self, name: str, types: Sequence[int], dtype: np.dtype[Any]) -> Ints:
        if name in self._envelope:
            column = self._envelope[name]
            return (np.minimum(column, 255) if name == "role" else column).astype(dtype, copy=False)
        return self._scattered({n: self._numbers[n][name] for n in types if name in self._numbers[n]}, dtype)

    def _string_column(self, table: str, name: str, types: Sequence[int], chosen: slice | Ints) -> Coded:
        envelope, batches = self._envelope, self._batches
        if name == "subject":
            return Coded(self._subjects, envelope["subject"][chosen].astype(np.uint32))
        if name == "source":
            return Coded(list(batches.sources), envelope["source"][chosen])
        if name == "unit":
            return Coded(list(batches.units), envelope["unit"][chosen])
        if name == "log_partition":
            codes = batches.dictionaries[table, name].of([record.position.partition for record in batches.records])
            return Coded(list(batches.dictionaries[table, name]), codes[self._batch[chosen]])
        codes = self._scattered({n: self._codes[n][name] for n in types if name in self._codes[n]}, np.dtype(np.uint32))
        return Coded(list(batches.dictionaries[table, name]), codes[chosen])

    def _scattered(self, values: Mapping[int, Sequence[int] | Ints], dtype: np.dtype[Any]) -> Ints:
        """One value for every row of the span, from the values of some fact types; 0 for the others."""
        column = np.zeros(len(self._batch), dtype=dtype)
        for number, typed in values.items():
            column[self._rows[number]] = typed
        return column

    def _impossible(self) -> list[_Impossible]:
        numbers, batches = self._envelope, self._batches
        fact_type, occurred = numbers["fact_type"], numbers["occurred_at"]
        no_subject = self._subjects.blank()[numbers["subject"]]
        no_unit = _blank(list(batches.units))[numbers["unit"]]
        anonymous = (numbers["id_hi"] == 0) & (numbers["id_lo"] == 0)
        replaces_nothing = (numbers["replaces_hi"] == 0) & (numbers["replaces_lo"] == 0)
        latest = numbers["recorded_at"] + CLOCK_TOLERANCE_MS
        return [
            _Impossible(~self._of(LAYOUTS), "unknown_fact_type", "newer sender? update this program"),
            _Impossible(no_subject, "no_subject", "subject is empty"),
            _Impossible(occurred < EARLIEST_MS, "occurred_too_early", "occurred before 1990"),
            _Impossible(occurred > latest, "occurred_in_future", "occurred over 5 minutes after it was recorded"),
            _Impossible(anonymous, "no_identity", "event_id is zero"),
            _Impossible((fact_type == _RETRACTION) & replaces_nothing, "retracts_nothing", "names no fact to retract"),
            _Impossible((fact_type == _ACCEPTED) & no_unit, "no_unit", "an acceptance must name its unit"),
            _Impossible(self._transferred_nowhere(), "no_unit", "a transfer must name the unit that takes over"),
            _Impossible(self._impossible_due(), "impossible_due", "due time before 1990 or after 2100"),
            _Impossible(
                self._in_registers() & no_unit, "no_unit", "a fact of a register must name the unit that says it"
            ),
            _Impossible(self._impossible_day(), "impossible_day", "a day before 2 September 1945 or after 2100"),
            _Impossible(self._too_wide(), "value_out_of_range", "a number does not fit its column"),
        ]

    def _impossible_due(self) -> Mask:
        due = self._scattered(
            {number: columns["due_at"] for number, columns in self._numbers.items() if "due_at" in columns},
            np.dtype(np.int64),
        )
        impossible: Mask = (due != 0) & ((due < EARLIEST_MS) | (due > LATEST_DUE_MS))
        return impossible

    def _in_registers(self) -> Mask:
        """Rows that some unit must say. How a procedure is handled is a definition, and of the whole province."""
        types = [n for n in self._rows if LAYOUTS[n].table == "register_fact" and n != _ARRANGED]
        return self._of(types)

    def _impossible_day(self) -> Mask:
        mask = np.zeros(len(self._batch), dtype=np.bool_)
        for number, columns in self._numbers.items():
            if "first_day" in columns:
                first, last = columns["first_day"], columns["last_day"]
                mask[self._rows[number]] = (first < EARLIEST_DAY) | (last > LATEST_DAY)
        return mask

    def _transferred_nowhere(self) -> Mask:
        mask = np.zeros(len(self._batch), dtype=np.bool_)
        for fact_type, rows in self._rows.items():
            if fact_type == _TRANSFERRED:
                blank = _blank(list(self._batches.dictionaries["fact", "party"]))
                mask[rows] = blank[self._codes[fact_type]["party"]]
        return mask

    def _too_wide(self) -> Mask:
        mask = np.zeros(len(self._batch), dtype=np.bool_)
        for number, columns in self._numbers.items():
            for name, values in columns.items():
                limits = np.iinfo(np.dtype(DTYPES.get(name, "i8")))
                if values.size and (values.min() < limits.min or values.max() > limits.max):
                    mask[self._rows[number]] |= (values < limits.min) | (values > limits.max)
        return mask

    def _set_aside(self, impossible: Sequence[_Impossible], bad: Mask) -> list[Quarantined]:
        aside: list[Quarantined] = []
        for place in np.unique(self._batch[bad]).tolist():
            record = self._batches.records[place]
            content = [event.SerializeToString() for event in events(decoded(record))]
            for index in np.nonzero(bad & (self._batch == place))[0].tolist():
                first = next(entry for entry in impossible if entry.mask[index])
                row = int(self._envelope["log_row"][index])
                aside.append(_quarantined(record, row, first.reason, first.detail, content[row]))
        return aside


_ENVELOPE_DTYPES = {"id_hi": "u8", "id_lo": "u8", "replaces_hi": "u8", "replaces_lo": "u8", "log_offset": "u8"}


def _blank(texts: Sequence[str]) -> Mask:
    """Which of the texts have nothing in them but white space."""
    if all(texts) and not any(map(str.isspace, texts)):
        return np.zeros(len(texts), dtype=np.bool_)
    return np.array([not text.strip() for text in texts], dtype=np.bool_)


def _quarantined(record: Record, row: int, reason: str, detail: str, content: bytes) -> Quarantined:
    position = record.position
    return Quarantined(position.partition, position.offset, row, record.recorded_at_ms, reason, detail, content)
