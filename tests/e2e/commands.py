"""Running the real command line, and what its errors must look like."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cchc.clock import FixedClock
from cchc.log.port import Prefix
from cchc.log.sqlite.log import SqliteLog

ROOT = Path(__file__).parents[2]
AS_OF = "2096-10-02"
"""Later than anything is recorded, so that answers do not hang on when they are asked."""

UNITS = (
    {"unit_code": "U1", "name": "Xã Một", "type": "commune"},
    {"unit_code": "U2", "name": "Xã Hai", "type": "commune"},
)
PROCEDURES = (
    {"procedure_code": "P1", "name": "Thủ tục 1", "field_code": "F1", "limit": "5", "limit_unit": "working_days"},
)
ROW = {
    "dossier_code": "H1",
    "unit_code": "U1",
    "procedure_code": "P1",
    "received_at": "2026-03-02T08:00",
    "due_at": "2026-03-09",
    "resolved_at": "2026-03-06",
    "outcome": "approved",
}


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    stdout: str
    stderr: str

    def says(self, code: str) -> None:
        """Check that it ended with this error: in both languages, with what to do next, and without a traceback."""
        assert self.code != 0
        assert "Traceback" not in self.stderr
        lines = [line for line in self.stderr.splitlines() if line.strip()]
        for place, head in ((-4, "LỖI"), (-2, "ERROR")):
            assert re.match(rf"{head} \[{re.escape(code)}\] \S.*\S", lines[place]), self.stderr
            assert re.match(r"  → \S.*\.$", lines[place + 1]), self.stderr
        assert self.code == 1


def cchc(
    *arguments: str | Path, data: Path | None = None, prepare: Callable[[], None] | None = None, cwd: Path = ROOT
) -> Done:
    """Run ``cchc``; ``prepare`` runs in the new process before it."""
    where = [] if data is None else ["--data", str(data)]
    done = subprocess.run(
        [sys.executable, "-m", "services.single", *map(str, arguments), *where],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=prepare,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def well(*arguments: str | Path, data: Path | None = None) -> str:
    """Run ``cchc``, which must succeed; returns standard output."""
    done = cchc(*arguments, data=data)
    assert done.code == 0, done.stderr
    return done.stdout


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """A canonical CSV with these rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def form(data: Path) -> dict[str, Any]:
    """The form of the first quarter, as known at a far time."""
    answer: dict[str, Any] = json.loads(
        well("form", "II.06a", "--period", "2026Q1", "--as-of", AS_OF, "--format", "json", data=data)
    )
    return answer


def logged(data: Path) -> list[bytes]:
    """Every batch that the log of a directory has, byte for byte."""
    with SqliteLog(data / "log.sqlite", FixedClock(0)) as log, closing(log):
        return [record.payload for record in log.records(Prefix())]


def copy_of(base: Path, target: Path) -> Path:
    """A copy of a closed data directory."""
    shutil.copytree(base, target, symlinks=True)
    return target
