"""The working-day calendar as rows of the store, for deriving due times there."""

from __future__ import annotations

import numpy as np

from cchc.calendar.vietnam_time import epoch_day
from cchc.calendar.working_days import FIRST_DAY, LAST_DAY, WorkingCalendar
from cchc.store.port import Store


def publish(store: Store, calendar: WorkingCalendar) -> str:
    """Make sure that the store has the calendar; returns the fingerprint that names it there.

    Writing the same calendar twice changes nothing: rows of one day are equal, and joins take any one of them.
    """
    fingerprint = calendar.fingerprint()
    known = "SELECT count() FROM working_calendar WHERE calendar = {calendar:String}"
    if int(store.query(known, {"calendar": fingerprint}).scalar()) == 0:
        store.insert("working_calendar", _columns(calendar, fingerprint))
    return fingerprint


def _columns(
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
