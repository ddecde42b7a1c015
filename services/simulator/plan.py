"""What a synthetic province is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cchc.errors import Refused

COMMUNE_DOSSIERS_A_YEAR = 1_050
"""What a commune (xã, phường) receives in a year when the plan names no number; each one 0.87 to 1.13 of it."""

DEPARTMENT_DOSSIERS_A_YEAR = 4_000
"""What a department (sở) receives in a year when the plan names no number."""

MOST_COMMUNES = 800
MOST_DEPARTMENTS = 14
FIRST_YEAR, LAST_YEAR = 2011, 2029
"""The working calendar knows one year more on either side, which appointments need."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A province to make up.

    Args:
        seed: any integer; the same plan gives the same facts, byte for byte.
        communes: how many communes (xã, phường), 1 to ``MOST_COMMUNES``.
        departments: how many departments (sở), 0 to ``MOST_DEPARTMENTS``.
        dossiers: how many dossiers are filed over the whole period, or None for what such units usually receive.
        first: first day of the period, a day of Asia/Ho_Chi_Minh.
        last: last day of the period, inclusive. Nothing is known after 24:00 of it.
    """

    seed: int
    communes: int
    departments: int
    dossiers: int | None
    first: date
    last: date

    def days(self) -> int:
        """Length of the period in days."""
        return (self.last - self.first).days + 1

    def filings(self) -> int:
        """How many dossiers are filed over the period."""
        if self.dossiers is not None:
            return self.dossiers
        yearly = self.communes * COMMUNE_DOSSIERS_A_YEAR + self.departments * DEPARTMENT_DOSSIERS_A_YEAR
        return yearly * self.days() // 365

    def check(self) -> None:
        """Refuse a plan that cannot be carried out.

        Raises:
            Refused: ``simulator.plan_out_of_range``.
        """
        if not 1 <= self.communes <= MOST_COMMUNES:
            raise _out_of_range(
                "số xã, phường (--communes)", "communes (--communes)", f"{self.communes}", f"1–{MOST_COMMUNES}"
            )
        if not 0 <= self.departments <= MOST_DEPARTMENTS:
            raise _out_of_range(
                "số sở (--departments)", "departments (--departments)", f"{self.departments}", f"0–{MOST_DEPARTMENTS}"
            )
        if self.dossiers is not None and self.dossiers < 0:
            raise _out_of_range("số hồ sơ (--dossiers)", "dossiers (--dossiers)", f"{self.dossiers}", "0 …")
        if not FIRST_YEAR <= self.first.year <= self.last.year <= LAST_YEAR or self.first > self.last:
            period = f"{self.first.isoformat()} … {self.last.isoformat()}"
            possible = f"{FIRST_YEAR}-01-01 … {LAST_YEAR}-12-31"
            raise _out_of_range("khoảng ngày (--from … --to)", "days (--from … --to)", period, possible)


def _out_of_range(what_vi: str, what_en: str, given: str, possible: str) -> Refused:
    return Refused(
        "simulator.plan_out_of_range",
        vi=f"Không mô phỏng được với {what_vi} là {given}.",
        en=f"Cannot simulate {what_en} of {given}.",
        next_vi=f"Chọn {what_vi} trong khoảng {possible}; ngày đầu không sau ngày cuối.",
        next_en=f"Choose {what_en} within {possible}; the first day may not be after the last.",
    )
