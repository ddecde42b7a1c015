"""What an import did, in numbers, and the first rows that it rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.intake.cells.values import CellError
from services.intake.files.rejects import RejectedLines

MOST_SHOWN = 1_000
"""Rejected rows whose reasons an outcome holds; the others are in the file of rejects only."""


@dataclass(slots=True)
class Outcome:
    """What an import did, or with ``dry_run`` would do.

    Attributes:
        rows: rows of the file that were read.
        dossiers: dossiers that they speak of.
        unchanged: rows, or dossiers of several rows, that said nothing new.
        facts: what was appended, with the corrections, retractions and registrations.
        went_back: dossiers of which something was said again that the same source had said before and corrected since.
        rejected_rows: rows of the file that were not taken.
        rejected_reasons: what was wrong with them, all in all.
        rejected: line → its reasons, of the first ``MOST_SHOWN`` rejected rows.
    """

    rows: int = 0
    dossiers: int = 0
    unchanged: int = 0
    facts: int = 0
    corrections: int = 0
    retractions: int = 0
    went_back: int = 0
    registered_units: list[str] = field(default_factory=list)
    registered_procedures: list[str] = field(default_factory=list)
    rejected: dict[int, Sequence[CellError]] = field(default_factory=dict)
    rejected_rows: int = 0
    rejected_reasons: int = 0
    dry_run: bool = False

    def reject(self, lines: Sequence[int], errors: Sequence[CellError], kept: RejectedLines | None) -> None:
        """Count rows that were not taken, and keep why. Errors as ``RejectedLines.add``."""
        self.rejected_rows += len(lines)
        self.rejected_reasons += len(lines) * len(errors)
        self.rejected.update(dict.fromkeys(lines[: MOST_SHOWN - len(self.rejected)], errors))
        if kept is not None:
            kept.add(lines, errors)
