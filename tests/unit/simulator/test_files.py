from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from google.protobuf.proto import parse_length_prefixed

from cchc.api.intake.v1.intake_pb2 import DUE_BASIS_INSTANT
from cchc.api.log.v1.event_pb2 import Event, EventBatch
from cchc.calendar.vietnam_time import VIETNAM, day_of, end_of_day_ms
from cchc.log.batch import decode, events
from services.simulator.files import PROCEDURE_COLUMNS, UNIT_COLUMNS, write_files
from services.simulator.plan import Plan
from services.simulator.province import Province, simulate
from services.simulator.snapshots import COLUMNS
from tests.reference.dossier_fold import DossierState, Known, fold

CANONICAL = (
    "dossier_code, procedure_code, field_code, unit_code, receiving_unit_code, channel, submitted_at, received_at, "
    "due_at, resolved_at, outcome, delivered_at, fee_due, fee_paid_online, components_digitised, electronic_result, "
    "supplement_requests"
)
CHANNELS = {1: "online_full", 2: "online_partial", 3: "in_person", 4: "postal"}
SMALL = Plan(seed=23, communes=3, departments=1, dossiers=300, first=date(2026, 2, 2), last=date(2026, 4, 10))
SCRIPT = """
import sys
from datetime import date
from pathlib import Path
from services.simulator.files import write_files
from services.simulator.plan import Plan
from services.simulator.province import simulate

write_files(simulate(Plan(23, 3, 1, 300, date(2026, 2, 2), date(2026, 4, 10))), Path(sys.argv[1]))
"""


@pytest.fixture(scope="session")
def written(spring: Province, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("province")
    write_files(spring, directory)
    return directory


def digests(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(directory.iterdir())}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dossier_rows(directory: Path) -> list[dict[str, str]]:
    return [row for path in sorted(directory.glob("dossiers-*.csv")) for row in table(path)]


def test_the_same_seed_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    write_files(simulate(SMALL), tmp_path / "here")
    here = digests(tmp_path / "here")
    for hash_seed in ("1", "4711"):
        directory = tmp_path / hash_seed
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "America/New_York", "LC_ALL": "C"}
        subprocess.run([sys.executable, "-c", SCRIPT, str(directory)], check=True, env=environment, timeout=120)
        assert digests(directory) == here


def test_another_seed_gives_another_province(tmp_path: Path) -> None:
    write_files(simulate(SMALL), tmp_path / "one")
    write_files(simulate(Plan(24, 3, 1, 300, SMALL.first, SMALL.last)), tmp_path / "other")
    one, other = digests(tmp_path / "one"), digests(tmp_path / "other")
    assert one["facts.binpb"] != other["facts.binpb"]
    assert one["dossiers-2026-03.csv"] != other["dossiers-2026-03.csv"]


def test_there_is_a_file_for_each_month_and_a_readme_that_names_them(written: Path) -> None:
    assert sorted(digests(written)) == [
        "README.txt",
        "dossiers-2026-01.csv",
        "dossiers-2026-02.csv",
        "dossiers-2026-03.csv",
        "facts.binpb",
        "procedures.csv",
        "units.csv",
    ]
    readme = (written / "README.txt").read_text(encoding="utf-8")
    assert "DỮ LIỆU MÔ PHỎNG" in readme
    assert all(name in readme for name in ("units.csv", "procedures.csv", "facts.binpb", "dossiers-"))


def test_columns_are_the_canonical_ones(written: Path) -> None:
    assert ", ".join(COLUMNS) == CANONICAL
    assert list(dossier_rows(written)[0]) == list(COLUMNS)
    assert list(table(written / "units.csv")[0]) == list(UNIT_COLUMNS)
    assert list(table(written / "procedures.csv")[0]) == list(PROCEDURE_COLUMNS)


def test_reference_files_say_what_the_facts_say(written: Path, spring: Province) -> None:
    units = table(written / "units.csv")
    assert [(row["unit_code"], row["name"], row["parent_code"], row["peer_group"]) for row in units] == [
        (unit.unit_code, unit.name, unit.parent_code, unit.peer_group) for unit in spring.units
    ]
    procedures = table(written / "procedures.csv")
    assert [(row["procedure_code"], row["field_code"], row["name"]) for row in procedures] == [
        (one.procedure_code, one.field_code, one.name) for one in spring.procedures
    ]
    assert {row["limit_unit"] for row in procedures} == {
        "working_days",
        "calendar_days",
        "working_hours",
        "same_day",
        "",
    }
    assert {row["online_level"] for row in procedures} == {"none", "partial", "full"}


def test_the_last_row_of_each_dossier_is_its_state_by_the_facts(written: Path, spring: Province) -> None:
    known = [Known(fact.event(), fact.arrives_at_ms) for fact in spring.facts]
    expected = fold(known, as_of_ms=end_of_day_ms(spring.plan.last))
    last = {row["dossier_code"]: row for row in dossier_rows(written)}
    assert set(last) == set(spring.dossiers)
    for code, row in last.items():
        assert facts_of_row(row) == facts_of_state(expected[code])


def facts_of_row(row: dict[str, str]) -> dict[str, object]:
    declined = row["outcome"] == "declined"
    return {
        "received": ms(row["received_at"]),
        "submitted": ms(row["submitted_at"]),
        "ended": None if declined else ms(row["resolved_at"]),
        "declined": ms(row["resolved_at"]) if declined else None,
        "outcome": "" if declined else row["outcome"],
        "delivered": ms(row["delivered_at"]),
        "unit": row["unit_code"] if row["received_at"] else "",
        "receiving": row["receiving_unit_code"],
        "procedure": row["procedure_code"] if row["received_at"] else "",
        "field": row["field_code"] if row["received_at"] else "",
        "channel": row["channel"] if row["received_at"] else "",
        "due": row["due_at"],
        "fee_due": row["fee_due"] == "1",
        "paid_online": row["fee_paid_online"] == "1",
        "digitised": {"": None, "0": False, "1": True}[row["components_digitised"]],
        "electronic": {"": None, "0": False, "1": True}[row["electronic_result"]],
        "supplements": int(row["supplement_requests"] or 0),
    }


def facts_of_state(state: DossierState) -> dict[str, object]:
    outcome = {1: "approved", 2: "refused"}[state.outcome] if state.end == "resolved" else state.end or ""
    return {
        "received": state.received_at_ms,
        "submitted": state.submitted_at_ms,
        "ended": state.ended_at_ms,
        "declined": state.declined_at_ms,
        "outcome": outcome,
        "delivered": state.delivered_at_ms,
        "unit": state.unit if state.accepted else "",
        "receiving": state.receiving_unit,
        "procedure": state.procedure,
        "field": state.field,
        "channel": CHANNELS.get(state.channel, ""),
        "due": due_text(state),
        "fee_due": state.obligation_arose,
        "paid_online": state.paid_online,
        "digitised": state.digitised,
        "electronic": state.electronic_result,
        "supplements": state.supplement_requests,
    }


def due_text(state: DossierState) -> str:
    given = [
        one
        for one in state.given_dues
        if one.with_acceptance or state.ended_at_ms is None or one.occurred_at_ms <= state.ended_at_ms
    ]
    if not given:
        return ""
    due = max(given, key=lambda one: (one.occurred_at_ms, one.tie))
    if due.basis == DUE_BASIS_INSTANT:
        return datetime.fromtimestamp(due.due_at_ms // 1000, VIETNAM).replace(tzinfo=None).isoformat()
    return day_of(due.due_at_ms).isoformat()


def ms(text: str) -> int | None:
    return int(datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp()) * 1000 if text else None


def test_a_value_may_change_from_row_to_row_but_never_becomes_blank(written: Path) -> None:
    before: dict[str, dict[str, str]] = {}
    changed = 0
    for row in dossier_rows(written):
        known = before.get(row["dossier_code"], {})
        assert not [name for name in COLUMNS if known.get(name) and not row[name]]
        changed += any(known.get(name) and known[name] != row[name] for name in ("channel", "resolved_at", "outcome"))
        before[row["dossier_code"]] = row
    assert changed


def test_some_rows_come_twice_and_rows_are_not_in_order_of_receipt(written: Path) -> None:
    rows = table(written / "dossiers-2026-03.csv")
    lines = [tuple(row.values()) for row in rows]
    assert len(set(lines)) < len(lines)
    received = [row["received_at"] for row in rows if row["received_at"]]
    assert received != sorted(received)


def test_the_fact_file_parses_back_into_all_facts_in_order_of_arrival(written: Path, spring: Province) -> None:
    found: list[Event] = []
    file = io.BytesIO((written / "facts.binpb").read_bytes())
    while file.tell() < len(file.getvalue()):
        batch = parse_length_prefixed(EventBatch, file)
        assert batch is not None
        found.extend(events(decode(batch.SerializeToString())))
    assert found == [fact.event() for fact in spring.facts]


def test_progress_counts_files(spring: Province, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    paths = write_files(spring, tmp_path / "new" / "folder", lambda done, total: told.append((done, total)))
    assert told[-1] == (len(paths), len(paths))
    assert all(path.is_file() for path in paths)
