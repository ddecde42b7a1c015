"""Dossier figures that Vietnamese offices printed, as data, and the smallest set of dossiers that gives them.

``CASES`` are balances; ``STATEMENTS`` are printed sums and percentages that stand alone. What was not printed is
derived and named in ``derived``. Figures are as published: a statement that does not add up stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl
from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_IN_PERSON,
    CHANNEL_ONLINE_FULL,
    DossierAccepted,
    DossierDeclined,
    DossierSubmitted,
    DossierWithdrawn,
)
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.processing.v1.processing_pb2 import OUTCOME_APPROVED, DossierResolved, DossierReturned, DossierStopped
from cchc.log.batch import make_event
from tests.reference.dossier_fold import VIETNAM


@dataclass(frozen=True, slots=True)
class Figures:
    """A balance of form II.06a. Received + carried over must equal resolved + pending + outside."""

    received_online: int = 0
    received_direct: int = 0
    carried_over: int = 0
    resolved_early: int = 0
    resolved_on_time: int = 0
    resolved_late: int = 0
    resolved_no_due: int = 0
    pending_in_time: int = 0
    pending_overdue: int = 0
    pending_no_due: int = 0
    returned: int = 0
    withdrawn: int = 0
    stopped: int = 0
    declined: int = 0

    @property
    def received_total(self) -> int:
        """Everything that the unit had to handle in the period."""
        return self.received_online + self.received_direct + self.carried_over

    @property
    def resolved_total(self) -> int:
        """Everything that got its result in the period."""
        return self.resolved_early + self.resolved_on_time + self.resolved_late + self.resolved_no_due

    @property
    def pending_total(self) -> int:
        """Everything that is open at the end of the period."""
        return self.pending_in_time + self.pending_overdue + self.pending_no_due


@dataclass(frozen=True, slots=True)
class Case:
    """A published balance (số liệu đã công bố).

    Args:
        name: stable, for test ids.
        office: whose figures.
        first: first day of the window.
        last: last day of the window, inclusive.
        figures: as published, completed by what follows from it.
        derived: columns that were not printed: they follow from the others, or are one choice among several.
        on_time: printed or implied rates by definition.
        window: ``nd09``, ``calendar`` or ``free`` (neither: to be flagged).
    """

    name: str
    office: str
    first: date
    last: date
    figures: Figures
    derived: tuple[str, ...]
    on_time: dict[str, str]
    window: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A printed whole and its printed parts, or a printed percentage of two printed numbers.

    Args:
        name: stable, for test ids.
        office: whose figures.
        whole: the printed total, or the denominator.
        parts: what the total is said to be made of; for a percentage the numerator alone.
        printed_percent: as printed, or ``None`` for a sum.
        adds_up: whether the printed figures agree with one another.
        off_by: parts − whole for a sum; the right percentage, two decimals, for a percentage.
    """

    name: str
    office: str
    whole: int
    parts: tuple[int, ...]
    printed_percent: str | None
    adds_up: bool
    off_by: str


CASES = (
    Case(
        "my_phong_9_months_2022",
        "Xã Mỹ Phong, 9 tháng năm 2022",
        date(2022, 1, 1),
        date(2022, 9, 30),
        Figures(received_online=34, received_direct=855, resolved_early=868, resolved_on_time=2, pending_in_time=19),
        ("carried_over", "pending_in_time", "pending_overdue"),
        {"D1": "100.00", "D2": "97.86"},
        "calendar",
    ),
    Case(
        "binh_duong_communes_2021",
        "Cấp xã tỉnh Bình Dương, năm 2021",
        date(2021, 1, 1),
        date(2021, 12, 31),
        Figures(received_direct=904_497, resolved_on_time=904_225, resolved_late=73, pending_in_time=199),
        ("received_online", "received_direct", "carried_over", "resolved_early", "pending_in_time", "pending_overdue"),
        {"D1": "99.99"},
        "calendar",
    ),
    Case(
        "vinh_phuc_2021_08",
        "Cấp huyện và cấp xã tỉnh Vĩnh Phúc, 21/7–20/8/2021",
        date(2021, 7, 21),
        date(2021, 8, 20),
        Figures(received_direct=19_630, carried_over=330, resolved_on_time=19_255, pending_overdue=689, returned=16),
        ("received_online", "received_direct", "carried_over", "resolved_early", "pending_in_time"),
        {"D5": "96.55"},
        "free",
    ),
    Case(
        "quang_nam_centre_2018",
        "Trung tâm Hành chính công tỉnh Quảng Nam, 27/4–03/5/2018",
        date(2018, 4, 27),
        date(2018, 5, 3),
        Figures(
            received_online=8 + 1 + 17 + 18 + 2,
            received_direct=1073 - 46,
            resolved_on_time=1006,
            resolved_late=8,
            pending_in_time=59,
        ),
        ("carried_over", "resolved_early", "resolved_late", "pending_in_time", "pending_overdue"),
        {"D1": "99.21"},
        "free",
    ),
    Case(
        "phu_giao_2025_q3",
        "Xã Phú Giáo, 01/7–30/9/2025",
        date(2025, 7, 1),
        date(2025, 9, 30),
        Figures(received_direct=13_188, resolved_on_time=12_868, resolved_late=102, pending_in_time=218),
        ("received_online", "received_direct", "carried_over", "resolved_early", "pending_in_time", "pending_overdue"),
        {"D1": "99.21"},
        "calendar",
    ),
    Case(
        "phu_giao_own_authority_2025_q3",
        "Xã Phú Giáo, thuộc thẩm quyền, 01/7–30/9/2025",
        date(2025, 7, 1),
        date(2025, 9, 30),
        Figures(received_direct=2760, resolved_on_time=2602, resolved_late=158),
        ("received_online", "received_direct", "carried_over", "resolved_early", "resolved_late"),
        {"D1": "94.28"},
        "calendar",
    ),
    Case(
        "lam_dong_districts_2019_10",
        "Cấp huyện tỉnh Lâm Đồng, tháng 10/2019",
        date(2019, 10, 1),
        date(2019, 10, 31),
        Figures(received_direct=17_655, resolved_early=13_767, resolved_on_time=3254, resolved_late=634),
        ("received_online", "received_direct", "carried_over"),
        {"D1": "96.41"},
        "calendar",
    ),
)
"""Balances, completed so that each holds; the Lâm Đồng case is made of its parts: their sum is not the printed one."""

STATEMENTS = (
    Statement(
        "my_phong_incoming_documents", "Xã Mỹ Phong, văn bản đến 10/6–10/9/2022", 1050, (1050,), "100", True, "100.00"
    ),
    Statement(
        "my_phong_outgoing_documents", "Xã Mỹ Phong, văn bản đi 10/6–10/9/2022", 393, (393,), "100", True, "100.00"
    ),
    Statement("vinh_phuc_due", "Vĩnh Phúc, hồ sơ đến hạn", 19_944, (19_255, 689), None, True, "0"),
    Statement("vinh_phuc_on_time", "Vĩnh Phúc, đúng hạn", 19_944, (19_255,), "96.55", True, "96.55"),
    Statement("vinh_phuc_overdue", "Vĩnh Phúc, quá hạn", 19_944, (689,), "3.45", True, "3.45"),
    Statement("vinh_phuc_returned", "Vĩnh Phúc, trả lại", 19_944, (16,), "0.08", True, "0.08"),
    Statement("quang_nam_online", "Quảng Nam, trực tuyến", 46, (8, 1, 17, 18, 2), None, True, "0"),
    Statement("phu_giao_own_authority", "Phú Giáo, thuộc thẩm quyền, đúng hạn", 2760, (2602,), "96.2", False, "94.28"),
    Statement("lam_dong_resolved", "Lâm Đồng, đã giải quyết 10/2019", 17_651, (13_767, 3254, 634), None, False, "4"),
    Statement("br_vt_publication", "BR-VT, công bố TTHC 2015–2020", 7518, (3595, 977, 2926), None, False, "-20"),
)
"""Sums and percentages as printed."""


@dataclass(frozen=True, slots=True)
class _Group:
    """So many dossiers that are alike but for their code."""

    count: int
    channel: str | None
    received: datetime | None
    due: datetime | None
    end: datetime | None
    outcome: str | None
    submitted: datetime | None = None


def dossiers_for(
    figures: Figures,
    *,
    first: date,
    last: date,
    unit: str = "H01.1",
    field: str = "LV01",
    procedure: str = "1.000001",
    prefix: str = "DS",
) -> list[Event]:
    """The fewest facts whose form for the window [first, last], judged at its end or later, is ``figures``.

    Every due time is on a day of the window, but for what is pending in time, returned, withdrawn or stopped: due after
    it. No basis is said, so the procedure must not be limited in working hours; and for what has no due time, it must
    have no limit.

    Raises:
        ValueError: when the figures do not balance, or the window is a single day (early and late would need another).
    """
    groups = _groups(figures, first, last)
    alike = (group for group in groups for _ in range(group.count))
    return [
        make_event(
            fact,
            source_system="published",
            subject=f"{prefix}-{number:07d}",
            unit_code=unit,
            occurred_at_ms=_ms(at),
        )
        for number, group in enumerate(alike)
        for fact, at in _facts(group, field, procedure)
    ]


def canonical_dossiers(
    figures: Figures,
    *,
    first: date,
    last: date,
    unit: str = "H01.1",
    field: str = "LV01",
    procedure: str = "1.000001",
    prefix: str = "DS",
) -> pl.DataFrame:
    """The same dossiers as rows of the canonical dossier file, by columns: a million in seconds.

    Errors as ``dossiers_for``.
    """
    frames = [_frame(group) for group in _groups(figures, first, last)]
    rows = pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys(_GROUP_COLUMNS, pl.String))
    return rows.with_row_index("number").select(
        dossier_code=pl.lit(f"{prefix}-") + pl.col("number").cast(pl.String).str.zfill(7),
        procedure_code=pl.lit(procedure),
        field_code=pl.lit(field),
        unit_code=pl.lit(unit),
        receiving_unit_code=pl.lit(None, pl.String),
        channel=pl.col("channel"),
        submitted_at=pl.col("submitted_at"),
        received_at=pl.col("received_at"),
        due_at=pl.col("due_at"),
        resolved_at=pl.col("resolved_at"),
        outcome=pl.col("outcome"),
        **{name: pl.lit(None, pl.String) for name in _UNSAID},
    )


def write_canonical_csv(figures: Figures, path: Path, *, first: date, last: date, unit: str = "H01.1") -> int:
    """Write ``canonical_dossiers`` as CSV; how many rows it wrote. Errors as ``dossiers_for``."""
    rows = canonical_dossiers(figures, first=first, last=last, unit=unit)
    rows.write_csv(path)
    return rows.height


_UNSAID = (
    "delivered_at",
    "fee_due",
    "fee_paid_online",
    "components_digitised",
    "electronic_result",
    "supplement_requests",
)
_GROUP_COLUMNS = ("channel", "submitted_at", "received_at", "due_at", "resolved_at", "outcome")


def _frame(group: _Group) -> pl.DataFrame:
    times = (group.submitted, group.received, group.due, group.end)
    submitted, received, due, end = (None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S") for at in times)
    values = (group.channel, submitted, received, due, end, group.outcome)
    constants = [
        pl.repeat(value, group.count, dtype=pl.String).alias(name)
        for name, value in zip(_GROUP_COLUMNS, values, strict=True)
    ]
    return pl.select(constants)


def _facts(group: _Group, field: str, procedure: str) -> Iterator[tuple[Message, datetime]]:
    channel = CHANNEL_ONLINE_FULL if group.channel == "online_full" else CHANNEL_IN_PERSON
    if group.submitted:
        yield DossierSubmitted(procedure_code=procedure, field_code=field, channel=channel), group.submitted
    if group.received:
        due = _ms(group.due) if group.due else 0
        accepted = DossierAccepted(procedure_code=procedure, field_code=field, channel=channel, due_at_ms=due)
        yield accepted, group.received
    if group.end and group.outcome:
        yield _end(group.outcome), group.end


def _end(outcome: str) -> Message:
    match outcome:
        case "approved":
            return DossierResolved(outcome=OUTCOME_APPROVED)
        case "returned":
            return DossierReturned()
        case "withdrawn":
            return DossierWithdrawn()
        case "stopped":
            return DossierStopped()
        case "declined":
            return DossierDeclined()
    raise ValueError(f"no such outcome: {outcome}")


def _groups(figures: Figures, first: date, last: date) -> list[_Group]:
    """Origins and fates laid side by side: the first so many of one meet the first so many of the other."""
    if first >= last:
        raise ValueError(f"a window needs two days, not {first} to {last}")
    fates = _fates(figures, last)
    if figures.received_total != sum(count for count, *_ in fates):
        raise ValueError(f"received {figures.received_total} is not resolved + pending + outside: {figures}")
    origins = (
        (figures.carried_over, "in_person", _at(first - timedelta(days=1), 9)),
        (figures.received_direct, "in_person", _at(first, 9)),
        (figures.received_online, "online_full", _at(first, 10)),
    )
    groups = [
        _Group(count, origin[1], origin[2], fate[1], fate[2], fate[3]) for count, origin, fate in _pairs(origins, fates)
    ]
    if figures.declined:
        filed, declined = _at(first, 8), _at(last, 16)
        groups.append(_Group(figures.declined, "in_person", None, None, declined, "declined", submitted=filed))
    return groups


_Origin = tuple[int, str, datetime]
_Fate = tuple[int, datetime | None, datetime | None, str | None]


def _pairs(origins: Sequence[_Origin], fates: Sequence[_Fate]) -> Iterator[tuple[int, _Origin, _Fate]]:
    """(how many, origin, fate), in order; both sides count the same in sum."""
    waiting = [fate[0] for fate in fates]
    for origin in origins:
        left = origin[0]
        for place, fate in enumerate(fates):
            taken = min(left, waiting[place])
            if taken:
                yield taken, origin, fate
            left -= taken
            waiting[place] -= taken


def _fates(figures: Figures, last: date) -> list[_Fate]:
    """How many, due, end, outcome."""
    before, after = last - timedelta(days=1), last + timedelta(days=5)
    end = _at(last, 16)
    return [
        (figures.resolved_late, _at(before, 17), end, "approved"),
        (figures.resolved_early, _at(last, 17), _at(before, 16), "approved"),
        (figures.resolved_on_time, _at(last, 11), end, "approved"),
        (figures.resolved_no_due, None, end, "approved"),
        (figures.pending_overdue, _at(last, 17), None, None),
        (figures.pending_in_time, _at(after, 17), None, None),
        (figures.pending_no_due, None, None, None),
        (figures.returned, _at(after, 17), end, "returned"),
        (figures.withdrawn, _at(after, 17), end, "withdrawn"),
        (figures.stopped, _at(after, 17), end, "stopped"),
    ]


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=VIETNAM)


def _ms(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
