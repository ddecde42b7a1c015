"""An import: a file's rows into the log, in batches that are taken whole, again and again without harm.

One turn for every ``CHUNK_ROWS`` rows, and one at the end for what waited for it (``services.intake.snapshot``):

1. Read and check the rows.             Bad ones are set aside with every reason.
2. Ask what is known of their dossiers. Crash up to here: nothing has happened.
3. Lay what is new into batches.        Pure.
4. Append the batches, all or none.     Crash after this: the next import finds them and adds nothing.
5. Let the store catch up.              So that the next chunk is compared with this one too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_ADMINISTRATOR, Event
from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_UNSPECIFIED, ProcedureDefined, UnitDefined
from cchc.calendar.vietnam_time import epoch_day_at, start_of_day_ms
from cchc.log.batch import encode, make_event
from cchc.log.port import Log
from services.intake.cells.values import CellError, Unreadable, cell_error
from services.intake.facts import claims_of
from services.intake.files.rejects import RejectedLines
from services.intake.outcome import Outcome
from services.intake.reading import ReadRow
from services.intake.rows.canonical import SINCE_EVER_DAY, DossierRow
from services.intake.snapshot import Dossier, Said
from services.intake.told import ToldDossiers

CHUNK_ROWS = 5_000
BATCH_EVENTS = 500
MOST_WAITING = 20_000
"""Most dossiers that wait for the end of the file; some hundred megabytes."""

_SINCE_EVER_MS = start_of_day_ms(SINCE_EVER_DAY)


class Known(Protocol):
    """What the importer asks of the store."""

    def source_is_new(self, source_system: str) -> bool:
        """Whether nothing was ever said by this source."""
        ...

    def of(self, subjects: Sequence[str], source_system: str) -> dict[str, list[Said]]:
        """Everything that is known of these dossiers."""
        ...


class Codes(Protocol):
    """Which units and procedures are defined."""

    def knows_unit(self, code: str) -> bool:
        """Whether a unit has this code."""
        ...

    def knows_procedure(self, code: str) -> bool:
        """Whether a procedure has this code."""
        ...

    def field_of(self, procedure_code: str, day: int) -> str:
        """The field of a procedure as it is defined on a day (since 1970-01-01), or an empty text."""
        ...


class DossierImport:
    """Takes a file's dossier rows into the log as facts of one source.

    Args:
        log: where facts go.
        known: what the store knows; ``settle`` makes it know what the log has.
        codes: the units and procedures that are defined.
        settle: lets the store catch up with the log.
        source_system: whose snapshot it is.
        register_missing: define unknown units and procedures, unconfirmed, instead of rejecting their rows.
        definitions: where those definitions go; None = where facts go.
        dry_run: append nothing; memory then grows with the file.
        rejects: takes the lines that are rejected, as they come.
        column_of: the file's own name of a canonical column, for the reasons.
        chunk_rows: rows that are taken at a time, all or none.
        most_waiting: dossiers that may wait for the end of the file. Beyond it they are settled where they stand: the
            state is the same, but importing the file again would then say once more what it says and takes back.
    """

    def __init__(
        self,
        log: Log,
        known: Known,
        codes: Codes,
        settle: Callable[[], None],
        *,
        source_system: str,
        register_missing: bool = False,
        definitions: Log | None = None,
        dry_run: bool = False,
        rejects: RejectedLines | None = None,
        column_of: Callable[[str], str] = str,
        chunk_rows: int = CHUNK_ROWS,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._log = log
        self._known = known
        self._codes = codes
        self._settle = settle
        self._source = source_system
        self._register_missing = register_missing
        self._definitions = definitions or log
        self._outcome = Outcome(dry_run=dry_run)
        self._rejects = rejects
        self._column_of = column_of
        self._registered: dict[tuple[str, str], None] = {}
        self._chunk_rows = chunk_rows
        self._most_waiting = most_waiting
        self._unappended: dict[str, Dossier] = {}
        self._waiting: dict[str, Dossier] = {}
        self._waiting_rows: Counter[str] = Counter()
        self._told = ToldDossiers()
        self._went_back: set[int] = set()

    def run(self, rows: Iterable[ReadRow], progress: Callable[[int], None] | None = None) -> Outcome:
        """Import all rows; ``progress`` is told how many rows were read so far.

        Raises:
            Unavailable, Corrupt: from the log or the store. What was appended before stays, and importing again goes on
                from there.
        """
        self._settle()
        is_new = self._known.source_is_new(self._source)
        remaining = iter(rows)
        while chunk := list(islice(remaining, self._chunk_rows)):
            self._take(chunk, is_new)
            # After the first chunk the source is known, if only by this file.
            is_new = False
            if progress is not None:
                progress(self._outcome.rows)
        self._append(self._from_waiting())
        self._outcome.dossiers = len(self._told)
        self._outcome.went_back = len(self._went_back)
        return self._outcome

    def _take(self, chunk: Sequence[ReadRow], is_new: bool) -> None:
        good = [row for read in chunk if (row := self._checked(read)) is not None]
        dossiers = self._dossiers(dict.fromkeys(row.dossier_code for row in good), is_new)
        registrations = self._registrations()
        events: list[Event] = []
        for row in good:
            events.extend(self._added_by(row, dossiers[row.dossier_code]))
        if self._outcome.dry_run:
            self._unappended.update(dossiers)
        if len(self._waiting) > self._most_waiting:
            events.extend(self._from_waiting())
        self._append(events, registrations)

    def _dossiers(self, codes: Iterable[str], is_new: bool) -> dict[str, Dossier]:
        """The dossiers with what is known of them; those that wait, or that a dry run added to, know more."""
        dossiers = {code: self._waiting.get(code) or self._unappended.get(code) for code in codes}
        unread = [code for code, dossier in dossiers.items() if dossier is None]
        known = {} if is_new else self._known.of(unread, self._source)
        return {code: dossier or Dossier(code, self._source, known.get(code, ())) for code, dossier in dossiers.items()}

    def _added_by(self, row: DossierRow, dossier: Dossier) -> list[Event]:
        added = dossier.add(claims_of(row, self._field_of_procedure(row)), row.unit_code)
        self._count(row.dossier_code, dossier, added)
        if dossier.is_waiting:
            self._waiting[row.dossier_code] = dossier
            self._waiting_rows[row.dossier_code] += not added
        elif not added:
            self._outcome.unchanged += 1
        return added

    def _from_waiting(self) -> list[Event]:
        """What the waiting dossiers add now; nothing waits any more."""
        events: list[Event] = []
        for code, dossier in self._waiting.items():
            added = dossier.settle()
            self._count(code, dossier, added)
            events.extend(added)
            if not added:
                self._outcome.unchanged += self._waiting_rows[code]
        self._waiting.clear()
        self._waiting_rows.clear()
        return events

    def _append(self, events: Sequence[Event], definitions: Sequence[Event] = ()) -> None:
        if self._outcome.dry_run or not (events or definitions):
            return
        if self._definitions is self._log:
            events = [*definitions, *events]
        else:
            _append_to(self._definitions, definitions)
        _append_to(self._log, events)
        self._settle()

    def _checked(self, read: ReadRow) -> DossierRow | None:
        """The row when it is good; otherwise it is set aside under its lines."""
        self._outcome.rows += len(read.lines)
        errors: Sequence[CellError] = read.errors
        if isinstance(read.row, DossierRow):
            errors = self._unknown_codes(read.row)
            if not errors:
                other = self._told.take(read.lines[0], read.row)
                if other is None:
                    return read.row
                errors = [other]
            errors = [replace(error, column=self._column_of(error.column)) for error in errors]
        self._outcome.reject(read.lines, errors, self._rejects)
        return None

    def _unknown_codes(self, row: DossierRow) -> list[CellError]:
        named = [("unit_code", row.unit_code), ("receiving_unit_code", row.receiving_unit_code)]
        units = [(column, code) for column, code in named if code and not self._codes.knows_unit(code)]
        procedure = row.procedure_code
        lacks_procedure = bool(procedure) and not self._codes.knows_procedure(procedure or "")
        if self._register_missing:
            self._registered.update({("unit", code): None for _, code in units})
            if lacks_procedure and procedure:
                self._registered.setdefault(("procedure", procedure), None)
            return []
        errors = [cell_error(column, code, _UNKNOWN_UNIT) for column, code in units]
        return [*errors, *([cell_error("procedure_code", procedure, _UNKNOWN_PROCEDURE)] if lacks_procedure else [])]

    def _field_of_procedure(self, row: DossierRow) -> str:
        entered = row.received_at or row.submitted_at or row.resolved_at
        if row.field_code or not row.procedure_code or entered is None:
            return ""
        return self._codes.field_of(row.procedure_code, epoch_day_at(entered.at_ms))

    def _registrations(self) -> list[Event]:
        """Definitions of what rows named and nobody defined; each once."""
        events = []
        for what, code in self._registered:
            already = self._outcome.registered_units if what == "unit" else self._outcome.registered_procedures
            if code in already:
                continue
            already.append(code)
            events.append(_registration(what, code, self._source))
        self._outcome.facts += len(events)
        return events

    def _count(self, code: str, dossier: Dossier, added: Sequence[Event]) -> None:
        if dossier.went_back:
            self._went_back.add(hash(code))
        for event in added:
            self._outcome.facts += 1
            if event.WhichOneof("fact") == "retraction":
                self._outcome.retractions += 1
            elif event.replaces:
                self._outcome.corrections += 1


_UNKNOWN_UNIT = Unreadable(
    "row.unknown_unit",
    "Mã đơn vị chưa có trong danh mục; nhập danh mục đơn vị trước (cchc import units), hoặc thêm --register-missing.",
    "This unit is not defined: import the units first (cchc import units), or add --register-missing.",
)
_UNKNOWN_PROCEDURE = Unreadable(
    "row.unknown_procedure",
    "Mã thủ tục chưa có trong danh mục; nhập danh mục thủ tục trước (cchc import procedures), hoặc --register-missing.",
    "This procedure is not defined: import the procedures first (cchc import procedures), or add --register-missing.",
)


def _registration(what: str, code: str, source_system: str) -> Event:
    fact: UnitDefined | ProcedureDefined
    if what == "unit":
        fact = UnitDefined(
            unit_code=code, name=code, type=UNIT_TYPE_UNSPECIFIED, valid_from_day=SINCE_EVER_DAY, unconfirmed=True
        )
    else:
        fact = ProcedureDefined(procedure_code=code, name=code, valid_from_day=SINCE_EVER_DAY, unconfirmed=True)
    return make_event(
        fact,
        source_system=source_system,
        subject=code,
        unit_code=code if what == "unit" else "",
        occurred_at_ms=_SINCE_EVER_MS,
        actor_role=ACTOR_ROLE_ADMINISTRATOR,
    )


def _append_to(log: Log, events: Sequence[Event]) -> None:
    if events:
        log.append([encode(batch) for batch in _batches(events)], key=events[0].subject)


def _batches(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    for start in range(0, len(events), BATCH_EVENTS):
        yield events[start : start + BATCH_EVENTS]
