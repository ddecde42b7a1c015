"""Decisions that one day is or is not a working day, and since when each was known (quyết định về ngày nghỉ, làm bù).

Every year the Prime Minister settles Tết, the second day of 2/9 and which days are swapped (hoán đổi), by a letter of
the Government Office, weeks or days ahead: the day off of 02/01/2026 was agreed on 25/12/2025. A decision therefore
carries the day on which it became known, and a calendar can be asked as it was known on any day.

``overrides.toml`` holds the official ones. Each has a status there: ``in_force`` counts; ``pending`` is written down
and does not count until it is switched to ``in_force``. 24/11 (Ngày Văn hóa Việt Nam) is pending: the reference
totals of working days of 2026 (250) are without it. A province that has the decision in hand switches it in that
file, or records the day as a fact (``CalendarDayDecided``), which needs no new version.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from importlib import resources
from typing import Any

from cchc.calendar.office_hours import OfficeHours
from cchc.errors import Corrupt

_STATUSES = ("in_force", "pending")


@dataclass(frozen=True, slots=True, order=True)
class DayDecision:
    """One day is (``working``) or is not a working day, by a decision that was known from a day on, inclusive.

    Args:
        day: the day that is decided on.
        working: whether offices work on it.
        name: what the officer reads, in Vietnamese.
        decision: number of the decision, or its source.
        known_from: first day on which it was known; of two decisions on a day the later known one counts.
    """

    day: date
    working: bool
    name: str
    decision: str
    known_from: date


@dataclass(frozen=True, slots=True)
class Official:
    """What ``overrides.toml`` says: its version, the decisions by status, and the office hours."""

    version: str
    in_force: tuple[DayDecision, ...]
    pending: tuple[DayDecision, ...]
    office_hours: OfficeHours


@functools.cache
def official() -> Official:
    """The decisions that come with this version of the software.

    Raises:
        Corrupt: ``calendar.overrides_unreadable`` when the file is not what it should be.
    """
    return read_official(resources.files(__package__).joinpath("overrides.toml").read_text(encoding="utf-8"))


def read_official(text: str) -> Official:
    """Read a file of the form of ``overrides.toml``. Errors as ``official``."""
    try:
        content = tomllib.loads(text)
        by_status = {status: tuple(_decisions(content, status)) for status in _STATUSES}
        _check(content)
        return Official(content["version"], by_status["in_force"], by_status["pending"], _office_hours(content))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise Corrupt(
            "calendar.overrides_unreadable",
            vi=f"Không đọc được tệp quyết định ngày nghỉ overrides.toml ({error}).",
            en=f"The file of holiday decisions, overrides.toml, cannot be read ({error}).",
            next_vi="Khôi phục tệp của bản cài đặt, hoặc sửa lại dòng vừa thay đổi.",
            next_en="Restore the file of the installation, or mend the line that was changed.",
        ) from error


def _decisions(content: dict[str, Any], status: str) -> Iterator[DayDecision]:
    for entry in content["decision"]:
        if entry["status"] == status:
            for day in entry["days"]:
                yield DayDecision(day["day"], day["working"], day["name"], entry["number"], entry["known_from"])


def _check(content: dict[str, Any]) -> None:
    for entry in content["decision"]:
        if entry["status"] not in _STATUSES:
            raise ValueError(f"status {entry['status']!r} of {entry['number']!r} is none of {_STATUSES}")
        if not entry["days"] or not all(
            type(day["day"]) is date for day in [*entry["days"], {"day": entry["known_from"]}]
        ):
            raise ValueError(f"{entry['number']!r} needs dates for its days and for known_from")


def _office_hours(content: dict[str, Any]) -> OfficeHours:
    sessions = tuple(
        (_clock_ms(opening), _clock_ms(closing)) for opening, closing in content["office_hours"]["sessions"]
    )
    edges = [edge for session in sessions for edge in session]
    if not edges or edges != sorted(set(edges)):
        raise ValueError("the sessions of office_hours must follow one another")
    return OfficeHours(sessions)


def _clock_ms(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000
