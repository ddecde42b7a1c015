"""Sets of facts that hypothesis draws, renamed so that many of them can lie in one log without touching each other."""

from __future__ import annotations

import functools
import itertools
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from google.protobuf.message import Message
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from cchc.api.intake.v1.intake_pb2 import DossierAccepted, DueBasis
from cchc.api.log.v1.event_pb2 import Event, Retraction
from cchc.api.processing.v1.processing_pb2 import (
    DossierReappointed,
    DossierResolved,
    ProcessingResumed,
    SupplementProvided,
)
from cchc.api.reference.v1.reference_pb2 import CalendarDayDecided, LimitUnit, ProcedureDefined
from cchc.log.batch import fact_of, identity, make_event
from tests.reference.dossier_fold import Known, start_of_day
from tests.reference.judgement import EPOCH_DAY
from tests.reference.strategies import (
    CUT_OFFS,
    DEFINITIONS,
    PROCEDURES,
    dossier_facts,
    instants,
    lifelike_dossiers,
)

T = TypeVar("T")

LONG_AGO = start_of_day(date(2024, 1, 1))
"""When what all sets share was recorded."""

CLOCK_TOLERANCE = 300_000
"""How many milliseconds before it occurred a fact may be recorded."""

_CODES = {
    "dossier_accepted": ("procedure_code", "receiving_unit_code"),
    "dossier_submitted": ("procedure_code",),
    "dossier_transferred": ("to_unit_code",),
    "procedure_defined": ("procedure_code",),
}
"""Fields that hold codes of procedures and units, by fact."""


@dataclass(frozen=True, slots=True)
class FactSet:
    """Facts of some dossiers and of the procedures that they name; its number begins every code in it."""

    number: int
    known: tuple[Known, ...]
    original: tuple[Known, ...]
    """The same facts before they were given the number."""

    def renumbered_without(self, number: int) -> FactSet:
        """What is left without the fact at that place, under that number."""
        return under_number(number, (*self.original[:number], *self.original[number + 1 :]))


SEED_VARIABLE = "CCHC_DRAW_SEED"
"""Set it to what a failure shows, and the same sets are drawn again."""


@functools.cache
def seed_of_run() -> int:
    """What all draws of this process hang on: given by the environment, or thrown anew."""
    given_seed = os.environ.get(SEED_VARIABLE)
    return secrets.randbits(32) if given_seed is None else int(given_seed)


def drawn(strategy: st.SearchStrategy[T], count: int, *, turn: int = 0, of_seed: int | None = None) -> list[T]:
    """So many draws. Together in one example they would be more than hypothesis takes.

    Args:
        strategy: what is drawn.
        count: how often.
        turn: another turn of the same test draws other things.
        of_seed: instead of the seed of this run.
    """
    found: list[T] = []

    @seed((seed_of_run() if of_seed is None else of_seed) * 1_000 + turn)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(one: T) -> None:
        found.append(one)

    collect()
    return found


def numbered(sets: Sequence[Sequence[Known]]) -> list[FactSet]:
    """The sets, each under names of its own."""
    return [under_number(number, known) for number, known in enumerate(sets)]


def under_number(number: int, known: Sequence[Known]) -> FactSet:
    """These facts with the number before each of their codes; what replaces still names what it replaced."""
    identities: dict[bytes, bytes] = {}
    renamed = []
    for one in known:
        event = _under(f"{number}/", one.event, identities)
        identities[one.event.event_id] = event.event_id
        renamed.append(Known(event, one.recorded_at_ms))
    return FactSet(number, tuple(renamed), tuple(known))


def _under(prefix: str, event: Event, identities: dict[bytes, bytes]) -> Event:
    fact = fact_of(event)
    copy = type(fact)()
    copy.CopyFrom(fact)
    for name in _CODES.get(event.WhichOneof("fact") or "", ()):
        code = getattr(copy, name)
        if code or name == "to_unit_code":
            setattr(copy, name, prefix + code)
    return make_event(
        copy,
        source_system=event.source_system,
        source_event_id=event.source_event_id,
        subject=prefix + event.subject,
        unit_code=prefix + event.unit_code,
        occurred_at_ms=event.occurred_at_ms,
        replaces=identities.get(event.replaces, event.replaces),
        replaces_reason=event.replaces_reason,
    )


@st.composite
def adversarial_sets(draw: st.DrawFn) -> list[Known]:
    """Facts of dossiers with the definitions of their procedures; some recorded a little before they occurred."""
    kinds = (
        dossier_facts(),
        dossier_facts(),
        lifelike_dossiers(max_dossiers=4),
        appointed_dossiers(),
        limited_dossiers(),
    )
    dossiers = draw(st.sampled_from(kinds).flatmap(lambda kind: kind))
    hasty = draw(st.sampled_from((0, 0, 0, CLOCK_TOLERANCE)))
    return [
        *(_settled() if draw(st.sampled_from((True, True, True, False))) else ()),
        *draw(definition_facts()),
        *(Known(one.event, one.recorded_at_ms - hasty) for one in dossiers),
    ]


@st.composite
def outspoken_sets(draw: st.DrawFn, *, gaps: bool) -> list[Known]:
    """Every acceptance says its due time. A procedure is in hours always or never; with gaps it is not always valid."""
    dossiers = draw(st.one_of(dossier_facts(), lifelike_dossiers(max_dossiers=4)))
    spans = draw(st.lists(st.sampled_from(_CUTS), min_size=2, max_size=4, unique=True).map(sorted)) if gaps else [0]
    definitions = [
        ProcedureDefined(
            procedure_code=code, limit=5, limit_unit=unit, valid_from_day=first, valid_to_day=last if gaps else 0
        )
        for code, unit in _STEADY
        for first, last in itertools.zip_longest(spans[::2], spans[1::2], fillvalue=0)
    ]
    known = [_defined(one, one.procedure_code, LONG_AGO, 0, b"") for one in definitions]
    identities: dict[bytes, bytes] = {}
    for one in dossiers:
        event = _under("", one.event, identities)
        if event.WhichOneof("fact") == "dossier_accepted" and not event.dossier_accepted.due_at_ms:
            event.dossier_accepted.due_at_ms = event.occurred_at_ms + 86_400_000
            event.event_id = identity(event)
        identities[one.event.event_id] = event.event_id
        known.append(Known(event, one.recorded_at_ms))
    return known


@st.composite
def appointed_dossiers(draw: st.DrawFn) -> list[Known]:
    """One dossier that is appointed again and again, at times at which it hardly counts or hardly does not."""
    accepted = DossierAccepted(field_code="LV01", due_at_ms=draw(instants()))
    chain: list[tuple[Message, int]] = [(accepted, LONG_AGO + draw(_LAGS))]
    givers = (DossierReappointed, SupplementProvided, ProcessingResumed, DossierAccepted)
    for giver in draw(st.lists(st.sampled_from(givers), min_size=1, max_size=4)):
        basis = draw(st.sampled_from(DueBasis.values()))
        chain.append((giver(due_at_ms=draw(st.one_of(st.just(0), instants())), due_basis=basis), draw(_HARDLY)))
    if draw(st.booleans()):
        chain.append((DossierResolved(), draw(_HARDLY)))
    return [_recorded(fact, at, draw(_LAGS)) for fact, at in chain]


@st.composite
def limited_dossiers(draw: st.DrawFn) -> list[Known]:
    """A procedure with definitions that clash, and dossiers of it without appointments, received when they change."""
    known = [
        _defined(draw(_DEFINED), "1.000001", draw(st.sampled_from((LONG_AGO, LONG_AGO + 1))), 0, b"")
        for _ in range(draw(st.integers(1, 4)))
    ]
    for number in range(draw(st.integers(1, 4))):
        accepted = DossierAccepted(procedure_code="1.000001", field_code="LV01")
        received = draw(_HARDLY)
        known.append(_recorded(accepted, received, 0, subject=f"DS-{number}"))
        if draw(st.booleans()):
            after = draw(st.sampled_from((1, 8, 24, 72, 720))) * 3_600_000
            known.append(_recorded(DossierResolved(), received + after, draw(_LAGS), subject=f"DS-{number}"))
    return known


def _recorded(fact: Message, at_ms: int, lag_ms: int, *, subject: str = "DS") -> Known:
    event = make_event(fact, source_system="one-stop", subject=subject, unit_code="H01", occurred_at_ms=at_ms)
    return Known(event, at_ms + lag_ms)


@st.composite
def definition_facts(draw: st.DrawFn) -> list[Known]:
    """Definitions that overlap, leave gaps, are corrected, taken back, known late, or have no limit that counts."""
    known: list[Known] = []
    for _ in range(draw(st.integers(0, 4))):
        code = draw(st.sampled_from(PROCEDURES[:4]))
        replaces = b""
        if draw(st.booleans()) and known:
            target = draw(st.sampled_from(known)).event
            code, replaces = target.subject, target.event_id
        known.append(_defined(draw(_DEFINED), code, draw(instants()), draw(_LAGS), replaces))
    return known


@st.composite
def calendar_facts(draw: st.DrawFn) -> list[Known]:
    """Decisions on days around the cut-offs, some of them corrected, taken back or known late."""
    known: list[Known] = []
    for _ in range(draw(st.integers(4, 16))):
        day = draw(_DAYS)
        at = draw(instants()) - 20 * 86_400_000
        fact = CalendarDayDecided(
            day=day, working=draw(st.booleans()), name="Làm bù", known_from_day=draw(_DAYS), decision=str(draw(_DAYS))
        )
        subject, replaces = (EPOCH_DAY + timedelta(day)).isoformat(), b""
        if draw(st.booleans()) and known:
            target = draw(st.sampled_from(known)).event
            subject, replaces = target.subject, target.event_id
        retracted = bool(replaces) and draw(st.booleans())
        event = make_event(
            Retraction() if retracted else fact,
            source_system="noi-vu",
            subject=subject,
            unit_code="",
            occurred_at_ms=at,
            replaces=replaces,
        )
        known.append(Known(event, at + draw(_LAGS)))
    return known


def _settled() -> list[Known]:
    return [_defined(one, one.procedure_code, LONG_AGO, 0, b"") for one in DEFINITIONS]


def _defined(fact: ProcedureDefined, code: str, at_ms: int, lag_ms: int, replaces: bytes) -> Known:
    content = ProcedureDefined()
    content.CopyFrom(fact)
    content.procedure_code = code
    # Half of those that replace say nothing instead.
    retracted = bool(replaces) and content.limit % 2 == 0
    event = make_event(
        Retraction() if retracted else content,
        source_system="register",
        subject=code,
        unit_code="",
        occurred_at_ms=at_ms,
        replaces=replaces,
    )
    return Known(event, at_ms + lag_ms)


_HARDLY = st.sampled_from([start_of_day(day) + shift for day in CUT_OFFS for shift in (-1, 0, 1, 36_000_000)])
_STEADY = (("1.000001", LimitUnit.LIMIT_UNIT_WORKING_HOURS), ("1.000002", LimitUnit.LIMIT_UNIT_WORKING_DAYS))
_CUTS = [(day - EPOCH_DAY).days + shift for day in CUT_OFFS for shift in (-1, 0, 1)]
_DAYS = st.sampled_from([day + shift for day in _CUTS for shift in (-3, 0, 2)])
_LAGS = st.sampled_from((0, 0, 1, 86_400_000, 30 * 86_400_000))
_LIMITS = st.sampled_from((-1, 0, 1, 1, 2, 3, 8, 9, 16, 30, 2_000, 2**31 - 1))
_UNITS = st.sampled_from((*LimitUnit.values(), *LimitUnit.values(), 9))
_DEFINED = st.builds(
    lambda limit, unit, moved, first, last: ProcedureDefined(
        limit=limit, limit_unit=unit, after_15h_next_day=moved, valid_from_day=first, valid_to_day=last
    ),
    _LIMITS,
    _UNITS,
    st.booleans(),
    st.sampled_from((0, 18_262, *_CUTS)),
    st.sampled_from((0, 0, 0, *_CUTS)),
)
