"""The register of procedures as it was known at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cchc.api.reference.v1.reference_pb2 import LimitUnit, ProcedureDefined
from cchc.reference.definitions import live_definitions
from cchc.reference.versions import Versions
from cchc.store.port import Store


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure (thủ tục hành chính) as one decision defines it.

    Days are days since 1970-01-01 in Asia/Ho_Chi_Minh; ``valid_to`` is exclusive, 0 = still valid. ``limit_unit``,
    ``online_level`` and ``levels`` are the numbers of ``cchc.api.reference.v1``.
    """

    code: str
    field: str
    name: str
    levels: tuple[int, ...]
    limit: int
    limit_unit: int
    online_level: int
    fee: bool
    paper_result: bool
    digitisation_exempt: bool
    after_15h_next_day: bool
    valid_from: int
    valid_to: int
    decision: str
    unconfirmed: bool

    @classmethod
    def of_fact(cls, fact: ProcedureDefined) -> Procedure:
        """The procedure as a fact defines it."""
        return cls(
            code=fact.procedure_code,
            field=fact.field_code,
            name=fact.name,
            levels=tuple(fact.levels),
            limit=fact.limit,
            limit_unit=fact.limit_unit,
            online_level=fact.online_level,
            fee=fact.fee,
            paper_result=fact.paper_result,
            digitisation_exempt=fact.digitisation_exempt,
            after_15h_next_day=fact.after_15h_next_day,
            valid_from=fact.valid_from_day,
            valid_to=fact.valid_to_day,
            decision=fact.decision,
            unconfirmed=fact.unconfirmed,
        )


_COLUMNS = (
    "subject",
    "field",
    "name",
    "levels",
    "limit_amount",
    "limit_unit",
    "online_level",
    "fee",
    "paper_result",
    "digitisation_exempt",
    "after_15h_next_day",
    "valid_from",
    "valid_to",
    "decision",
    "unconfirmed",
)


class ProcedureRegister(Versions[Procedure]):
    """Every definition of every procedure, by code and day."""

    @classmethod
    def load(cls, store: Store, as_of_ms: int) -> ProcedureRegister:
        """The register as the facts known at ``as_of_ms`` (milliseconds UTC) define it."""
        rows = live_definitions(store, "procedure_fact", _COLUMNS, ("subject", "valid_from"), as_of_ms)
        return cls(_procedure(row) for row in rows)

    def field_of(self, code: str) -> str:
        """The field that the newest definition of a procedure names; empty without one."""
        versions = self.of(code)
        return versions[-1].field if versions else ""

    def in_force_throughout(self, code: str, first: int, last: int) -> bool:
        """Whether on each day from the first to the last, both included, some definition is in force."""
        uncovered = first
        for version in self.of(code):
            if version.valid_from <= uncovered:
                uncovered = last + 1 if version.valid_to == 0 else max(uncovered, version.valid_to)
        return uncovered > last

    def hour_procedures(self) -> list[str]:
        """Codes of the procedures whose limit is in working hours, in every version."""
        return [code for code, versions in self.by_code().items() if all(map(_in_hours, versions))]

    def sometimes_hour_procedures(self) -> list[str]:
        """Codes of the procedures whose limit is in working hours, in some version."""
        return [code for code, versions in self.by_code().items() if any(map(_in_hours, versions))]

    def changes_between_hours_and_days(self) -> bool:
        """Whether some procedure had its limit in working hours in one version and not in another."""
        return any(len(set(map(_in_hours, versions))) > 1 for versions in self.by_code().values())


def _in_hours(procedure: Procedure) -> bool:
    return procedure.limit_unit == LimitUnit.LIMIT_UNIT_WORKING_HOURS


def _procedure(row: Mapping[str, object]) -> Procedure:
    return Procedure(
        code=str(row["subject"]),
        field=str(row["field"]),
        name=str(row["name"]),
        levels=tuple(int(level) for level in str(row["levels"]).split(";") if level),
        limit=int(str(row["limit_amount"])),
        limit_unit=int(str(row["limit_unit"])),
        online_level=int(str(row["online_level"])),
        fee=bool(row["fee"]),
        paper_result=bool(row["paper_result"]),
        digitisation_exempt=bool(row["digitisation_exempt"]),
        after_15h_next_day=bool(row["after_15h_next_day"]),
        valid_from=int(str(row["valid_from"])),
        valid_to=int(str(row["valid_to"])),
        decision=str(row["decision"]),
        unconfirmed=bool(row["unconfirmed"]),
    )
