"""Indicators that count procedures (TTHC): those of a unit's authority, provided online or used.

Communes and districts have the procedures of their level (cấp thực hiện). Which department handles which procedure, no
fact says: a department has those of its level in the fields (lĩnh vực) of which it has ever accepted a dossier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cchc.api.reference.v1.reference_pb2 import OnlineLevel, UnitType
from cchc.dossier.fold import ACCEPTED, live_facts
from cchc.index.count import Count
from cchc.procedures.register import Procedure
from cchc.store.port import Store
from cchc.units.tree import Unit
from services.report.question import Question

_DEPARTMENT = UnitType.UNIT_TYPE_DEPARTMENT


def is_online(procedure: Procedure) -> bool:
    """Whether the procedure is provided online, in part or in full (một phần, toàn trình)."""
    return procedure.online_level in (OnlineLevel.ONLINE_LEVEL_PARTIAL, OnlineLevel.ONLINE_LEVEL_FULL)


def _any(_: Procedure) -> bool:
    return True


def _has_fee(procedure: Procedure) -> bool:
    return procedure.fee


@dataclass(frozen=True, slots=True)
class ProcedureRatio:
    """Of the procedures of the unit's authority those in ``among`` (denominator), and of them the online or used ones.

    Attributes:
        needs: names in ``index_evidence.EVIDENCE``.
        used: name in ``index_dossiers.USED`` of the set that the numerator must be in; empty: it must be online.
    """

    among: Callable[[Procedure], bool]
    needs: tuple[str, ...] = ()
    used: str = ""

    def count(self, authority: Iterable[Procedure], used: Mapping[str, set[str]]) -> Count:
        """The count over a unit's authority, with the codes of the procedures used there by name of the set."""
        among = [one for one in authority if self.among(one)]
        codes = used.get(self.used, set())
        return Count(sum(one.code in codes if self.used else is_online(one) for one in among), len(among))


PROCEDURE_RATIOS: Mapping[str, ProcedureRatio] = {
    # QĐ 766, 3.1: provided online, of all. TT 01/2018 Art. 13(9): levels 3 and 4 are today's partial and full.
    "procedures_online_provided": ProcedureRatio(_any),
    # 3.2: services that received a dossier online, of the services.
    "procedures_online_with_dossiers": ProcedureRatio(is_online, ("acceptance",), "received_online"),
    # 3.5/3.6, parts B and C.
    "fee_procedures_with_online_payment": ProcedureRatio(_has_fee, ("acceptance", "payment"), "paid_online"),
    "fee_procedures_with_dossiers": ProcedureRatio(_has_fee, ("acceptance",), "received"),
}
"""Indicator → what it counts."""


class Authority:
    """Which procedures units handle (TTHC thuộc thẩm quyền giải quyết).

    Args:
        procedures: those valid on the day, by code.
        accepted: unit → codes of the procedures of which it has ever accepted a dossier.
    """

    def __init__(self, procedures: Sequence[Procedure], accepted: Mapping[str, Iterable[str]]) -> None:
        self._procedures = procedures
        field_of = {one.code: one.field for one in procedures}
        self._fields = {
            unit: frozenset(field_of[c] for c in codes if c in field_of) for unit, codes in accepted.items()
        }
        self._found: dict[tuple[frozenset[int], frozenset[str]], tuple[Procedure, ...]] = {}

    @classmethod
    def load(cls, store: Store, question: Question) -> Authority:
        """As the question's time knows it. Cost: one pass over the acceptances."""
        facts = live_facts("unit, procedure", (ACCEPTED,))
        sql = f"SELECT unit, groupUniqArray(procedure) FROM ({facts}) GROUP BY unit"
        rows = store.query_by_subject(sql, {"as_of": question.as_of_ms}).added(1)
        return cls(question.procedures.valid_on(question.day), {str(unit): codes for unit, codes in rows})

    def of(self, units: Iterable[Unit]) -> tuple[Procedure, ...]:
        """Procedures of any of the units, each once, by code."""
        members = list(units)
        levels = frozenset(unit.type for unit in members if unit.type != _DEPARTMENT)
        fields = frozenset[str]().union(*(self._fields.get(u.code, ()) for u in members if u.type == _DEPARTMENT))
        key = (levels, fields)
        if key not in self._found:
            self._found[key] = tuple(one for one in self._procedures if self._handles(one, levels, fields))
        return self._found[key]

    @staticmethod
    def _handles(procedure: Procedure, levels: frozenset[int], fields: frozenset[str]) -> bool:
        by_field = _DEPARTMENT in procedure.levels and procedure.field in fields
        return by_field or not levels.isdisjoint(procedure.levels)
