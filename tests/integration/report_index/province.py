"""A province written by hand: three communes and a department, dossier by dossier, in the third quarter of 2026."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_IN_PERSON,
    CHANNEL_ONLINE_FULL,
    DUE_BASIS_DAY,
    DUE_BASIS_UNSPECIFIED,
    Channel,
    DossierAccepted,
)
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import OUTCOME_APPROVED, DossierResolved
from cchc.api.reference.v1.reference_pb2 import (
    LIMIT_UNIT_WORKING_DAYS,
    ONLINE_LEVEL_FULL,
    ONLINE_LEVEL_NONE,
    UNIT_TYPE_COMMUNE,
    UNIT_TYPE_DEPARTMENT,
    UNIT_TYPE_PROVINCE,
    OnlineLevel,
    ProcedureDefined,
    UnitDefined,
    UnitType,
)
from cchc.calendar.vietnam_time import end_of_day_ms, epoch_day, start_of_day_ms
from cchc.clock import FixedClock
from cchc.log.batch import encode, make_event
from cchc.log.memory import MemoryLog
from cchc.store.port import Store
from services.aggregator.consume import Aggregator
from services.report.index_answer import IndexAnswers

SINCE = date(2025, 7, 1)
NOON_MS = 12 * 3_600_000
LATER_MS = start_of_day_ms(date(2026, 10, 20))
"""When everything is known."""

PAPER, PLAIN, CLOSED = "1.000001", "1.000002", "1.000003"
"""A procedure with a fee whose result is a paper; one without either; one that is not online."""


def noon(day: str) -> int:
    """12:00 of the day ``MM-DD`` of 2026 in Vietnam, milliseconds UTC."""
    return start_of_day_ms(date.fromisoformat(f"2026-{day}")) + NOON_MS


def said(subject: str, fact: Message, at_ms: int, unit: str = "X1", replaces: bytes = b"") -> Event:
    """A fact about a dossier or petition."""
    return make_event(
        fact, source_system="tay", subject=subject, unit_code=unit, occurred_at_ms=at_ms, replaces=replaces
    )


def unit(
    code: str, kind: UnitType.ValueType, *, parent: str = "T", peers: str = "", until: date | None = None
) -> Event:
    """A unit in force from ``SINCE``, until the day before ``until``."""
    defined = UnitDefined(
        unit_code=code,
        name=f"Đơn vị {code}",
        type=kind,
        parent_code=parent,
        peer_group=peers,
        valid_from_day=epoch_day(SINCE),
        valid_to_day=epoch_day(until) if until else 0,
        decision="1/QĐ",
    )
    return make_event(
        defined, source_system="danh-muc", subject=code, unit_code=code, occurred_at_ms=start_of_day_ms(SINCE)
    )


def procedure(
    code: str,
    *,
    online: OnlineLevel.ValueType,
    fee: bool = False,
    paper: bool = False,
    exempt: bool = False,
    level: UnitType.ValueType = UNIT_TYPE_COMMUNE,
    field: str = "HO-TICH",
    since: date = SINCE,
    until: date | None = None,
) -> Event:
    """A procedure with a limit of five working days, in force from ``since``, until the day before ``until``."""
    defined = ProcedureDefined(
        procedure_code=code,
        field_code=field,
        name=f"Thủ tục {code}",
        levels=[level],
        limit=5,
        limit_unit=LIMIT_UNIT_WORKING_DAYS,
        online_level=online,
        fee=fee,
        paper_result=paper,
        digitisation_exempt=exempt,
        valid_from_day=epoch_day(since),
        valid_to_day=epoch_day(until) if until else 0,
        decision="2/QĐ",
    )
    return make_event(
        defined, source_system="danh-muc", subject=code, unit_code="T", occurred_at_ms=start_of_day_ms(SINCE)
    )


def accepted(
    subject: str,
    received: str,
    due: str = "",
    *,
    unit: str = "X1",
    procedure: str = PLAIN,
    channel: Channel.ValueType = CHANNEL_IN_PERSON,
) -> Event:
    """Received at noon of one day, due by the end of another."""
    due_at_ms = end_of_day_ms(date.fromisoformat(f"2026-{due}")) if due else 0
    fact = DossierAccepted(
        procedure_code=procedure,
        field_code="HO-TICH",
        channel=channel,
        due_at_ms=due_at_ms,
        due_basis=DUE_BASIS_DAY if due else DUE_BASIS_UNSPECIFIED,
    )
    return said(subject, fact, noon(received), unit)


def resolved(subject: str, day: str, *, unit: str = "X1", electronic: bool | None = None) -> Event:
    """Resolved at noon of a day."""
    return said(subject, DossierResolved(outcome=OUTCOME_APPROVED, electronic_result=electronic), noon(day), unit)


def reference(communes: Sequence[str] = ("X1", "X2", "X3")) -> list[Event]:
    """The province, a department, the communes, and three procedures."""
    return [
        unit("T", UNIT_TYPE_PROVINCE, parent=""),
        unit("S1", UNIT_TYPE_DEPARTMENT, peers="so"),
        *(unit(code, UNIT_TYPE_COMMUNE, peers="xa") for code in communes),
        procedure(PAPER, online=ONLINE_LEVEL_FULL, fee=True, paper=True),
        procedure(PLAIN, online=ONLINE_LEVEL_FULL),
        procedure(CLOSED, online=ONLINE_LEVEL_NONE, exempt=True),
    ]


def simple_dossiers(unit: str, on_time: int, late: int = 0, online: int = 0) -> list[Event]:
    """So many dossiers of a unit, resolved on time or late; the first ``online`` of them came online."""
    events = []
    for number in range(on_time + late):
        subject = f"{unit}-{number:03d}"
        channel = CHANNEL_ONLINE_FULL if number < online else CHANNEL_IN_PERSON
        events.append(accepted(subject, "07-06", "07-10", unit=unit, channel=channel))
        events.append(resolved(subject, "07-10" if number < on_time else "07-13", unit=unit))
    return events


def fill(store: Store, events: Iterable[Event], *, known_ms: int = LATER_MS, batch: int = 100) -> None:
    """Record the events in their order, in batches, all at one time, and fold them."""
    listed = list(events)
    with MemoryLog(FixedClock(known_ms)) as log:
        log.append([encode(listed[start : start + batch]) for start in range(0, len(listed), batch)])
        Aggregator(log, store).catch_up()


def answers(store: Store) -> IndexAnswers:
    """What the store answers; nothing stands in quarantine."""
    return IndexAnswers(store, lambda _: 0)
