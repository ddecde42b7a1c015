"""The real log that comes with the program, read with its shipped mapping. Expected figures: samples/README.md."""

from __future__ import annotations

from collections import Counter
from importlib.resources import as_file, files

from cchc.api.intake.v1 import intake_pb2 as intake
from services.intake.mapping_file import load_mapping
from services.intake.reading import open_table, read_rows
from services.intake.rows.canonical import DossierOutcome, DossierRow

NOW = 1_763_780_000_000
DAY_MS = 86_400_000
VIETNAM_MS = 7 * 3_600_000


def dossiers(mapping_name: str) -> list[DossierRow]:
    mapping = load_mapping(mapping_name)
    with as_file(files("services.intake") / "samples" / "receipt.csv.gz") as path:
        rows = list(read_rows(open_table(path, mapping), mapping, NOW))
    assert all(row.errors == () for row in rows)
    assert sum(len(row.lines) for row in rows) == 8_577
    return [row.row for row in rows if isinstance(row.row, DossierRow)]


def test_the_log_holds_1434_dossiers_by_five_channels() -> None:
    rows = dossiers("receipt")
    assert len({row.dossier_code for row in rows}) == len(rows) == 1_434
    assert Counter(row.channel for row in rows) == {
        intake.CHANNEL_ONLINE_FULL: 1_250,
        intake.CHANNEL_IN_PERSON: 109 + 1,
        intake.CHANNEL_POSTAL: 53,
        intake.CHANNEL_ONLINE_PARTIAL: 21,
    }
    assert Counter(row.unit_code for row in rows).keys() == {"dept-general", "dept-experts", "dept-customer-contact"}


def test_1329_of_them_were_resolved_and_105_are_open() -> None:
    rows = dossiers("receipt")
    assert sum(row.resolved_at is not None for row in rows) == 1_329
    assert Counter(row.outcome for row in rows) == {DossierOutcome.APPROVED: 1_329, None: 105}
    assert all(row.received_at is not None and row.due_at is not None for row in rows)


def test_by_day_951_were_early_69_on_the_due_day_and_309_late() -> None:
    counted = Counter[str]()
    for row in dossiers("receipt"):
        assert row.due_is_instant is False
        if row.resolved_at is not None and row.due_at is not None:
            day = (row.resolved_at.at_ms + VIETNAM_MS) // DAY_MS
            due = (row.due_at.at_ms + VIETNAM_MS) // DAY_MS
            counted["early" if day < due else "on the day" if day == due else "late"] += 1
    assert counted == {"early": 951, "on the day": 69, "late": 309}


def test_by_instant_952_were_in_time_and_377_late() -> None:
    counted = Counter[bool]()
    for row in dossiers("receipt-by-instant"):
        assert row.due_is_instant is True
        if row.resolved_at is not None and row.due_at is not None:
            counted[row.resolved_at.at_ms <= row.due_at.at_ms] += 1
    assert counted == {True: 952, False: 377}
