"""A span into the store: rows first, then the checkpoint, so that a crash loses nothing."""

from __future__ import annotations

from collections.abc import Sequence

from cchc.log.port import Record
from cchc.store.port import Store
from services.aggregator.checkpoint import Checkpoint
from services.aggregator.columns import Span
from services.aggregator.parts import insert_in_parts
from services.aggregator.quarantine import Quarantine


class SpanInserter:
    """Puts spans into one generation of the store, one after the other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._checkpoint = Checkpoint(store)
        self._quarantine = Quarantine(store)

    def insert(self, span: Span, records: Sequence[Record]) -> None:
        """Insert a span's rows and say that its records were taken in.

        A crash in here leaves rows without their checkpoint: the span is inserted again, and equal identities count
        once. Errors as ``Store.insert``.
        """
        self.put_rows(span)
        self.put_checkpoint(span, records)

    def put_rows(self, span: Span) -> None:
        """Insert a span's rows. Errors as ``Store.insert``."""
        self._quarantine.put(span.quarantined)
        for table, columns in span.tables.items():
            insert_in_parts(self._store, table, columns)

    def put_checkpoint(self, span: Span, records: Sequence[Record]) -> None:
        """Say that a span's records were taken in, and all before them: their rows are there. Errors likewise."""
        self._checkpoint.put(records, span.events)
