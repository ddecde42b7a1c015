"""The two histories of ``make demo`` as facts, as agents have them who see nothing but their own source."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from cchc.api.log.v1.event_pb2 import Event
from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_DISTRICT, UnitDefined
from cchc.clock import SystemClock
from cchc.log.batch import decode, events, make_event
from cchc.log.memory import MemoryLog
from cchc.log.port import Prefix
from services.intake.importing import DossierImport
from services.intake.mapping_file import load_mapping
from services.intake.reading import open_table, read_rows
from services.intake.snapshot import Said
from services.simulator.plan import Plan
from services.simulator.province import simulate
from services.single.progress import progress

_SOURCE = "one-stop"


class _NothingKnown:
    """What an agent knows that sees only its file: every fact is new to it, and the fold counts a known one once."""

    def source_is_new(self, source_system: str) -> bool:  # noqa: ARG002 — of any source
        return True

    def of(self, subjects: Sequence[str], source_system: str) -> dict[str, list[Said]]:  # noqa: ARG002 — of any
        return {}

    def knows_unit(self, code: str) -> bool:  # noqa: ARG002 — of any unit
        return False

    def knows_procedure(self, code: str) -> bool:  # noqa: ARG002 — of any procedure
        return False

    def field_of(self, procedure_code: str, day: int) -> str:  # noqa: ARG002 — of any procedure
        return ""


def real_log() -> list[Event]:
    """The facts of the real one-stop log that comes with the project."""
    nothing, mapping, clock = _NothingKnown(), load_mapping("receipt"), SystemClock()
    sample = resources.files("services.intake") / "samples" / "receipt.csv.gz"
    with resources.as_file(sample) as file, MemoryLog(clock) as log:
        rows = read_rows(open_table(file, mapping), mapping, clock.now_ms())
        missing = mapping.register_missing
        importer = DossierImport(log, nothing, nothing, lambda: None, source_system=_SOURCE, register_missing=missing)
        importer.run(rows)
        return [_of_some_type(event) for record in log.records(Prefix()) for event in events(decode(record.payload))]


def _of_some_type(event: Event) -> Event:
    """A unit that the import defines by itself has no type, and a service takes none without: give it one.

    Districts, so that these units do not stand in one ranking with the communes of the province.
    """
    if not event.HasField("unit_defined"):
        return event
    unit = UnitDefined()
    unit.CopyFrom(event.unit_defined)
    unit.type = UNIT_TYPE_DISTRICT
    return make_event(
        unit,
        source_system=event.source_system,
        subject=event.subject,
        unit_code=event.unit_code,
        occurred_at_ms=event.occurred_at_ms,
    )


def province(plan: Plan) -> list[Event]:
    """The facts of a synthetic province, in order of arrival."""
    with progress("Mô phỏng") as step:
        made = simulate(plan, step)
    return [fact.event() for fact in made.facts]
