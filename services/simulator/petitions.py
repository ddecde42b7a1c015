"""What happens to a petition (phản ánh, kiến nghị): received on the portal, answered in ten working days or not."""

from __future__ import annotations

from cchc.api.intake.v1.intake_pb2 import (
    PETITION_OUTCOME_ANSWERED,
    PETITION_OUTCOME_REFUSED,
    PetitionAnswered,
    PetitionReceived,
)
from cchc.api.log.v1.event_pb2 import ACTOR_ROLE_APPLICANT, ACTOR_ROLE_HANDLING_OFFICER
from services.simulator.dice import Dice
from services.simulator.occurrence import ONE_STOP, PORTAL, Occurrence
from services.simulator.office import Appointments, OfficeTime
from services.simulator.units import Unit

PERMILLE_OF_DOSSIERS = 14
"""Petitions for each thousand dossiers."""

_LIMIT_DAYS = 10


def petition_about(
    code: str, unit: Unit, dossier_code: str, at_ms: int, dice: Dice, *, office: OfficeTime, appointments: Appointments
) -> list[Occurrence]:
    """A petition's facts.

    Args:
        code: of the petition.
        unit: the unit that must answer.
        dossier_code: the dossier that it is about; one petition in three names none.
        at_ms: when it is received, milliseconds UTC.
        dice: chance.
        office: office time.
        appointments: due times.
    """
    due_at_ms = appointments.in_working_days(at_ms, _LIMIT_DAYS).at_ms
    received = PetitionReceived(dossier_code="" if dice.chance(330) else dossier_code, due_at_ms=due_at_ms)
    told = [Occurrence(at_ms, code, unit.code, PORTAL, ACTOR_ROLE_APPLICANT, received)]
    if dice.chance(950):
        start, due = office.position(at_ms), office.position(due_at_ms)
        late = dice.chance(20 + unit.late)
        end = due + dice.near_low(3600, 12 * office.day_seconds) if late else dice.between(start + 3600, due - 1)
        answered = PetitionAnswered(outcome=PETITION_OUTCOME_REFUSED if dice.chance(80) else PETITION_OUTCOME_ANSWERED)
        if dice.chance(600):
            answered.satisfied = dice.chance(unit.satisfied)
        told.append(Occurrence(office.instant(end), code, unit.code, ONE_STOP, ACTOR_ROLE_HANDLING_OFFICER, answered))
    return told
