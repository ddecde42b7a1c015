"""Office time by the store, held against office time by the calendar, for whatever hours a file may say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cchc.dossier
from cchc.calendar.decisions import official
from cchc.calendar.office_hours import OfficeHours
from cchc.calendar.vietnam_time import DAY_MS
from cchc.dossier.office_time import clock_at, offset_at
from cchc.store.port import Store

MINUTE_MS = 60_000
HOURS = {
    "official": official().office_hours,
    "an hour later": OfficeHours(
        tuple((a + 60 * MINUTE_MS, b + 60 * MINUTE_MS) for a, b in official().office_hours.sessions)
    ),
    "no break": OfficeHours(((8 * 60 * MINUTE_MS, 16 * 60 * MINUTE_MS),)),
    "three sessions": OfficeHours(((1, 2), (7 * 60 * MINUTE_MS, 12 * 60 * MINUTE_MS), (13 * 60 * MINUTE_MS, DAY_MS))),
}


@pytest.mark.parametrize("name", HOURS)
def test_the_store_counts_office_time_as_the_calendar_does(store: Store, name: str) -> None:
    hours = HOURS[name]
    edges = [edge + shift for session in hours.sessions for edge in session for shift in (-1, 0, 1)]
    clocks = sorted({clock for clock in (*edges, *range(0, DAY_MS, 17 * MINUTE_MS)) if 0 <= clock < DAY_MS})
    assert said(store, offset_at(hours, "x"), clocks) == [hours.offset_at(clock) for clock in clocks]

    ends = [hours.offset_at(edge) + shift for session in hours.sessions for edge in session for shift in (-1, 0, 1)]
    offsets = sorted({at for at in (*ends, *range(1, hours.length, 17 * MINUTE_MS)) if 0 < at <= hours.length})
    assert said(store, clock_at(hours, "x"), offsets) == [hours.clock_at(offset) for offset in offsets]


def test_the_hours_stand_in_one_file_only() -> None:
    (folder,) = cchc.dossier.__path__
    written = [
        path.name
        for path in Path(folder).glob("*.py")
        if re.search(r"3_600_000|86_400_000|25_200_000|\d \* HOUR_MS", path.read_text("utf-8"))
    ]
    assert written == []


def said(store: Store, expression: str, given: list[int]) -> list[int]:
    sql = f"SELECT {expression} FROM (SELECT arrayJoin({{given:Array(Int64)}}) AS x) ORDER BY x"  # noqa: S608 — the product's own
    return [value for (value,) in store.query(sql, {"given": given}).rows]
