"""Typed rows: one dossier, unit, procedure or calendar day as its source says it, every cell read or reported.

A row is accepted whole or not at all, and a rejected row names every cell that keeps it out. None is unknown, never
zero or no. Facts that contradict each other (resolved before it was received) are not judged here: the fold flags them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from types import MappingProxyType

from cchc.api.intake.v1 import intake_pb2 as intake
from cchc.api.reference.v1 import reference_pb2 as reference
from cchc.calendar.vietnam_time import VIETNAM
from services.intake.cells.moments import Moment, read_day, read_due_moment, read_past_moment
from services.intake.cells.row_reading import RowReading
from services.intake.cells.values import (
    Cell,
    CellError,
    Unreadable,
    not_accepted,
    plain,
    read_boolean,
    read_choice,
    read_code,
    read_count,
    read_dossier_code,
    read_text,
)


class DossierOutcome(enum.StrEnum):
    """How a dossier ended (kết quả xử lý), in the words of the canonical file."""

    APPROVED = "approved"
    REFUSED = "refused"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    DECLINED = "declined"


CHANNELS: Mapping[str, intake.Channel.ValueType] = MappingProxyType(
    {
        "online_full": intake.CHANNEL_ONLINE_FULL,
        "online_partial": intake.CHANNEL_ONLINE_PARTIAL,
        "in_person": intake.CHANNEL_IN_PERSON,
        "postal": intake.CHANNEL_POSTAL,
    }
)
UNIT_TYPES: Mapping[str, reference.UnitType.ValueType] = MappingProxyType(
    {
        "province": reference.UNIT_TYPE_PROVINCE,
        "department": reference.UNIT_TYPE_DEPARTMENT,
        "district": reference.UNIT_TYPE_DISTRICT,
        "commune": reference.UNIT_TYPE_COMMUNE,
    }
)
LIMIT_UNITS: Mapping[str, reference.LimitUnit.ValueType] = MappingProxyType(
    {
        "working_days": reference.LIMIT_UNIT_WORKING_DAYS,
        "calendar_days": reference.LIMIT_UNIT_CALENDAR_DAYS,
        "working_hours": reference.LIMIT_UNIT_WORKING_HOURS,
        "same_day": reference.LIMIT_UNIT_SAME_DAY,
    }
)
ONLINE_LEVELS: Mapping[str, reference.OnlineLevel.ValueType] = MappingProxyType(
    {
        "none": reference.ONLINE_LEVEL_NONE,
        "partial": reference.ONLINE_LEVEL_PARTIAL,
        "full": reference.ONLINE_LEVEL_FULL,
    }
)
OUTCOMES: Mapping[str, DossierOutcome] = MappingProxyType({word.value: word for word in DossierOutcome})
MOST_SUPPLEMENT_REQUESTS = 100
MOST_LIMIT = 10_000
SINCE_EVER_DAY = 7_305
"""1990-01-01: a definition without ``valid_from`` has been so for as long as anything is reported."""


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A dossier (hồ sơ) as it stands in its source; None is unknown.

    ``due_is_instant``: the due time binds to the millisecond, or to its day; None leaves it to the procedure.
    ``resolved_at`` without ``outcome`` is a result that the source does not name.
    """

    dossier_code: str
    unit_code: str
    procedure_code: str | None = None
    field_code: str | None = None
    receiving_unit_code: str | None = None
    channel: intake.Channel.ValueType | None = None
    submitted_at: Moment | None = None
    received_at: Moment | None = None
    due_at: Moment | None = None
    due_is_instant: bool | None = None
    resolved_at: Moment | None = None
    outcome: DossierOutcome | None = None
    delivered_at: Moment | None = None
    fee_due: bool | None = None
    fee_paid_online: bool | None = None
    components_digitised: bool | None = None
    electronic_result: bool | None = None
    supplement_requests: int | None = None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit (đơn vị) from a day on.

    Days count from 1970-01-01; ``valid_to_day`` is the first on which it is no longer so, None while it is. (In the
    file ``valid_to`` is the last day on which it still is.)
    """

    unit_code: str
    name: str
    type: reference.UnitType.ValueType
    valid_from_day: int
    parent_code: str | None = None
    peer_group: str | None = None
    valid_to_day: int | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """A procedure (thủ tục hành chính) from a day on; days as in ``UnitRow``.

    ``limit`` is an amount of ``limit_unit``; both None = no limit known.
    """

    procedure_code: str
    name: str
    valid_from_day: int
    field_code: str | None = None
    levels: tuple[reference.UnitType.ValueType, ...] = ()
    limit: int | None = None
    limit_unit: reference.LimitUnit.ValueType | None = None
    online_level: reference.OnlineLevel.ValueType | None = None
    fee: bool | None = None
    paper_result: bool | None = None
    digitisation_exempt: bool | None = None
    after_15h_next_day: bool | None = None
    one_stop: bool | None = None
    internal_process: bool | None = None
    valid_to_day: int | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarDayRow:
    """A day that is, or is not, a working day (ngày làm việc), and the first day on which the decision was known."""

    day: int
    working: bool
    name: str | None
    decision: str | None
    known_from: int


Row = DossierRow | UnitRow | ProcedureRow | CalendarDayRow


def read_dossier_row(
    cells: Mapping[str, Cell], now_ms: int, *, zone: tzinfo = VIETNAM, due_is_instant: bool | None = None
) -> DossierRow | list[CellError]:
    """A dossier from canonical columns, or every reason why it is none.

    Needed: ``dossier_code`` and ``unit_code``; ``received_at``, unless ``submitted_at`` is there or it was declined,
    and with a result in any case; ``resolved_at`` where there is an ``outcome``.

    Args:
        cells: canonical column → cell; a column that is absent is blank.
        now_ms: milliseconds since 1970-01-01T00:00:00Z; nothing but a due time may be later than 5 minutes after it.
        zone: where times without an offset were written down.
        due_is_instant: what the source says of its due times.
    """
    reading = RowReading(cells)

    def past(cell: Cell) -> Moment | Unreadable | None:
        return read_past_moment(cell, now_ms=now_ms, zone=zone)

    row = DossierRow(
        dossier_code=reading.need("dossier_code", read_dossier_code, ""),
        unit_code=reading.need("unit_code", read_code, ""),
        procedure_code=reading.take("procedure_code", read_code),
        field_code=reading.take("field_code", read_code),
        receiving_unit_code=reading.take("receiving_unit_code", read_code),
        channel=reading.take("channel", _channel),
        submitted_at=reading.take("submitted_at", past),
        received_at=reading.take("received_at", past),
        due_at=reading.take("due_at", lambda cell: read_due_moment(cell, zone=zone)),
        due_is_instant=due_is_instant,
        resolved_at=reading.take("resolved_at", past),
        outcome=reading.take("outcome", _outcome),
        delivered_at=reading.take("delivered_at", past),
        fee_due=reading.take("fee_due", read_boolean),
        fee_paid_online=reading.take("fee_paid_online", read_boolean),
        components_digitised=reading.take("components_digitised", read_boolean),
        electronic_result=reading.take("electronic_result", read_boolean),
        supplement_requests=reading.take(
            "supplement_requests", lambda cell: read_count(cell, most=MOST_SUPPLEMENT_REQUESTS)
        ),
    )
    _check_dossier(row, reading)
    return reading.errors or row


def _check_dossier(row: DossierRow, reading: RowReading) -> None:
    unsaid = row.received_at is None and row.submitted_at is None and row.outcome is not DossierOutcome.DECLINED
    if unsaid and not any(map(reading.failed, ("received_at", "submitted_at", "outcome"))):
        reading.object(
            "received_at",
            "row.received_at_missing",
            "Cần ngày tiếp nhận, trừ khi có ngày nộp hoặc hồ sơ bị từ chối tiếp nhận (declined).",
            "Expected when it was received, unless it says when it was submitted or that it was declined.",
        )
    elif row.received_at is None and _has_result(row) and not any(map(reading.failed, ("received_at", "outcome"))):
        reading.object(
            "received_at",
            "row.received_at_missing",
            "Đã có kết quả giải quyết thì cần ngày tiếp nhận: hồ sơ chưa tiếp nhận không có trong biểu nào.",
            "A row with a result needs when the dossier was received: one that never was is in no form.",
        )
    if row.outcome is not None and row.resolved_at is None and not reading.failed("resolved_at"):
        reading.object(
            "resolved_at",
            "row.resolved_at_missing",
            "Có kết quả xử lý thì cần thời điểm có kết quả.",
            "A row with an outcome needs the time at which it came.",
        )


def _has_result(row: DossierRow) -> bool:
    """Whether it says that the dossier was resolved; what was withdrawn, say, need not have been received."""
    results = (DossierOutcome.APPROVED, DossierOutcome.REFUSED, None)
    return row.resolved_at is not None and row.outcome in results


def read_unit_row(cells: Mapping[str, Cell]) -> UnitRow | list[CellError]:
    """A unit from canonical columns, or every reason why it is none."""
    reading = RowReading(cells)
    row = UnitRow(
        unit_code=reading.need("unit_code", read_code, ""),
        name=reading.need("name", read_text, ""),
        type=reading.need("type", _unit_type, reference.UNIT_TYPE_UNSPECIFIED),
        valid_from_day=_first_day(reading),
        parent_code=reading.take("parent_code", read_code),
        peer_group=reading.take("peer_group", read_text),
        valid_to_day=_first_day_after(reading.take("valid_to", read_day)),
        decision=reading.take("decision", read_text),
    )
    _check_validity(row.valid_from_day, row.valid_to_day, reading)
    if row.parent_code is not None and row.parent_code == row.unit_code:
        reading.object(
            "parent_code", "row.own_parent", "Đơn vị không thể trực thuộc chính nó.", "A unit cannot be its own parent."
        )
    return reading.errors or row


def read_procedure_row(cells: Mapping[str, Cell]) -> ProcedureRow | list[CellError]:
    """A procedure from canonical columns, or every reason why it is none."""
    reading = RowReading(cells)
    row = ProcedureRow(
        procedure_code=reading.need("procedure_code", read_code, ""),
        name=reading.need("name", read_text, ""),
        valid_from_day=_first_day(reading),
        field_code=reading.take("field_code", read_code),
        levels=reading.take("levels", _levels) or (),
        limit=reading.take("limit", lambda cell: read_count(cell, most=MOST_LIMIT)),
        limit_unit=reading.take("limit_unit", _limit_unit),
        online_level=reading.take("online_level", _online_level),
        fee=reading.take("fee", read_boolean),
        paper_result=reading.take("paper_result", read_boolean),
        digitisation_exempt=reading.take("digitisation_exempt", read_boolean),
        after_15h_next_day=reading.take("after_15h_next_day", read_boolean),
        one_stop=reading.take("one_stop", read_boolean),
        internal_process=reading.take("internal_process", read_boolean),
        valid_to_day=_first_day_after(reading.take("valid_to", read_day)),
        decision=reading.take("decision", read_text),
    )
    _check_validity(row.valid_from_day, row.valid_to_day, reading)
    _check_limit(row, reading)
    return reading.errors or row


def _check_limit(row: ProcedureRow, reading: RowReading) -> None:
    if reading.failed("limit") or reading.failed("limit_unit"):
        return
    if row.limit is not None and row.limit_unit is None:
        reading.object(
            "limit_unit",
            "row.limit_unit_missing",
            f"Có thời hạn thì cần đơn vị tính: {', '.join(LIMIT_UNITS)}.",
            f"A limit needs its unit: {', '.join(LIMIT_UNITS)}.",
        )
    counted = row.limit_unit is not None and row.limit_unit != reference.LIMIT_UNIT_SAME_DAY
    if counted and not row.limit:
        reading.object(
            "limit",
            "row.limit_missing",
            "Cần số ngày hoặc giờ, từ 1 trở lên; thủ tục giải quyết trong ngày ghi same_day.",
            "Expected how many days or hours, from 1; for a procedure done on the same day write same_day.",
        )


def read_calendar_day_row(cells: Mapping[str, Cell]) -> CalendarDayRow | list[CellError]:
    """A decided day from ``day, working, name, decision, known_from``, or every reason why it is none."""
    reading = RowReading(cells)
    row = CalendarDayRow(
        day=reading.need("day", read_day, 0),
        working=reading.need("working", read_boolean, absent=False),
        name=reading.take("name", read_text),
        decision=reading.take("decision", read_text),
        known_from=reading.need("known_from", read_day, 0),
    )
    return reading.errors or row


def _first_day(reading: RowReading) -> int:
    """The first day of a definition; the number of 01/01/1970 is 0, and not blank."""
    day = reading.take("valid_from", read_day)
    return SINCE_EVER_DAY if day is None else day


def _first_day_after(last_day: int | None) -> int | None:
    return None if last_day is None else last_day + 1


def _check_validity(valid_from: int, valid_to: int | None, reading: RowReading) -> None:
    if valid_to == 0:
        # A fact says with 0 that something has no end.
        reading.object(
            "valid_to",
            "row.valid_to_not_kept",
            "Không ghi được ngày cuối 31/12/1969: ghi 30/12/1969 hoặc 01/01/1970.",
            "31/12/1969 cannot be kept as a last day: write 30/12/1969 or 01/01/1970.",
        )
    elif valid_to is not None and valid_to <= valid_from and not reading.failed("valid_from"):
        reading.object(
            "valid_to",
            "row.valid_to_before_from",
            "Ngày cuối còn hiệu lực không được trước ngày có hiệu lực.",
            "The last day on which it is valid may not come before the first.",
        )


def _channel(cell: Cell) -> intake.Channel.ValueType | Unreadable | None:
    return read_choice(cell, CHANNELS)


def _outcome(cell: Cell) -> DossierOutcome | Unreadable | None:
    return read_choice(cell, OUTCOMES)


def _unit_type(cell: Cell) -> reference.UnitType.ValueType | Unreadable | None:
    return read_choice(cell, UNIT_TYPES)


def _limit_unit(cell: Cell) -> reference.LimitUnit.ValueType | Unreadable | None:
    return read_choice(cell, LIMIT_UNITS)


def _online_level(cell: Cell) -> reference.OnlineLevel.ValueType | Unreadable | None:
    return read_choice(cell, ONLINE_LEVELS)


def _levels(cell: Cell) -> tuple[reference.UnitType.ValueType, ...] | Unreadable | None:
    levels: list[reference.UnitType.ValueType] = []
    for word in plain(cell).split(";"):
        level = read_choice(word, UNIT_TYPES)
        if isinstance(level, Unreadable):
            return not_accepted(word, UNIT_TYPES)
        if level is not None and level not in levels:
            levels.append(level)
    return tuple(levels)
