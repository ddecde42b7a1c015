"""Batches of dossier facts as fast as they can be made: for measuring what takes them, not for looking at.

A batch holds one hundred acceptances of one group of dossiers, the steps of the group before it, the payments and
digitisations of the one before that, and so on to the deliveries: so a dossier's facts lie in five batches, as in life.
The groups run in a ring, so every batch is full, and the first batches have the ends of what the last ones begin.

Typed facts take most of the time to lay out and say the same in many batches. They are laid out once for each day and
joined to the batch's own columns as bytes: in protobuf, messages one after the other are their merger.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

import numpy as np
import numpy.typing as npt
from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_IN_PERSON,
    CHANNEL_ONLINE_FULL,
    DUE_BASIS_DAY,
    DossierAccepted,
    PaymentMade,
)
from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_HANDLING_OFFICER, EventBatch
from cchc.api.processing.v1.processing_pb2 import (
    DELIVERY_MODE_IN_PERSON,
    DELIVERY_MODE_ONLINE,
    OUTCOME_APPROVED,
    OUTCOME_REFUSED,
    DigitisationRecorded,
    DossierResolved,
    ResultDelivered,
    StepRecorded,
)
from cchc.calendar.vietnam_time import DAY_MS, date_of, end_of_day_ms, epoch_day, start_of_day_ms
from cchc.log.batch import FACT_TYPES, IDENTITY_BYTES, SCHEMA_VERSION, decode, encode, events, laid_out
from services.simulator.catalogue import PROCEDURES
from services.simulator.occurrence import ONE_STOP
from services.simulator.province import BATCH_EVENTS, Progress
from services.simulator.units import commune_code

GROUP = 100
"""Dossiers that move through the batches together."""

PHASES = BATCH_EVENTS // GROUP
"""Accepted, step, paid or digitised, resolved, delivered."""

SEED = 20_260_101
FIRST_DAY = date(2025, 1, 1)
DAYS = 365
"""Acceptances are spread evenly over so many days from ``FIRST_DAY`` on."""

_DUE_DAYS = 7
_HOUR_MS = 3_600_000
_CORRECTION = GROUP
"""Row of the one correction: the first of the steps, which gives way to it."""

_RESOLVED = 3 * GROUP
_WORDS = BATCH_EVENTS * IDENTITY_BYTES // 8
_REASON = "Nhập sai, sửa lại"


def bench_batches(
    events_total: int,
    units: int,
    dossiers: int,
    *,
    seed: int = SEED,
    progress: Progress | None = None,
) -> Iterator[bytes]:
    """Serialised batches of ``BATCH_EVENTS`` events, the last one of what is left; the same for the same arguments.

    One event in 500 is a correction of a result. About one result in twenty is late. Identities are pseudo-random, not
    derived from the content.

    Args:
        events_total: how many events in all.
        units: how many communes, coded as ``units.commune_code`` does from 0 on.
        dossiers: at most so many different dossiers; fewer than a fifth of the events are accepted anew, later.
        seed: of the identities.
        progress: told of events, done and in all.
    """
    batches = -(-events_total // BATCH_EVENTS)
    ring = _Ring(max(batches, 1), units, dossiers, seed)
    for number in range(batches):
        left = events_total - number * BATCH_EVENTS
        payload = ring.batch(number)
        yield payload if left >= BATCH_EVENTS else encode(islice(events(decode(payload)), left))
        if progress is not None:
            progress(min((number + 1) * BATCH_EVENTS, events_total), events_total)


class _Ring:
    """Groups of dossiers in a ring of batches."""

    def __init__(self, batches: int, units: int, dossiers: int, seed: int) -> None:
        self._batches = batches
        self._units = [commune_code(index) for index in range(units)]
        self._dossiers = dossiers
        self._seed = seed
        self._groups: dict[int, tuple[list[str], list[int]]] = {}
        # Row r is dossier (r % GROUP) of the phase's group; the correction is of the group resolved a batch ago.
        row = np.arange(BATCH_EVENTS)
        phase = row // GROUP
        phase[_CORRECTION] = PHASES - 1
        self._place = (phase * GROUP + row % GROUP).tolist()
        self._phase = phase

    def batch(self, number: int) -> bytes:
        """The batch with this number."""
        groups = [(number - phase) % self._batches for phase in range(PHASES)]
        days = [group * DAYS // self._batches for group in groups]
        self._groups = {group: self._groups.get(group) or self._group(group) for group in groups}
        units = [unit for group in groups for unit in self._groups[group][1]]
        columns = EventBatch(
            schema_version=SCHEMA_VERSION,
            source_systems=[ONE_STOP],
            subjects=[code for group in groups for code in self._groups[group][0]],
            unit_codes=self._units,
            event_ids=self._identities(number),
            source_system=_zeros(),
            subject=self._place,
            unit_code=[units[place] for place in self._place],
            occurred_at_ms=self._occurred(days),
            actor_role=_roles(),
            fact_type=_fact_types(),
            replacing_row=[_CORRECTION],
            replaced_event_ids=self._corrected(number),
            replaces_reason=[_REASON],
        )
        return columns.SerializeToString(deterministic=True) + _acceptances(days[0]) + _later_facts(days[1])

    def _group(self, group: int) -> tuple[list[str], list[int]]:
        """Codes of a group's dossiers, and the index of each one's unit; kept while the group is in the batches."""
        members = [(group * GROUP + member) % self._dossiers for member in range(GROUP)]
        units = [one % len(self._units) for one in members]
        return [_code(self._units[unit], one) for unit, one in zip(units, members, strict=True)], units

    def _occurred(self, days: list[int]) -> list[int]:
        starts = np.array([start_of_day_ms(epoch_day(FIRST_DAY) + day) for day in days], dtype=np.int64)
        occurred: list[int] = (starts[self._phase] + _offsets()).tolist()
        return occurred

    def _identities(self, number: int) -> bytes:
        """The identities of a batch: its own stretch of one stream, so that any batch can be had alone."""
        stream = np.random.PCG64(self._seed)
        stream.advance(number * _WORDS)
        words: npt.NDArray[np.uint64] = stream.random_raw(_WORDS)
        return words.astype("<u8").tobytes()

    def _corrected(self, number: int) -> bytes:
        """Identity of the first result of the batch before: its dossier is now being delivered."""
        stream = np.random.PCG64(self._seed)
        stream.advance((number - 1) % self._batches * _WORDS + _RESOLVED * IDENTITY_BYTES // 8)
        words: npt.NDArray[np.uint64] = stream.random_raw(IDENTITY_BYTES // 8)
        return words.astype("<u8").tobytes()


def _code(unit_code: str, dossier: int) -> str:
    return f"{unit_code}-{dossier // 10_000 + 250_101:06d}-{dossier % 10_000:04d}"


@functools.cache
def _offsets() -> npt.NDArray[np.int64]:
    """Milliseconds from the start of the day of acceptance to each row's event."""
    member = np.arange(GROUP, dtype=np.int64)
    accepted = 8 * _HOUR_MS + member * 60_000
    late = np.where(member % 20 == 7, 5 * DAY_MS, 0)
    resolved = accepted + (1 + member % _DUE_DAYS) * DAY_MS + late
    phases = [accepted, accepted + _HOUR_MS, accepted + 2 * _HOUR_MS, resolved, resolved + 3 * _HOUR_MS]
    offsets = np.concatenate(phases)
    offsets[_CORRECTION] = resolved[0] - _HOUR_MS
    return offsets


@functools.cache
def _zeros() -> list[int]:
    return [0] * BATCH_EVENTS


@functools.cache
def _roles() -> list[int]:
    return [ACTOR_ROLE_HANDLING_OFFICER] * BATCH_EVENTS


@functools.cache
def _fact_types() -> list[int]:
    middle = ("payment_made", "digitisation_recorded")
    names = [
        *["dossier_accepted"] * GROUP,
        *["dossier_resolved"] + ["step_recorded"] * (GROUP - 1),
        *(middle[member % 2] for member in range(GROUP)),
        *["dossier_resolved"] * GROUP,
        *["result_delivered"] * GROUP,
    ]
    return [FACT_TYPES[name] for name in names]


@functools.lru_cache(maxsize=DAYS)
def _acceptances(day: int) -> bytes:
    """The acceptances of a group on a day (from ``FIRST_DAY``), laid out."""
    due_at_ms = end_of_day_ms(date_of(epoch_day(FIRST_DAY) + day + _DUE_DAYS))
    procedures = [PROCEDURES[member % len(PROCEDURES)] for member in range(GROUP)]
    accepted = [
        DossierAccepted(
            procedure_code=one.code,
            field_code=one.field,
            channel=CHANNEL_ONLINE_FULL if member % 3 else CHANNEL_IN_PERSON,
            due_at_ms=due_at_ms,
            due_basis=DUE_BASIS_DAY,
        )
        for member, one in enumerate(procedures)
    ]
    return _laid_out({"dossier_accepted": accepted})


@functools.lru_cache(maxsize=DAYS)
def _later_facts(day: int) -> bytes:
    """All other typed facts of a batch, laid out; steps began at 8:00 of the day (from ``FIRST_DAY``)."""
    started = start_of_day_ms(epoch_day(FIRST_DAY) + day) + 8 * _HOUR_MS
    step = StepRecorded(step_code="THAM-DINH", office_code="01", started_at_ms=started)
    modes = (DELIVERY_MODE_ONLINE, DELIVERY_MODE_IN_PERSON)
    return _laid_out(
        {
            "step_recorded": [step] * (GROUP - 1),
            "payment_made": [PaymentMade(online=member % 4 == 0, amount_vnd=50_000) for member in range(0, GROUP, 2)],
            "digitisation_recorded": [DigitisationRecorded(digitised=member % 10 < 8) for member in range(1, GROUP, 2)],
            "dossier_resolved": [_result(0), *(_result(member) for member in range(GROUP))],
            "result_delivered": [ResultDelivered(mode=modes[member % 2]) for member in range(GROUP)],
        }
    )


def _laid_out(facts: Mapping[str, Sequence[Message]]) -> bytes:
    by_type = {FACT_TYPES[name]: listed for name, listed in facts.items()}
    return EventBatch(**laid_out(by_type)).SerializeToString(deterministic=True)  # type: ignore[arg-type]  # fields by name


def _result(member: int) -> DossierResolved:
    outcome = OUTCOME_REFUSED if member % 50 == 49 else OUTCOME_APPROVED
    return DossierResolved(outcome=outcome, electronic_result=member % 10 < 7)
