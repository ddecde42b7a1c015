"""The working-day calendar as rows of the store, for deriving due times there."""

from __future__ import annotations

import numpy as np

from cchc.calendar.decisions import DayDecision
from cchc.calendar.vietnam_time import date_of, epoch_day
from cchc.calendar.working_days import FIRST_DAY, LAST_DAY, WorkingCalendar
from cchc.reference.definitions import live_definitions
from cchc.store.port import Store

_COLUMNS = ("day", "working", "name", "decision", "known_from")


def decisions_said(store: Store, as_of_ms: int) -> list[DayDecision]:
    """The decisions on working days that facts known at ``as_of_ms`` (milliseconds UTC) say."""
    rows = live_definitions(store, "calendar_day_fact", _COLUMNS, ("day", "known_from"), as_of_ms)
    return [
        DayDecision(
            date_of(int(row["day"])),
            bool(row["working"]),
            str(row["name"]),
            str(row["decision"]),
            date_of(int(row["known_from"])),
        )
        for row in rows
    ]


def publish(store: Store, calendar: WorkingCalendar) -> str:
    """Make sure that the store has the calendar; returns the fingerprint that names it there.

    Writing the same calendar twice changes nothing: rows of one day are equal, and joins take any one of them.
    """
    fingerprint = calendar.fingerprint()
    known = "SELECT count() FROM working_calendar WHERE calendar = {calendar:String}"
    if int(store.query(known, {"calendar": fingerprint}).scalar()) == 0:
        store.insert("working_calendar", _rows(calendar, fingerprint))
    return fingerprint


def _rows(
    calendar: WorkingCalendar, fingerprint: str
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int32]] | list[str]]:
    seen = np.array(calendar.working_index(FIRST_DAY, LAST_DAY), dtype=np.int32)
    days = np.array([*calendar.working_day_list(FIRST_DAY, LAST_DAY), 0], dtype=np.int32)
    first = epoch_day(FIRST_DAY)
    return {
        "calendar": [fingerprint] * len(seen),
        "day": np.arange(first, first + len(seen), dtype=np.int32),
        "seen": seen,
        "seen_before": np.concatenate([np.zeros(1, np.int32), seen[:-1]]),
        "next_day": days[seen],
    }
