"""Data directories for the kill tests, made once for all workers of a test run."""

from __future__ import annotations

import csv
import dataclasses
import fcntl
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cchc.clock import FixedClock
from cchc.log.port import Prefix
from cchc.log.sqlite.log import SqliteLog
from services.simulator.files import write_files
from services.simulator.filling import fill_log
from services.simulator.plan import Plan
from services.simulator.province import Province, simulate
from tests.fault.embedded.killing import Case, PartsSeen, ask, batches, copy_of, run, run_until

PLAN = Plan(seed=29, communes=3, departments=1, dossiers=6_000, first=date(2026, 1, 1), last=date(2026, 4, 30))
COLUMNS = (
    "dossier_code",
    "procedure_code",
    "unit_code",
    "submitted_at",
    "received_at",
    "due_at",
    "resolved_at",
    "outcome",
)
IN_LOG = dataclasses.replace(PLAN, dossiers=3_000)
"""What is aggregated and rebuilt: all of it is one span, and as many inserts, as twice as much would be."""

RESENDINGS = 2
"""The log holds every fact this often: more work for the aggregator, the same figures."""

_NEVER = 1 << 30


class Workshop:
    """Where cases are made, each by the worker that needs it first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def case(self, name: str, make: Callable[[Path], Case]) -> Case:
        """The case of this name."""
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            described = folder / "case.json"
            if not described.exists():
                case = make(folder)
                told = [str(case.base), case.arguments, case.keying, case.answer, case.progress]
                described.write_text(json.dumps(told), encoding="utf-8")
            base, arguments, keying, answer, progress = json.loads(described.read_text(encoding="utf-8"))
            return Case(Path(base), tuple(arguments), keying, answer, progress)


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Workshop:
    base = tmp_path_factory.getbasetemp()
    return Workshop((base if worker_id == "master" else base.parent) / "embedded")


@pytest.fixture
def importing(workshop: Workshop) -> Case:
    """A province's dossiers in one file, about to be imported."""
    return workshop.case("import", _importing)


@pytest.fixture
def aggregating(workshop: Workshop) -> Case:
    """A full log that no store has read."""
    return workshop.case("aggregate", _aggregating)


@pytest.fixture
def rebuilding(workshop: Workshop) -> Case:
    """A full log and a store that has read it."""
    return workshop.case("rebuild", _rebuilding)


def _importing(folder: Path) -> Case:
    base, files = folder / "base", folder / "files"
    write_files(simulate(PLAN), files)
    for kind in ("units", "procedures"):
        run(("import", kind, str(files / f"{kind}.csv")), base)
    arguments = ("import", "dossiers", str(_one_file(files)))
    whole = copy_of(base, folder / "whole")
    run(arguments, whole)
    answer = ask(whole, keying=False)
    assert answer["received"] > 5_000
    assert answer["scored"] > 20
    return Case(base, arguments, keying=False, answer=answer, progress=batches(whole))


def _one_file(files: Path) -> Path:
    """All months in one file, in few columns: more chunks for the same time."""
    path = files / "all.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for month in sorted(files.glob("dossiers-*.csv")):
            with month.open(encoding="utf-8", newline="") as lines:
                writer.writerows(csv.DictReader(lines))
    return path


def _aggregating(folder: Path) -> Case:
    base = folder / "base"
    base.mkdir()
    _fill(simulate(IN_LOG), base)
    return _observed(folder, base, ("quarantine",))


def _rebuilding(folder: Path) -> Case:
    base = folder / "base"
    base.mkdir()
    _fill(simulate(IN_LOG), base)
    run(("quarantine",), base)
    return _observed(folder, base, ("rebuild",))


def _fill(province: Province, base: Path) -> None:
    clock = FixedClock(0)
    with SqliteLog(base / "log.sqlite", clock) as log:
        fill_log(province, log, clock)
        payloads = [record.payload for record in log.records(Prefix())]
        for _ in range(RESENDINGS - 1):
            log.append(payloads)


def _observed(folder: Path, base: Path, arguments: tuple[str, ...]) -> Case:
    whole = copy_of(base, folder / "whole")
    _, progress = run_until(arguments, whole, PartsSeen(), _NEVER, 0)
    answer = ask(whole, keying=True)
    assert answer["received"] > 2_500
    assert answer["scored"] > 20
    return Case(base, arguments, keying=True, answer=answer, progress=progress)
