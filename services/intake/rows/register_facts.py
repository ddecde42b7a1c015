"""Facts of registers as rows say them: which fact takes the place of which, and what a row leaves unsaid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from cchc.calendar.vietnam_time import day_of, start_of_day_ms
from cchc.log.batch import FACT_FIELDS, fact_type
from cchc.log.times import EARLIEST_MS

Slot = tuple[str, ...]

_UNIT, _YEAR, _DAY = "@unit", "@year", "@day"
_OF_UNIT_AND_PERIOD = (_UNIT, "criteria_set", "period_id")

SLOTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "document_effect_changed": ("from_day",),
        "document_listed_for_review": ("plan_code",),
        "review_assigned": ("plan_code",),
        "document_reviewed": (_UNIT, "plan_code", _YEAR),
        "document_inspected": (_UNIT, "kind", _YEAR),
        "procedure_arranged": ("valid_from_day",),
        "procedure_published": (_UNIT, "decision_number"),
        "procedure_review_planned": (_UNIT, "plan_number"),
        "procedure_reviewed": (_UNIT, "plan_number", _YEAR),
        "procedure_simplification_proposed": (_UNIT, "plan_number"),
        "procedure_simplification_approved": (_UNIT, "plan_number"),
        "disbursement_planned": ("year",),
        "disbursement_counted": ("year", _DAY),
        "equipment_counted": (_DAY,),
        "staff_counted": (_DAY,),
        "survey_answers_counted": (_UNIT, "question_code", "answer_code"),
        "self_scored": _OF_UNIT_AND_PERIOD,
        "evidence_attached": (_UNIT, "shows_code"),
        "criterion_appraised": (*_OF_UNIT_AND_PERIOD, "round"),
        "explanation_given": (*_OF_UNIT_AND_PERIOD, "round"),
        "appeal_made": _OF_UNIT_AND_PERIOD,
        "appeal_decided": _OF_UNIT_AND_PERIOD,
    }
)
"""What tells facts of one type and subject apart, beside the two: fields; its unit; the year or day it happened.

Of a type that is not here there is one for a subject. A fact in the slot of another corrects it.
"""

_DATES = ("issued_day", "decided_day", "disclosed_day", "from_day", "valid_from_day", "last_day", "day")
"""Fields that date a fact which its row does not; a day on which something is due dates nothing."""


@dataclass(frozen=True, slots=True)
class RegisterFact:
    """A fact as a row says it.

    Args:
        subject: code of what it speaks of.
        unit_code: the unit that says it.
        fact: the typed fact; what a row leaves blank is not set.
        occurred_at_ms: when it happened, milliseconds UTC; None where the row does not say.
        said: names of the fields that the row says, also where it says no or 0.
    """

    subject: str
    unit_code: str
    fact: Message
    occurred_at_ms: int | None = None
    said: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """Its field in ``Event.fact``."""
        return FACT_FIELDS[fact_type(self.fact)]

    def since_ms(self, now_ms: int) -> int:
        """When it happened; where the row does not say, on the day that the fact itself is dated, or now."""
        if self.occurred_at_ms is not None:
            return self.occurred_at_ms
        dated = next((day for name in _DATES if (day := getattr(self.fact, name, 0))), 0)
        return max(EARLIEST_MS, min(start_of_day_ms(dated), now_ms)) if dated else now_ms

    def slot(self, now_ms: int) -> Slot:
        """Where it stands: at most one fact stands in a slot."""
        return slot_of(self.name, self.subject, self.unit_code, self.since_ms(now_ms), self.fact)


def slot_of(name: str, subject: str, unit_code: str, occurred_at_ms: int, fact: Message) -> Slot:
    """The slot of a fact; see ``SLOTS``."""
    happened = day_of(occurred_at_ms)
    special = {_UNIT: unit_code, _YEAR: str(happened.year), _DAY: happened.isoformat()}
    return name, subject, *(special.get(it) or str(getattr(fact, it)) for it in SLOTS.get(name, ()))


def completed(new: RegisterFact, known: Message) -> Message:
    """The new fact with what its row does not say taken from what is known."""
    fact = type(new.fact)()
    fact.CopyFrom(known)
    for described in fact.DESCRIPTOR.fields:
        if described.name in new.said or described.name in {it.name for it, _ in new.fact.ListFields()}:
            if described.is_repeated and described.type == FieldDescriptor.TYPE_MESSAGE:
                continue
            fact.ClearField(described.name)
    # Parts that are messages (targets of a plan) come a row each: those that are new are added to those known.
    added = type(new.fact)()
    added.CopyFrom(new.fact)
    for described, value in new.fact.ListFields():
        if described.is_repeated and described.type == FieldDescriptor.TYPE_MESSAGE:
            fresh = [part for part in value if part not in getattr(fact, described.name)]
            added.ClearField(described.name)
            getattr(added, described.name).extend(fresh)
    fact.MergeFrom(added)
    return fact
