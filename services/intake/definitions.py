"""Importing reference data: units, procedures and decided days, each taken once and corrected when it changed.

A definition is told from others by its code and the day from which it is so. What a row leaves blank stays as it was
defined before. Where a file has several rows of one definition, they must not contradict each other: the first counts,
and one that says otherwise is rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_ADMINISTRATOR, Event
from cchc.api.reference.v1.reference_pb2 import CalendarDayDecided, ProcedureDefined, UnitDefined
from cchc.calendar.vietnam_time import date_of, start_of_day_ms
from cchc.log.batch import IDENTITY_BYTES, encode, make_event
from cchc.log.port import Log
from cchc.log.times import EARLIEST_MS, EVER_MS
from cchc.reference.definitions import live_definitions
from cchc.register.live import last_of, live_facts
from cchc.store.port import Store
from services.intake.cells.values import CellError, Unreadable, cell_error
from services.intake.facts import calendar_day_decided, procedure_arranged, procedure_defined, unit_defined
from services.intake.files.rejects import RejectedLines
from services.intake.importing import BATCH_EVENTS
from services.intake.outcome import Outcome
from services.intake.parents import Place, wrong_parents
from services.intake.reading import ReadRow
from services.intake.rows.canonical import CalendarDayRow, ProcedureRow, Row, UnitRow
from services.intake.rows.register import RegisterRow

_IDENTITY = ("hex(id_hi) AS high", "hex(id_lo) AS low")


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition as a fact: whose it is, its place among the versions of its code, and since when it is so.

    ``blank``: fields of the fact that the row does not say.
    """

    subject: str
    version: int
    since_ms: int
    fact: Message
    blank: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Defined:
    event_id: bytes
    fact: Message


@dataclass(slots=True)
class _Wanted:
    """What the rows of a file say of one definition, and their lines."""

    definition: Definition
    lines: list[int] = field(default_factory=list)


class DefinitionImport:
    """Takes rows of reference data into the log: what is new, and corrections of what changed.

    Args:
        log: where facts go.
        store: what is defined already; the caller lets it catch up first.
        source_system: who says it.
        now_ms: a definition that begins later is said to have occurred now; milliseconds since 1970-01-01T00:00:00Z.
        dry_run: append nothing.
        rejects: takes the lines that are rejected.
        column_of: the file's own name of a canonical column, for the reasons.
    """

    def __init__(
        self,
        log: Log,
        store: Store,
        *,
        source_system: str,
        now_ms: int,
        dry_run: bool = False,
        rejects: RejectedLines | None = None,
        column_of: Callable[[str], str] = str,
    ) -> None:
        self._log = log
        self._store = store
        self._source = source_system
        self._now_ms = now_ms
        self._outcome = Outcome(dry_run=dry_run)
        self._rejects = rejects
        self._column_of = column_of

    def run(self, kind: str, rows: Iterable[ReadRow]) -> Outcome:
        """Import every row of a kind of reference file (``units``, ``procedures``, ``calendar-days``)."""
        defined = _READERS[kind](self._store)
        wanted: dict[tuple[str, int], _Wanted] = {}
        arranged: dict[tuple[str, int], Definition] = {}
        for read in rows:
            self._outcome.rows += len(read.lines)
            if read.row is None:
                self._reject(read.lines, read.errors)
                continue
            definition = definition_of(read.row)
            said = wanted.setdefault((definition.subject, definition.version), _Wanted(definition))
            errors = list(_contradictions(definition, said))
            if errors:
                self._reject(read.lines, self._named(errors))
            else:
                said.definition = _filled(definition, said.definition)
                said.lines.extend(read.lines)
                arranged.update(_arrangement_of(read.row, arranged))
        for place, said in wanted.items():
            if place in defined:
                said.definition = _filled(said.definition, Definition(*place, 0, defined[place].fact))
        if kind == "units":
            self._reject_wrong_parents(wanted, defined)
        new = {place: e for place, said in wanted.items() if (e := self._event(said.definition, defined.get(place)))}
        handled = self._arrangements(arranged)
        events = [*new.values(), *handled.values()]
        self._outcome.facts = len(events)
        self._outcome.unchanged = self._outcome.rows - self._outcome.rejected_rows - len({*new, *handled})
        if events and not self._outcome.dry_run:
            batches = [events[start : start + BATCH_EVENTS] for start in range(0, len(events), BATCH_EVENTS)]
            self._log.append([encode(batch) for batch in batches], key=kind)
        return self._outcome

    def _arrangements(self, wanted: Mapping[tuple[str, int], Definition]) -> dict[tuple[str, int], Event]:
        """What is new about how procedures are handled, which stands in facts of its own."""
        if not wanted:
            return {}
        found = live_facts(self._store, ("procedure_arranged",), EVER_MS)
        last = last_of(found, lambda one: (one.subject, one.fact.valid_from_day))
        defined = {place: _Defined(one.event_id, one.fact) for place, one in last.items()}
        filled = {
            place: _filled(one, Definition(*place, 0, defined[place].fact)) if place in defined else one
            for place, one in wanted.items()
        }
        return {place: e for place, one in filled.items() if (e := self._event(one, defined.get(place)))}

    def _named(self, errors: Iterable[CellError]) -> list[CellError]:
        return [replace(error, column=self._column_of(error.column)) for error in errors]

    def _reject(self, lines: Sequence[int], errors: Sequence[CellError]) -> None:
        self._outcome.reject(lines, errors, self._rejects)

    def _reject_wrong_parents(
        self, wanted: dict[tuple[str, int], _Wanted], defined: Mapping[tuple[str, int], _Defined]
    ) -> None:
        said = {place: one.definition.fact for place, one in wanted.items()}
        stands = {place: one.fact for place, one in defined.items()}
        wrong = wrong_parents(cast("dict[Place, UnitDefined]", said), cast("dict[Place, UnitDefined]", stands))
        for place, error in wrong.items():
            self._reject(wanted.pop(place).lines, self._named([error]))

    def _event(self, definition: Definition, before: _Defined | None) -> Event | None:
        if before is not None and before.fact == definition.fact:
            return None
        if before is not None:
            self._outcome.corrections += 1
        return make_event(
            definition.fact,
            source_system=self._source,
            subject=definition.subject,
            unit_code="",
            # Nothing that is reported happened before EARLIEST_MS; what a definition is valid from is in the fact.
            occurred_at_ms=max(EARLIEST_MS, min(definition.since_ms, self._now_ms)),
            actor_role=ACTOR_ROLE_ADMINISTRATOR,
            replaces=before.event_id if before else b"",
            replaces_reason="redefined" if before else "",
        )


def _arrangement_of(
    row: Row | RegisterRow, before: Mapping[tuple[str, int], Definition]
) -> dict[tuple[str, int], Definition]:
    """How a procedure is handled, where its row says it, with what rows before it said of the same."""
    if not isinstance(row, ProcedureRow) or (row.one_stop is None and row.internal_process is None):
        return {}
    since = row.valid_from_day
    blank = tuple(name for name in ("one_stop", "internal_process", "decision") if getattr(row, name) is None)
    said = Definition(row.procedure_code, since, start_of_day_ms(since), procedure_arranged(row), blank)
    place = (said.subject, said.version)
    return {place: _filled(said, before[place]) if place in before else said}


def definition_of(row: Row | RegisterRow) -> Definition:
    """The definition that a row of reference data says."""
    fact: Message
    match row:
        case UnitRow():
            subject, version, fact = row.unit_code, row.valid_from_day, unit_defined(row)
        case ProcedureRow():
            subject, version, fact = row.procedure_code, row.valid_from_day, procedure_defined(row)
        case CalendarDayRow():
            subject, version, fact = date_of(row.day).isoformat(), row.known_from, calendar_day_decided(row)
        case _:
            raise TypeError("neither a dossier nor a fact of a register is a definition")
    return Definition(subject, version, start_of_day_ms(version), fact, tuple(_blank(row)))


def _blank(row: UnitRow | ProcedureRow | CalendarDayRow) -> Iterator[str]:
    """Fields of the fact that the row does not say; rows and facts name their fields alike."""
    for said in fields(row):
        # A limit and its unit are one thing: "on the same day" has no amount.
        is_limit = said.name == "limit" and isinstance(row, ProcedureRow) and row.limit_unit is not None
        if getattr(row, said.name) in (None, ()) and not is_limit:
            yield said.name


def _contradictions(definition: Definition, said: _Wanted) -> Iterator[CellError]:
    """What a row says otherwise than the rows of the same definition before it; blank contradicts nothing."""
    one, other = definition.fact, said.definition.fact
    for name in (declared.name for declared in one.DESCRIPTOR.fields):
        blank = name in definition.blank or name in said.definition.blank
        if not blank and getattr(one, name) != getattr(other, name):
            since = date_of(definition.version).strftime("%d/%m/%Y")
            line = said.lines[0]
            reason = Unreadable(
                "row.contradiction",
                f"Dòng {line} nói khác ở cột này về cùng mã {definition.subject} từ cùng ngày {since}; giữ một dòng, "
                "hoặc ghi ngày hiệu lực khác.",
                f"Line {line} says otherwise in this column of the same {definition.subject} from the same {since}; "
                "keep one of the rows, or give it another first day.",
            )
            yield cell_error(name.removesuffix("_day"), definition.subject, reason)


def _filled(definition: Definition, known: Definition) -> Definition:
    """The definition with what its row leaves blank taken from what is known of it."""
    fact, said = type(definition.fact)(), type(definition.fact)()
    fact.CopyFrom(definition.fact)
    said.CopyFrom(known.fact)
    for name in {declared.name for declared in fact.DESCRIPTOR.fields}.difference(definition.blank):
        said.ClearField(name)
    fact.MergeFrom(said)
    return replace(definition, fact=fact, blank=tuple(name for name in definition.blank if name in known.blank))


def _units(store: Store) -> dict[tuple[str, int], _Defined]:
    columns = ("subject", "valid_from", "name", "type", "parent", "peer_group", "valid_to", "decision", "unconfirmed")
    return _defined(
        store,
        "unit_fact",
        columns,
        lambda row: UnitDefined(
            unit_code=row["subject"],
            name=row["name"],
            type=row["type"],
            parent_code=row["parent"],
            peer_group=row["peer_group"],
            valid_from_day=row["valid_from"],
            valid_to_day=row["valid_to"],
            decision=row["decision"],
            unconfirmed=bool(row["unconfirmed"]),
        ),
    )


def _procedures(store: Store) -> dict[tuple[str, int], _Defined]:
    columns = (
        *("subject", "valid_from", "field", "name", "levels", "limit_amount", "limit_unit", "online_level", "fee"),
        *("paper_result", "digitisation_exempt", "after_15h_next_day", "valid_to", "decision", "unconfirmed"),
    )
    return _defined(
        store,
        "procedure_fact",
        columns,
        lambda row: ProcedureDefined(
            procedure_code=row["subject"],
            field_code=row["field"],
            name=row["name"],
            levels=[int(level) for level in row["levels"].split(";") if level],  # type: ignore[misc]  # ints on the wire
            limit=row["limit_amount"],
            limit_unit=row["limit_unit"],
            online_level=row["online_level"],
            fee=bool(row["fee"]),
            paper_result=bool(row["paper_result"]),
            digitisation_exempt=bool(row["digitisation_exempt"]),
            after_15h_next_day=bool(row["after_15h_next_day"]),
            valid_from_day=row["valid_from"],
            valid_to_day=row["valid_to"],
            decision=row["decision"],
            unconfirmed=bool(row["unconfirmed"]),
        ),
    )


def _calendar_days(store: Store) -> dict[tuple[str, int], _Defined]:
    return _defined(
        store,
        "calendar_day_fact",
        ("subject", "known_from", "day", "working", "name", "decision"),
        lambda row: CalendarDayDecided(
            day=row["day"],
            working=bool(row["working"]),
            name=row["name"],
            decision=row["decision"],
            known_from_day=row["known_from"],
        ),
    )


_READERS: Mapping[str, Callable[[Store], dict[tuple[str, int], _Defined]]] = {
    "units": _units,
    "procedures": _procedures,
    "calendar-days": _calendar_days,
}


def _defined(
    store: Store, table: str, columns: Sequence[str], fact_of: Callable[[Mapping[str, Any]], Message]
) -> dict[tuple[str, int], _Defined]:
    """What stands defined: code and version → the fact. The first two columns are the key."""
    rows = live_definitions(store, table, (*columns, *_IDENTITY), columns[:2], EVER_MS)
    half = IDENTITY_BYTES
    return {
        (row[columns[0]], row[columns[1]]): _Defined(
            bytes.fromhex(row["high"].zfill(half) + row["low"].zfill(half)), fact_of(row)
        )
        for row in rows
    }
