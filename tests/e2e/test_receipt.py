"""A real one-stop log, from the file to the form, as a new user would do it; every figure against the witness."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.reference import receipt

SAMPLE = Path(__file__).parents[2] / "services" / "intake" / "samples" / "receipt.csv.gz"

WINDOWS = {
    ("nd09", "2011Q1"): (date(2010, 12, 15), date(2011, 3, 14)),
    ("nd09", "2011Q2"): (date(2011, 3, 15), date(2011, 6, 14)),
    ("nd09", "2011Q3"): (date(2011, 6, 15), date(2011, 9, 14)),
    ("nd09", "2011Q4"): (date(2011, 9, 15), date(2011, 12, 14)),
    ("calendar", "2011Q1"): (date(2011, 1, 1), date(2011, 3, 31)),
    ("calendar", "2011Q2"): (date(2011, 4, 1), date(2011, 6, 30)),
    ("calendar", "2011Q3"): (date(2011, 7, 1), date(2011, 9, 30)),
    ("calendar", "2011Q4"): (date(2011, 10, 1), date(2011, 12, 31)),
}


def cchc(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "services.single", *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def form(data: Path, *arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(cchc("form", "II.06a", *arguments, "--data", str(data), "--format", "json"))
    return answer


@pytest.fixture(scope="module", params=["receipt", "receipt-by-instant"])
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, receipt.Mode]:
    data = tmp_path_factory.mktemp("receipt") / "data"
    mapping: str = request.param
    said = json.loads(
        cchc("import", "dossiers", str(SAMPLE), "--mapping", mapping, "--data", str(data), "--format", "json")
    )

    assert (said["rows"], said["dossiers"], said["rejected_rows"]) == (8_577, 1_434, 0)
    return data, "instant" if mapping.endswith("instant") else "day"


def test_the_whole_log_is_there_and_judged(imported: tuple[Path, receipt.Mode]) -> None:
    data, basis = imported

    total = form(data, "--from", "2010-09-01", "--to", "2012-12-31")["total"]

    assert (total["received_total"], total["resolved_total"], total["pending_total"]) == (1_434, 1_329, 105)
    judged = (total["resolved_early"], total["resolved_on_time"], total["resolved_late"])
    assert judged == ((951, 69, 309) if basis == "day" else (951, 1, 377))


def test_every_quarter_by_both_calendars_equals_the_witness(imported: tuple[Path, receipt.Mode]) -> None:
    data, basis = imported
    witness = receipt.read()

    for (calendar, period), (first, last) in WINDOWS.items():
        answer = form(data, "--period", period, "--calendar", calendar)

        assert answer["period"] == {
            "id": period,
            "calendar": calendar,
            "from": first.isoformat(),
            "to": last.isoformat(),
        }
        assert answer["total"] == witness.total(first, last, basis), (calendar, period)
        assert answer["on_time"] == witness.on_time(first, last, basis), (calendar, period)


def test_importing_it_again_adds_nothing(imported: tuple[Path, receipt.Mode]) -> None:
    data, basis = imported
    mapping = "receipt" if basis == "day" else "receipt-by-instant"

    said = json.loads(
        cchc("import", "dossiers", str(SAMPLE), "--mapping", mapping, "--data", str(data), "--format", "json")
    )

    assert (said["facts"], said["unchanged"]) == (0, 1_434)
