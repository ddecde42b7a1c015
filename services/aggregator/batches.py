"""The batches of a span, gathered: their envelopes as columns, their typed facts by type.

What each batch is asked one by one is kept to what cannot be asked of all of them together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from cchc.api.log.v1.event_pb2 import EventBatch, FactColumns
from cchc.log.batch import FACT_FIELDS, UndecodableBatchError, typed_facts
from cchc.log.fact_columns import Fitting, UnfitColumnsError, fitting
from cchc.log.port import Record
from cchc.store.joined_texts import JoinedTexts
from services.aggregator.growing import DistinctTexts, Numbers, Pointers, Texts
from services.aggregator.layout import Ints, string_columns, tables
from services.aggregator.typed_facts import Codes, ColumnarFacts, Piece, TypedFacts, facts_reader

MOST_TEXT_CHARS = 2_000
"""Characters of a text that rows may share; no writer takes more than half as many.

All rows of a batch may point to one text: what is little in the batch is much where it is written out row by row.
"""

_BEYOND_TYPES = max(FACT_FIELDS) + 1

_AT_ONCE = 16
"""Batches that are laid out together: what is parsed of more does not stay in the processor's cache."""


class Batches:
    """Gathers batches. All were added before anything else is asked.

    One that ``add`` refuses leaves no trace. Of one that ``misfits`` names some rows mean nothing: the others are to be
    gathered anew without it.

    Args:
        rows: about how many events there will be.
    """

    def __init__(self, rows: int) -> None:
        self.records: list[Record] = []
        self.dictionaries = {(table, name): Codes() for table in tables() for name in string_columns(table)}
        self.facts: dict[int, TypedFacts | ColumnarFacts] = {}
        self.sources, self.units = Codes(), Codes()
        self._numbers = {name: Numbers(rows) for name in ("fact_type", "occurred_at", "role")}
        self._subjects = DistinctTexts(rows)
        self._sources, self._units = Texts(rows), Texts(rows)
        self._identities: list[bytes] = []
        self._replacing = Pointers()
        self._replaced: list[bytes] = []
        self._sizes: list[int] = []
        self._size = 0
        self._typed: list[tuple[int, int, int]] = []
        self._waiting: list[tuple[int, EventBatch, Mapping[int, Fitting | Sequence[Any]]]] = []

    def add(self, record: Record, batch: EventBatch) -> None:
        """Take in one batch of the log as ``decode`` gives it: with no more facts than rows.

        Raises:
            UndecodableBatchError: Its typed facts stand in two places, or their columns do not fit together.
        """
        facts = {number: _fitting(listed) for number, listed in typed_facts(batch).items()}
        # Nothing is refused from here on.
        self._waiting.append((len(self.records), batch, facts))
        self.records.append(record)
        if len(self._waiting) >= _AT_ONCE:
            self._lay_waiting()

    def _lay_waiting(self) -> None:
        if self._waiting:
            places, batches, facts = zip(*self._waiting, strict=True)
            self._waiting = []
            self._lay_envelopes(batches, places)
            self._lay_facts(facts, places)

    def _lay_envelopes(self, batches: Sequence[EventBatch], places: Sequence[int]) -> None:
        self._numbers["fact_type"].extend([batch.fact_type for batch in batches])
        self._numbers["occurred_at"].extend([batch.occurred_at_ms for batch in batches])
        self._numbers["role"].extend([batch.actor_role for batch in batches])
        self._subjects.extend([batch.subject for batch in batches], [batch.subjects for batch in batches], places)
        self._sources.extend(
            [batch.source_system for batch in batches], [batch.source_systems for batch in batches], places
        )
        self._units.extend([batch.unit_code for batch in batches], [batch.unit_codes for batch in batches], places)
        self._identities += [batch.event_ids for batch in batches]
        for place, batch in zip(places, batches, strict=True):
            size = len(batch.fact_type)
            if batch.replacing_row:
                self._replacing.extend([batch.replacing_row], [self._size], [size], [place])
                self._replaced.append(batch.replaced_event_ids)
            self._sizes.append(size)
            self._size += size

    def _lay_facts(self, facts: Sequence[Mapping[int, Fitting | Sequence[Any]]], places: Sequence[int]) -> None:
        by_type: dict[int, list[Piece]] = {}
        for place, of_types in zip(places, facts, strict=True):
            for number, said in of_types.items():
                by_type.setdefault(number, []).append((place, said))
                self._typed.append((place, number, said.count if isinstance(said, Fitting) else len(said)))
        for number, pieces in by_type.items():
            if number not in self.facts:
                self.facts[number] = facts_reader(number, self.dictionaries)
            self.facts[number].extend(pieces)

    def subjects(self) -> JoinedTexts:
        """What the codes of subjects point into. Most are in one batch only, and none is looked for in another."""
        return self._subjects.joined()

    def misfits(self) -> Mapping[int, str]:
        """The batches, by their number, whose columns point outside or whose rows are not those of their facts."""
        self._lay_waiting()
        found = dict(self._miscounted())
        pointing: dict[str, Collection[int]] = {
            "subject": self._subjects.rows.outside(),
            "source": self._sources.rows.outside(),
            "unit": self._units.rows.outside(),
            "replacing_row": self._replacing.outside(),
        }
        for name, batches in pointing.items():
            found |= dict.fromkeys(batches, f"column {name} points outside")
        long = f"has a text of more than {MOST_TEXT_CHARS:,} characters"
        for name, column in (("subject", self._subjects), ("source", self._sources), ("unit", self._units)):
            found |= dict.fromkeys(column.too_long(MOST_TEXT_CHARS), f"column {name} {long}")
        for number, facts in self.facts.items():
            found |= dict.fromkeys(facts.outside(), f"a text of {FACT_FIELDS[number]} points outside")
            found |= dict.fromkeys(facts.too_long(MOST_TEXT_CHARS), f"{FACT_FIELDS[number]} {long}")
        return found

    def envelope(self) -> tuple[dict[str, Ints], Ints]:
        """The number columns of all envelopes and the codes of their strings, and each row's batch."""
        sizes = np.array(self._sizes, dtype=np.int64)
        batch = np.repeat(np.arange(len(sizes)), sizes)
        recorded = np.array([record.recorded_at_ms for record in self.records], dtype=np.int64)
        offset = np.array([record.position.offset for record in self.records], dtype=np.uint64)
        id_hi, id_lo = _halves(self._identities)
        replaces_hi, replaces_lo = np.zeros((2, self._size), dtype=np.uint64)
        if self._replaced:
            replacing = self._replacing.all()
            replaces_hi[replacing], replaces_lo[replacing] = _halves(self._replaced)
        return {
            **{name: column.all() for name, column in self._numbers.items()},
            "subject": self._subjects.rows.all(),
            "source": self.sources.of(self._sources.texts)[self._sources.rows.all()],
            "unit": self.units.of(self._units.texts)[self._units.rows.all()],
            "recorded_at": np.repeat(recorded, sizes),
            "log_offset": np.repeat(offset, sizes),
            "log_row": (np.arange(self._size) - np.repeat(np.cumsum(sizes) - sizes, sizes)).astype(np.uint32),
            "id_hi": id_hi,
            "id_lo": id_lo,
            "replaces_hi": replaces_hi,
            "replaces_lo": replaces_lo,
        }, batch

    def _miscounted(self) -> Mapping[int, str]:
        """The batches with more or fewer facts of a type than rows that say so; types that are not known have none."""
        fact_type = np.minimum(self._numbers["fact_type"].all(), _BEYOND_TYPES)
        present = np.nonzero(np.bincount(fact_type, minlength=_BEYOND_TYPES + 1))[0].tolist()
        known = np.array(sorted(FACT_FIELDS.keys() & {*present, *self.facts}), dtype=np.int64)
        # Types that are not known are counted in a column of their own, which is left out.
        column_of = np.full(_BEYOND_TYPES + 1, len(known))
        column_of[known] = np.arange(len(known))
        shape = len(self._sizes), len(known) + 1
        place = np.repeat(np.arange(shape[0]) * shape[1], self._sizes) + column_of[fact_type]
        rows = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)[:, :-1]
        facts = np.zeros(rows.shape, dtype=np.int64)
        typed = np.array(self._typed, dtype=np.int64).reshape(-1, 3)
        facts[typed[:, 0], column_of[typed[:, 1]]] = typed[:, 2]
        return {
            batch: f"{rows[batch, type_]} rows of {FACT_FIELDS[int(known[type_])]}, but {facts[batch, type_]} facts"
            for batch, type_ in zip(*(found.tolist() for found in np.nonzero(rows != facts)), strict=True)
        }


def _halves(identities: Sequence[bytes]) -> tuple[Ints, Ints]:
    numbers = np.frombuffer(b"".join(identities), dtype=">u8")
    return numbers[::2].astype(np.uint64), numbers[1::2].astype(np.uint64)


def _fitting(facts: FactColumns | Sequence[Any]) -> Fitting | Sequence[Any]:
    if not isinstance(facts, FactColumns):
        return facts
    try:
        return fitting(facts)
    except UnfitColumnsError as error:
        raise UndecodableBatchError(str(error)) from error
