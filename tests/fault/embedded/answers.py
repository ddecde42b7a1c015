"""What a data directory answers, as one digest.

``python -m tests.fault.embedded.answers DIRECTORY [without-keying]``: counts of the form for every unit and field in
the half-year that all dossiers lie in, the index of every unit by both criteria sets (points, ranks, numerators and
denominators) in periods of two calendars, every fact that the store holds, and the quarantine, as canonical JSON; then
its SHA-256. It does not catch up first: a command that has ended has caught up by itself.

Everything is asked as it is known at one fixed and far moment, so that two logs that say the same at different times
answer alike. ``without-keying`` leaves out what hangs on the time of recording: the facts one by one, and the dossiers
that were keyed late.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from cchc.calendar.periods import parse_period
from cchc.clock import FixedClock
from services.report.form_query import COUNTS, form_counts
from services.report.index_answer import IndexAnswers
from services.report.question import Question
from services.single.data_directory import DataDirectory

AS_OF_MS = 4_000_000_000_000
"""2096-10-02: later than anything is recorded."""

HALF_YEAR = ("2026S1", "calendar")
INDICES = (("qd766", "2026Q1", "nd09"), ("tt01-2018", "2026S1", "calendar"))
KEYING = "late_keyed"

_FACTS = """
SELECT fact_type, count() AS facts,
       groupBitXor(sipHash64(subject, occurred_at, recorded_at, id_lo, replaces_lo, log_offset, log_row, value, note))
           AS sum
FROM (SELECT DISTINCT subject, fact_type, occurred_at, recorded_at, id_lo, replaces_lo, log_offset, log_row, value, note
      FROM fact)
GROUP BY fact_type ORDER BY fact_type"""


def answers(directory: DataDirectory, *, keying: bool) -> dict[str, Any]:
    """The answers of an open directory."""
    names = [name for name in COUNTS if keying or name != KEYING]
    question = Question.ask(directory.store, parse_period(*HALF_YEAR), AS_OF_MS)
    form = [
        [line["unit"], line["field"], *(line[name] for name in names)]
        for line in form_counts(directory.store, question)
        if any(line[name] for name in names)
    ]
    index = IndexAnswers(directory.store, directory.quarantine.count)
    indices = [
        index.index(criteria, parse_period(period, calendar), AS_OF_MS).as_json()
        for criteria, period, calendar in INDICES
    ]
    facts = directory.store.query(_FACTS).rows if keying else []
    return {"form": form, "indices": indices, "facts": facts, "quarantined": directory.quarantine.count()}


def digest(said: dict[str, Any]) -> str:
    """SHA-256 of the answers as canonical JSON."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def main(path: Path, *, keying: bool) -> None:
    """Print the digest, how many dossiers the half-year has, and how many figures the indices have."""
    with DataDirectory(path, FixedClock(AS_OF_MS)) as directory:
        said = answers(directory, keying=keying)
    received = sum(sum(line[2:5]) for line in said["form"])
    scored = sum(
        criterion["d"] not in {None, 0}
        for index in said["indices"]
        for unit in index["units"]
        for criterion in unit["criteria"]
    )
    print(json.dumps({"digest": digest(said), "received": received, "scored": scored}))  # noqa: T201 — its answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), keying="without-keying" not in sys.argv[2:])
