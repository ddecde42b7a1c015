"""A desk that imports files, as the command line does: file to rows to facts to log to store."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cchc.api.log.v1.event_pb2 import Event
from cchc.clock import FixedClock
from cchc.log.batch import decode, events
from cchc.log.port import Log, Prefix
from cchc.log.sqlite.log import SqliteLog
from cchc.store.migrate import migrate
from cchc.store.port import Store
from cchc.testing.store_directory import StoreDirectory
from services.aggregator.consume import Aggregator
from services.intake.definitions import DefinitionImport
from services.intake.files.rejects import RejectedLines
from services.intake.importing import DossierImport
from services.intake.known import KnownFacts
from services.intake.mapping import canonical_mapping
from services.intake.outcome import Outcome
from services.intake.reading import open_table, read_rows
from services.single.importing import DefinedCodes
from tests.reference.dossier_fold import DossierState, Known, fold

NOW_MS = 1_780_000_000_000
"""2026-05-28T20:26:40Z."""

UNITS = (
    {"unit_code": "U1", "name": "Xã Một", "type": "commune"},
    {"unit_code": "U2", "name": "Xã Hai", "type": "commune"},
)
PROCEDURES = (
    {"procedure_code": "P1", "name": "Thủ tục 1", "field_code": "F1", "limit": "5", "limit_unit": "working_days"},
    {"procedure_code": "P2", "name": "Thủ tục 2", "field_code": "F2", "limit": "8", "limit_unit": "working_hours"},
)

CellsOfRow = Mapping[str, str]


@dataclass
class Desk:
    """Imports into one log and one store.

    Attributes:
        folder: where the files are written.
        chunk_rows: rows that an import takes at a time.
    """

    log: Log
    store: Store
    folder: Path
    chunk_rows: int = 5_000
    files: int = 0

    def define(self) -> None:
        """Import the two units and the two procedures."""
        assert self.reference("units", UNITS).facts == 2
        assert self.reference("procedures", PROCEDURES).facts == 2

    def write(self, rows: Sequence[CellsOfRow]) -> Path:
        """A file with these rows; a column that no row has is not there."""
        self.files += 1
        path = self.folder / f"file-{self.files}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(dict.fromkeys(name for row in rows for name in row)), restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def dossiers(
        self,
        *rows: CellsOfRow,
        file: Path | None = None,
        source: str = "one-stop",
        dry_run: bool = False,
        register_missing: bool = False,
        chunk_rows: int | None = None,
        most_waiting: int = 20_000,
        rejects: RejectedLines | None = None,
    ) -> Outcome:
        """Import a dossier file, or one with these rows."""
        self.settle()
        mapping = canonical_mapping("dossiers")
        importer = DossierImport(
            self.log,
            KnownFacts(self.store),
            DefinedCodes(self.store),
            self.settle,
            source_system=source,
            dry_run=dry_run,
            register_missing=register_missing,
            chunk_rows=chunk_rows or self.chunk_rows,
            most_waiting=most_waiting,
            rejects=rejects,
        )
        table = open_table(file or self.write(rows), mapping)
        return importer.run(read_rows(table, mapping, NOW_MS))

    def reference(
        self, kind: str, rows: Sequence[CellsOfRow] = (), *, file: Path | None = None, dry_run: bool = False
    ) -> Outcome:
        """Import a file of reference data, or one with these rows."""
        self.settle()
        mapping = canonical_mapping(kind)
        table = open_table(file or self.write(rows), mapping)
        importer = DefinitionImport(self.log, self.store, source_system="one-stop", now_ms=NOW_MS, dry_run=dry_run)
        outcome = importer.run(kind, read_rows(table, mapping, NOW_MS))
        self.settle()
        return outcome

    def settle(self) -> None:
        """Let the store catch up."""
        Aggregator(self.log, self.store).catch_up()

    def events(self) -> list[Event]:
        """All that is in the log, in order."""
        return [event for record in self.log.records(Prefix()) for event in events(decode(record.payload))]

    def states(self) -> dict[str, DossierState]:
        """Every dossier as the reference fold has it."""
        return fold([Known(event, 0) for event in self.events()], as_of_ms=0)

    def state(self, code: str = "H1") -> DossierState:
        """One dossier as the reference fold has it."""
        return self.states()[code]


@contextmanager
def desk_in(directory: StoreDirectory, folder: Path) -> Iterator[Desk]:
    """A desk with an empty log file in a folder and an empty database."""
    clock = FixedClock(NOW_MS)
    with directory.database() as store, SqliteLog(folder / "log.sqlite", clock) as log:
        migrate(store, clock)
        yield Desk(log, store, folder)
