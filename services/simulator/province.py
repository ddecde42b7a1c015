"""The whole province: every fact that is known when the period ends, in order of arrival."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

import msgspec
from google.protobuf.message import Message

from cchc.api.intake.v1.intake_pb2 import (
    CHANNEL_IN_PERSON,
    CHANNEL_ONLINE_FULL,
    CHANNEL_ONLINE_PARTIAL,
    CHANNEL_POSTAL,
    Channel,
)
from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_ADMINISTRATOR, Event
from cchc.api.reference.v1.reference_pb2 import (
    ONLINE_LEVEL_FULL,
    ONLINE_LEVEL_NONE,
    ONLINE_LEVEL_PARTIAL,
    UNIT_TYPE_COMMUNE,
    ProcedureDefined,
    UnitDefined,
)
from cchc.calendar.vietnam_time import DAY_MS, clock_ms_at, date_of, epoch_day, start_of_day_ms
from cchc.calendar.working_days import WorkingCalendar
from services.simulator.catalogue import PROCEDURES, Procedure, handled_by
from services.simulator.conduct import Conduct
from services.simulator.demand import SCHOOL_FIELDS, SCHOOL_PROCEDURES, day_weights, is_school_season
from services.simulator.dice import Dice, Table
from services.simulator.fact import Fact
from services.simulator.filing import Filing
from services.simulator.keying import Keying
from services.simulator.occurrence import REGISTRY
from services.simulator.office import Appointments, OfficeTime
from services.simulator.petitions import PERMILLE_OF_DOSSIERS, petition_about
from services.simulator.plan import COMMUNE_DOSSIERS_A_YEAR, DEPARTMENT_DOSSIERS_A_YEAR, Plan
from services.simulator.units import Unit, province_defined, units_of

Progress = Callable[[int, int], None]
"""Told now and then how much is done, and of how much; the last call has both equal."""

BATCH_EVENTS = 500
"""Most events of one batch."""

REFERENCE_SINCE = date(2025, 7, 1)
"""Units and procedures are valid from here, or from the first day when that is earlier."""

_CHUNK = 1_000
_SENDINGS_MS = tuple(hour * 3_600_000 for hour in (12, 18, 24))
"""Local times by which what was keyed before is sent."""

_HOURS_AT_COUNTER = Table([(7, 10), (8, 22), (9, 22), (10, 15), (13, 6), (14, 17), (15, 13), (16, 5)])
_HOURS_ONLINE = Table(
    [
        (hour, weight)
        for hour, weight in enumerate((2, 1, 1, 1, 1, 2, 4, 9, 14, 14, 12, 9, 6, 8, 12, 12, 10, 7, 5, 7, 9, 9, 6, 3))
    ]
)


@dataclass(frozen=True, slots=True)
class Province:
    """What the log would know at 24:00 of the plan's last day.

    Args:
        plan: what was asked for.
        units: the root, the departments and the communes.
        procedures: the catalogue.
        dossiers: the codes of all dossiers of which something is known, in no particular order.
        facts: everything, in order of arrival.
    """

    plan: Plan
    units: tuple[UnitDefined, ...]
    procedures: tuple[ProcedureDefined, ...]
    dossiers: tuple[str, ...]
    facts: tuple[Fact, ...]


def simulate(plan: Plan, progress: Progress | None = None) -> Province:
    """Make up a province: the same plan gives the same facts, byte for byte.

    Args:
        plan: what is asked for.
        progress: told of dossiers, done and in all.

    Raises:
        Refused: ``simulator.plan_out_of_range``.
    """
    plan.check()
    since = min(plan.first, REFERENCE_SINCE)
    units = units_of(plan)
    unit_facts = (province_defined(epoch_day(since)), *(unit.defined(epoch_day(since)) for unit in units))
    procedures = tuple(procedure.defined(epoch_day(since)) for procedure in PROCEDURES)
    facts = [
        *(_registered(plan, since, unit.unit_code, unit.unit_code, unit) for unit in unit_facts),
        *(_registered(plan, since, one.procedure_code, unit_facts[0].unit_code, one) for one in procedures),
    ]
    town = _Town(plan, units)
    dossiers = list(town.life(facts, progress))
    facts.sort(key=attrgetter("arrives_at_ms"))
    return Province(plan, unit_facts, procedures, tuple(dossiers), tuple(facts))


def arrivals(province: Province) -> Iterator[tuple[int, list[Event]]]:
    """What the log gets: when (ms UTC, never going back), and at most ``BATCH_EVENTS`` events.

    What was keyed since the last sending comes together, three times a day; a batch arrives with the last of its facts.
    """
    for facts in sendings(province.facts):
        yield facts[-1].arrives_at_ms, [fact.event() for fact in facts]


def sendings(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """Facts in order of arrival, cut into what is sent together."""
    begin = 0
    while begin < len(facts):
        until = _next_sending_ms(facts[begin].arrives_at_ms)
        end = bisect_left(facts, until, lo=begin, key=attrgetter("arrives_at_ms"))
        yield from (list(facts[start : min(start + BATCH_EVENTS, end)]) for start in range(begin, end, BATCH_EVENTS))
        begin = end


def _next_sending_ms(at_ms: int) -> int:
    clock = clock_ms_at(at_ms)
    return at_ms - clock + next(until for until in _SENDINGS_MS if clock < until)


def _registered(plan: Plan, since: date, subject: str, unit_code: str, message: Message) -> Fact:
    return Fact(
        arrives_at_ms=start_of_day_ms(plan.first),
        occurred_at_ms=start_of_day_ms(since),
        subject=subject,
        unit_code=unit_code,
        source=REGISTRY,
        actor_role=ACTOR_ROLE_ADMINISTRATOR,
        message=message,
    )


class _Day(msgspec.Struct, frozen=True, gc=False):
    """A day of the period: how the dossiers of all units see it. ``passed`` is the part that is over, in permille."""

    number: int
    starts_ms: int
    text: str
    working: bool
    school_season: bool
    passed: int


class _Town:
    """Everything that the units of a plan share."""

    def __init__(self, plan: Plan, units: Sequence[Unit]) -> None:
        self._plan = plan
        self._units = units
        self._communes = [unit.code for unit in units if unit.type == UNIT_TYPE_COMMUNE]
        horizon = date(plan.first.year - 1, 11, 1), date(plan.last.year + 1, 12, 31)
        self._office = OfficeTime(WorkingCalendar.official(), *horizon)
        self._appointments = Appointments()
        self._demand = day_weights(plan.first, plan.last, self._office)
        self._ends_ms = start_of_day_ms(plan.last) + DAY_MS
        self._first = epoch_day(plan.first)
        self._days = [self._day(offset) for offset in range(plan.days())]
        self._numbers: dict[str, int] = {}

    def life(self, facts: list[Fact], progress: Progress | None) -> Iterator[str]:
        """Let every unit live through the period: facts are added to the list, codes of known dossiers are yielded."""
        shares = _shares(self._plan.filings(), self._units)
        total, done = sum(shares), 0
        for unit, share in zip(self._units, shares, strict=True):
            for code, known in self._unit(unit, share):
                facts.extend(known)
                if known:
                    yield code
                done += 1
                if progress is not None and done % _CHUNK == 0 and done < total:
                    progress(done, total)
        if progress is not None:
            progress(total, total)

    def _unit(self, unit: Unit, share: int) -> Iterator[tuple[str, list[Fact]]]:
        dice = Dice(self._plan.seed, f"dossiers/{unit.code}")
        keying = Keying(self._office, unit.keyed_late, self._ends_ms)
        counter = _Counter(unit)
        for day in sorted(dice.draw(self._demand) for _ in range(share)):
            filing = self._filing(counter, self._days[day - self._first], dice)
            told = Conduct(filing, dice, self._office, self._appointments).follow()
            known = keying.keyed(told, dice)
            yield filing.code, known + self._petition(filing, keying, dice)

    def _day(self, offset: int) -> _Day:
        number = self._first + offset
        when = date_of(number)
        return _Day(
            number=number,
            starts_ms=start_of_day_ms(number),
            text=f"{when:%y%m%d}",
            working=self._office.is_working(number),
            school_season=is_school_season(when),
            passed=1000 * offset // max(self._plan.days() - 1, 1),
        )

    def _filing(self, counter: _Counter, day: _Day, dice: Dice) -> Filing:
        unit = counter.unit
        procedure, channel = counter.asks(day, dice)
        online = channel in (CHANNEL_ONLINE_FULL, CHANNEL_ONLINE_PARTIAL)
        receiving = self._elsewhere(unit, 70 if not online else 0, dice)
        return Filing(
            code=self._code(receiving or unit.code, day),
            unit=unit,
            receiving_unit_code=receiving,
            procedure=procedure,
            channel=channel,
            at_ms=day.starts_ms + _clock(online, dice),
            transfer_to=self._elsewhere(unit, 9, dice) if procedure.commune else "",
        )

    def _elsewhere(self, unit: Unit, permille: int, dice: Dice) -> str:
        """Another commune, now and then."""
        if not dice.chance(permille):
            return ""
        code = dice.pick(self._communes)
        return "" if code == unit.code else code

    def _code(self, receiving_unit_code: str, day: _Day) -> str:
        """Unit, date and number of the day: the form of Circular 01/2018 Art. 19."""
        prefix = f"{receiving_unit_code}-{day.text}"
        number = self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}-{number:04d}"

    def _petition(self, filing: Filing, keying: Keying, dice: Dice) -> list[Fact]:
        if not dice.chance(PERMILLE_OF_DOSSIERS):
            return []
        at_ms = filing.at_ms + dice.near_low(2 * 24 * 60, 40 * 24 * 60) * 60_000
        code = f"PAKN-{filing.code}"
        return keying.keyed(
            petition_about(
                code, filing.unit, filing.code, at_ms, dice, office=self._office, appointments=self._appointments
            ),
            dice,
        )


class _Counter:
    """What is asked of one unit, and how."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        department = "" if unit.type == UNIT_TYPE_COMMUNE else unit.suffix
        handled = handled_by(unit.type, department)
        self._usual = Table([(one, one.weight) for one in handled])
        self._school = Table([(one, one.weight * (250 if _for_school(one) else 100)) for one in handled])
        self._online = Table([(one, one.weight) for one in handled if one.online != ONLINE_LEVEL_NONE])

    def asks(self, day: _Day, dice: Dice) -> tuple[Procedure, Channel.ValueType]:
        """A procedure and a channel; on days off there is the portal only."""
        if not day.working:
            procedure = dice.draw(self._online)
            return procedure, _online_channel(procedure)
        procedure = dice.draw(self._school if day.school_season else self._usual)
        share = self.unit.online + self.unit.online_gain * day.passed // 1000
        if procedure.online == ONLINE_LEVEL_PARTIAL:
            share //= 2
        if procedure.online != ONLINE_LEVEL_NONE and dice.chance(share):
            return procedure, _online_channel(procedure)
        return procedure, CHANNEL_POSTAL if dice.chance(35) else CHANNEL_IN_PERSON


def _for_school(procedure: Procedure) -> bool:
    return procedure.field in SCHOOL_FIELDS or procedure.code in SCHOOL_PROCEDURES


def _online_channel(procedure: Procedure) -> Channel.ValueType:
    return CHANNEL_ONLINE_FULL if procedure.online == ONLINE_LEVEL_FULL else CHANNEL_ONLINE_PARTIAL


def _clock(online: bool, dice: Dice) -> int:
    """Milliseconds since local midnight; at the counter within office hours and not in their last half hour."""
    if online:
        return (dice.draw(_HOURS_ONLINE) * 3600 + dice.between(0, 3599)) * 1000
    hour = dice.draw(_HOURS_AT_COUNTER)
    first, last = (30, 59) if hour == 13 else (0, 29 if hour == 16 else 59)
    return (hour * 3600 + dice.between(first, last) * 60 + dice.between(0, 59)) * 1000


def _shares(total: int, units: Sequence[Unit]) -> list[int]:
    """The total divided among the units by their usual volume, to the last one (largest remainders)."""
    usual = {True: COMMUNE_DOSSIERS_A_YEAR, False: DEPARTMENT_DOSSIERS_A_YEAR}
    weights = [usual[unit.type == UNIT_TYPE_COMMUNE] * unit.volume for unit in units]
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(units)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
