"""Importing facts of registers: each taken once, and corrected when what a file says of it changed.

1. Read and check the rows.       Bad ones are set aside with every reason.
2. Ask what stands in the slots.  Crash up to here: nothing has happened.
3. Append what is new, all or none of a batch. Crash after this: the next import finds it and adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from google.protobuf.message import Message

from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_ADMINISTRATOR, Event
from cchc.log.batch import encode, make_event
from cchc.log.port import Log
from cchc.log.times import EVER_MS
from cchc.register.live import SaidFact, live_facts
from cchc.store.port import Store
from services.intake.cells.values import CellError, Unreadable, cell_error
from services.intake.files.rejects import RejectedLines
from services.intake.importing import BATCH_EVENTS
from services.intake.outcome import Outcome
from services.intake.reading import ReadRow
from services.intake.rows.register import RegisterRow
from services.intake.rows.register_facts import RegisterFact, Slot, completed, slot_of

_OF_PROCEDURES = "procedure_"
_UNKNOWN_UNIT = Unreadable(
    "row.unknown_unit",
    "Mã đơn vị chưa có trong danh mục; nhập danh mục đơn vị trước (cchc import units).",
    "This unit is not defined: import the units first (cchc import units).",
)
_UNKNOWN_PROCEDURE = Unreadable(
    "row.unknown_procedure",
    "Mã thủ tục chưa có trong danh mục; nhập danh mục thủ tục trước (cchc import procedures).",
    "This procedure is not defined: import the procedures first (cchc import procedures).",
)


class Codes(Protocol):
    """Which units and procedures are defined."""

    def knows_unit(self, code: str) -> bool:
        """Whether a unit has this code."""
        ...

    def knows_procedure(self, code: str) -> bool:
        """Whether a procedure has this code."""
        ...


class RegisterImport:
    """Takes rows of a register file into the log: what is new, and corrections of what changed.

    Args:
        log: where facts go.
        store: what is known already; the caller lets it catch up first.
        codes: the units and procedures that are defined.
        source_system: who says it.
        now_ms: what a row does not date is said to have happened now; milliseconds since 1970-01-01T00:00:00Z.
        dry_run: append nothing.
        rejects: takes the lines that are rejected.
        column_of: the file's own name of a canonical column, for the reasons.
    """

    def __init__(
        self,
        log: Log,
        store: Store,
        codes: Codes,
        *,
        source_system: str,
        now_ms: int,
        dry_run: bool = False,
        rejects: RejectedLines | None = None,
        column_of: Callable[[str], str] = str,
    ) -> None:
        self._log = log
        self._store = store
        self._codes = codes
        self._source = source_system
        self._now_ms = now_ms
        self._outcome = Outcome(dry_run=dry_run)
        self._rejects = rejects
        self._column_of = column_of
        self._wanted: dict[Slot, RegisterFact] = {}
        self._slots_of_rows: list[frozenset[Slot]] = []

    def run(self, kind: str, rows: Iterable[ReadRow]) -> Outcome:
        """Import every row of a register file (a key of ``register_rows.READERS``)."""
        for read in rows:
            self._outcome.rows += len(read.lines)
            facts = read.row.facts if isinstance(read.row, RegisterRow) else ()
            errors = read.errors or tuple(error for it in facts for error in self._unknown(it))
            if errors:
                self._outcome.reject(read.lines, tuple(dict.fromkeys(errors)), self._rejects)
            else:
                self._slots_of_rows.append(frozenset(map(self._want, facts)))
        new = dict(self._new())
        self._outcome.facts = len(new)
        self._outcome.unchanged = sum(slots.isdisjoint(new) for slots in self._slots_of_rows)
        if new and not self._outcome.dry_run:
            events = list(new.values())
            batches = [events[start : start + BATCH_EVENTS] for start in range(0, len(events), BATCH_EVENTS)]
            self._log.append([encode(batch) for batch in batches], key=kind)
        return self._outcome

    def _want(self, it: RegisterFact) -> Slot:
        """Of several rows of one slot the last counts; what it leaves blank stays as those before it say."""
        slot = it.slot(self._now_ms)
        before = self._wanted.get(slot)
        if before is not None:
            at_ms = before.occurred_at_ms if it.occurred_at_ms is None else it.occurred_at_ms
            it = RegisterFact(it.subject, it.unit_code, completed(it, before.fact), at_ms, it.said | before.said)
        self._wanted[slot] = it
        return slot

    def _new(self) -> Iterator[tuple[Slot, Event]]:
        known = self._known()
        for slot, it in self._wanted.items():
            before = known.get(slot)
            event = self._event(it, it.fact if before is None else completed(it, before.fact), before)
            if event is not None:
                yield slot, event

    def _known(self) -> dict[Slot, SaidFact]:
        """What stands in each slot: the last live fact."""
        known: dict[Slot, SaidFact] = {}
        names = {slot[0] for slot in self._wanted}
        for one in live_facts(self._store, names, EVER_MS) if names else ():
            slot = slot_of(one.name, one.subject, one.unit, one.occurred_at_ms, one.fact)
            if slot not in known or known[slot].precedence < one.precedence:
                known[slot] = one
        return known

    def _event(self, it: RegisterFact, fact: Message, before: SaidFact | None) -> Event | None:
        at_ms = it.since_ms(self._now_ms)
        if before is not None:
            if it.occurred_at_ms is None:
                at_ms = before.occurred_at_ms
            if (before.fact, before.unit, before.occurred_at_ms) == (fact, it.unit_code, at_ms):
                return None
            self._outcome.corrections += 1
        return make_event(
            fact,
            source_system=self._source,
            subject=it.subject,
            unit_code=it.unit_code,
            occurred_at_ms=at_ms,
            actor_role=ACTOR_ROLE_ADMINISTRATOR,
            replaces=before.event_id if before else b"",
            replaces_reason="redefined" if before else "",
        )

    def _unknown(self, it: RegisterFact) -> Iterator[CellError]:
        """Codes of units and procedures that nobody defined."""
        named = [("unit_code", it.unit_code)]
        fields = (field.name for field in it.fact.DESCRIPTOR.fields if field.name.endswith("unit_code"))
        named += [(name, getattr(it.fact, name)) for name in fields]
        for column, code in named:
            if code and not self._codes.knows_unit(code):
                yield cell_error(self._column_of(column), code, _UNKNOWN_UNIT)
        is_of_procedure = it.name.startswith(_OF_PROCEDURES) and it.name != "procedure_publications_counted"
        if is_of_procedure and not self._codes.knows_procedure(it.subject):
            yield cell_error(self._column_of("procedure_code"), it.subject, _UNKNOWN_PROCEDURE)
