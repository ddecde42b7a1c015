"""Small adversarial sets of facts for hypothesis: few subjects, few instants, everything that can clash does.

Pools are tiny so that ties, boundaries and contradictions are common rather than lucky. Every fact is recorded when it
occurred or later, as a log does.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from google.protobuf.message import Message
from hypothesis import strategies as st

from cchc.api.intake.v1.intake_pb2 import (
    Channel,
    DossierAccepted,
    DossierDeclined,
    DossierSubmitted,
    DossierWithdrawn,
    DueBasis,
    FeedbackGiven,
    FinancialObligationArose,
    PaymentMade,
)
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.api.processing.v1.processing_pb2 import (
    DeliveryMode,
    DigitisationRecorded,
    DossierReappointed,
    DossierResolved,
    DossierReturned,
    DossierStopped,
    DossierTransferred,
    Outcome,
    ProcessingResumed,
    ProcessingSuspended,
    ResultDelivered,
    StepRecorded,
    SupplementProvided,
    SupplementRequested,
)
from cchc.api.reference.v1.reference_pb2 import LimitUnit, ProcedureDefined
from cchc.log.batch import make_event
from tests.reference.dossier_fold import Known, start_of_day

T = TypeVar("T")

SECOND = 1_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR

SUBJECTS = ("H01.1-260101-0001", "H01.1-260101-0002", "H01.2-251215-0001", "Hồ sơ 4")
UNITS = ("H01.1", "H01.2", "H01.3")
FIELDS = ("LV01", "LV02", "")
PROCEDURES = ("1.000001", "1.000002", "1.000003", "9.999999", "")
"""Limited in working days then hours; in working hours; without a limit; unknown; not said."""

CUT_OFFS = (
    date(2025, 12, 15),
    date(2026, 1, 1),
    date(2026, 3, 15),
    date(2026, 4, 1),
    date(2026, 6, 15),
)
"""First days of statutory (15th) and calendar quarters."""

OFFSETS = (-DAY, -HOUR, -1, 0, 1, HOUR, 9 * HOUR, DAY - 1, DAY, 2 * DAY, 3 * DAY)
"""Milliseconds around the midnight (17:00Z of the day before) that opens a cut-off day."""

DELAYS = (0, 0, 1, HOUR, DAY, 20 * DAY)
"""How long after it occurred a fact is recorded, in milliseconds."""

PERIODS = tuple(
    (first, last + timedelta(days=-1))
    for first in CUT_OFFS
    for last in (*CUT_OFFS, date(2026, 7, 1), first + timedelta(days=1))
    if first < last
)
"""(first, last), both inclusive: every stretch between two cut-offs, and the single days that open them."""

DEFINITIONS = (
    ProcedureDefined(
        procedure_code="1.000001",
        field_code="LV01",
        limit=3,
        limit_unit=LimitUnit.LIMIT_UNIT_WORKING_DAYS,
        valid_from_day=(date(2020, 1, 1) - date(1970, 1, 1)).days,
        valid_to_day=(date(2026, 1, 1) - date(1970, 1, 1)).days,
    ),
    ProcedureDefined(
        procedure_code="1.000001",
        field_code="LV01",
        limit=16,
        limit_unit=LimitUnit.LIMIT_UNIT_WORKING_HOURS,
        after_15h_next_day=True,
        valid_from_day=(date(2026, 1, 1) - date(1970, 1, 1)).days,
    ),
    ProcedureDefined(
        procedure_code="1.000002",
        field_code="LV02",
        limit=4,
        limit_unit=LimitUnit.LIMIT_UNIT_WORKING_HOURS,
        valid_from_day=(date(2020, 1, 1) - date(1970, 1, 1)).days,
        valid_to_day=(date(2026, 3, 15) - date(1970, 1, 1)).days,
    ),
    ProcedureDefined(
        procedure_code="1.000002",
        field_code="LV02",
        limit=10,
        limit_unit=LimitUnit.LIMIT_UNIT_CALENDAR_DAYS,
        valid_from_day=(date(2026, 3, 15) - date(1970, 1, 1)).days,
    ),
    ProcedureDefined(
        procedure_code="1.000003",
        field_code="LV02",
        valid_from_day=(date(2020, 1, 1) - date(1970, 1, 1)).days,
    ),
)
"""What ``PROCEDURES`` are: two change their limit at a cut-off, one never had any."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a form is asked for."""

    first: date
    last: date
    as_of_ms: int
    units: frozenset[str] | None


INSTANTS = tuple(start_of_day(day) + offset for offset in sorted(OFFSETS, key=abs) for day in CUT_OFFS)
"""Every instant that facts happen at or are due at, the cut-offs themselves first."""


@functools.cache
def instants() -> st.SearchStrategy[int]:
    """Instants on and around the cut-offs, in milliseconds UTC; ties are likely."""
    return st.sampled_from(INSTANTS)


@functools.cache
def dues() -> st.SearchStrategy[int]:
    """Due times: not said (0) about once in three, else around the cut-offs."""
    return st.sampled_from((*(0 for _ in range(len(INSTANTS) // 2)), *INSTANTS))


@functools.cache
def questions() -> st.SearchStrategy[Question]:
    """Windows between cut-offs; known up to an instant around them, or to long after; all units or some."""
    late = st.just(start_of_day(date(2027, 1, 1)))
    some = st.frozensets(st.sampled_from((*UNITS, "")), max_size=3)
    return st.builds(
        lambda period, as_of_ms, units: Question(period[0], period[1], as_of_ms, units),
        st.sampled_from(PERIODS),
        st.one_of(late, instants(), instants().map(lambda at: at + 20 * DAY)),
        st.one_of(st.none(), some),
    )


@functools.cache
def facts() -> st.SearchStrategy[Message]:
    """Any fact of a dossier; acceptances and ends more often than the rest."""
    often, seldom = (_accepted(), _ends()), (_appointments(), _others())
    return st.sampled_from((*often, *often, *often, *seldom, *seldom)).flatmap(lambda kind: kind)


@st.composite
def dossier_facts(draw: st.DrawFn, *, max_events: int = 14) -> list[Known]:
    """A set of facts of one to four dossiers as a log has recorded it, in no particular order.

    Holds corrections and retractions (of facts, of corrections, of retractions, of facts of other subjects, of
    nothing), ties, and facts that were recorded more than once.
    """
    subjects = draw(st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=4, unique=True))
    events: list[Event] = []
    for _ in range(draw(st.integers(1, max_events))):
        events.append(draw(_event(subjects, events)))
    recordings = [Known(event, event.occurred_at_ms + draw(_DELAYS)) for event in events]
    again = draw(st.lists(st.sampled_from(events), max_size=4))
    recordings += [Known(event, event.occurred_at_ms + draw(_DELAYS)) for event in again]
    return recordings


@st.composite
def lifelike_dossiers(draw: st.DrawFn, *, max_dossiers: int = 12) -> list[Known]:
    """Dossiers that are received, mostly appointed and mostly ended, in that order: fills every column of the form."""
    recordings: list[Known] = []
    for number in range(draw(st.integers(1, max_dossiers))):
        received = draw(instants())
        accepted = draw(_accepted())
        chain: list[tuple[Message, int]] = [(accepted, received)]
        if draw(st.booleans()):
            chain.append((draw(_appointments()), received + draw(st.sampled_from((0, HOUR, DAY, 5 * DAY)))))
        if draw(st.integers(0, 3)):
            end = draw(_ends())
            due = accepted.due_at_ms or received + DAY
            chain.append((end, due + draw(st.sampled_from((-DAY, -1, 0, 1, HOUR, DAY)))))
        unit = draw(st.sampled_from(UNITS))
        for fact, at in chain:
            event = make_event(
                fact, source_system="simulated", subject=f"DS-{number}", unit_code=unit, occurred_at_ms=at
            )
            recordings.append(Known(event, at + draw(_DELAYS)))
    return recordings


def permuted_and_cut(items: Sequence[T]) -> st.SearchStrategy[list[list[T]]]:
    """The same items in another order, some of them repeated, cut into batches: every item is in at least one batch."""

    @st.composite
    def batches(draw: st.DrawFn) -> list[list[T]]:
        repeated = draw(st.lists(st.sampled_from(items), max_size=len(items))) if items else []
        shuffled = draw(st.permutations([*items, *repeated]))
        inner = st.integers(1, max(len(shuffled) - 1, 1))
        edges = sorted({0, len(shuffled), *draw(st.sets(inner, max_size=len(shuffled)))})
        return [shuffled[start:end] for start, end in itertools.pairwise(edges) if shuffled[start:end]]

    return batches()


_ONE_IN_FOUR = st.sampled_from((False, False, False, True))
_ONE_IN_TWO = st.booleans()
_ENVELOPES = st.sampled_from(tuple(itertools.product(UNITS, ("", "1"))))
_DELAYS = st.sampled_from(DELAYS)


@st.composite
def _event(draw: st.DrawFn, subjects: Sequence[str], earlier: Sequence[Event]) -> Event:
    replaces = b""
    subject = draw(st.sampled_from(subjects))
    replacing = draw(_ONE_IN_FOUR)
    if earlier and replacing:
        target = draw(st.sampled_from(earlier))
        replaces = draw(st.sampled_from((target.event_id,) * 7 + (b"no such identity",)))
        # Mostly of its own dossier; of another one it must change nothing.
        subject = draw(st.sampled_from((target.subject, target.subject, target.subject, subject)))
    retracted = replaces != b"" and draw(_ONE_IN_TWO)
    unit, source_event_id = draw(_ENVELOPES)
    return make_event(
        Retraction() if retracted else draw(facts()),
        source_system="one-stop",
        source_event_id=source_event_id,
        subject=subject,
        unit_code=unit,
        occurred_at_ms=draw(instants()),
        replaces=replaces,
        replaces_reason="nhập sai" if replaces else "",
    )


@functools.cache
def _accepted() -> st.SearchStrategy[DossierAccepted]:
    said = tuple(itertools.product(PROCEDURES, FIELDS, Channel.values(), ("", *UNITS)))
    return st.tuples(st.sampled_from(said), dues(), _bases()).map(
        lambda drawn: DossierAccepted(
            procedure_code=drawn[0][0],
            field_code=drawn[0][1],
            channel=drawn[0][2],
            receiving_unit_code=drawn[0][3],
            due_at_ms=drawn[1],
            due_basis=drawn[2],
        )
    )


@functools.cache
def _bases() -> st.SearchStrategy[DueBasis.ValueType]:
    return st.sampled_from(DueBasis.values())


@functools.cache
def _ends() -> st.SearchStrategy[Message]:
    """Results as often as the three ends without one."""
    resolved = [
        DossierResolved(outcome=outcome, electronic_result=electronic)
        for outcome in Outcome.values()
        for electronic in (None, True, False)
    ]
    return st.sampled_from([*resolved, *3 * [DossierReturned(), DossierWithdrawn(), DossierStopped()]])


@functools.cache
def _appointments() -> st.SearchStrategy[Message]:
    """Facts beside the acceptance that may give a due time."""
    givers: tuple[Callable[..., Message], ...] = (SupplementProvided, ProcessingResumed, DossierReappointed)
    return st.tuples(st.sampled_from(givers), dues(), _bases()).map(
        lambda drawn: drawn[0](due_at_ms=drawn[1], due_basis=drawn[2])
    )


@functools.cache
def _others() -> st.SearchStrategy[Message]:
    """What is left, each kind about as often as the others."""
    submitted = [
        DossierSubmitted(procedure_code=procedure, field_code=field, channel=channel, filed_by_official=by_official)
        for procedure, field in itertools.product(PROCEDURES, FIELDS)
        for channel, by_official in itertools.product(Channel.values(), (False, True))
    ]
    kinds: tuple[list[Message], ...] = (
        [DossierDeclined(), DossierDeclined(reason_code="TC01")],
        [DossierTransferred(to_unit_code=unit) for unit in ("", *UNITS)],
        [*submitted],
        [SupplementRequested(ordinal=ordinal) for ordinal in (1, 2)],
        [DigitisationRecorded(digitised=digitised) for digitised in (False, True)],
        [PaymentMade(online=online) for online in (False, True)],
        [FinancialObligationArose(), FinancialObligationArose(amount_vnd=50_000)],
        [ResultDelivered(mode=mode) for mode in DeliveryMode.values()],
        [ProcessingSuspended(), StepRecorded(step_code="1"), FeedbackGiven(rating=5)],
    )
    return st.one_of([st.sampled_from(kind) for kind in kinds])
