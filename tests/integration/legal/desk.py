"""A desk that imports register files and asks for their forms, as the command line does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cchc.calendar.periods import Period, parse_period
from cchc.testing.store_directory import StoreDirectory
from services.intake.mapping import canonical_mapping
from services.intake.outcome import Outcome
from services.intake.reading import open_table, read_rows
from services.intake.registers import RegisterImport
from services.report.legal.form_systematisation import Years
from services.report.register_answers import RegisterAnswers
from services.single.importing import DefinedCodes
from tests.integration.intake.desk import NOW_MS, CellsOfRow, Desk, desk_in

UNITS = (
    {"unit_code": "H40", "name": "Tỉnh Nghệ An", "type": "province"},
    {"unit_code": "TK", "name": "Huyện Tân Kỳ", "type": "district", "parent_code": "H40"},
    {"unit_code": "DL", "name": "Huyện Đô Lương", "type": "district", "parent_code": "H40"},
    {"unit_code": "DL1", "name": "Xã Một", "type": "commune", "parent_code": "DL"},
)


class RegisterDesk:
    """Imports into one log and one store, and answers from it.

    Args:
        desk: where files are written, and facts go.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.answers = RegisterAnswers(desk.store, lambda _: 0)

    def take(self, kind: str, *rows: CellsOfRow, dry_run: bool = False, source: str = "legal") -> Outcome:
        """Import a register file with these rows."""
        self.desk.settle()
        mapping = canonical_mapping(kind)
        table = open_table(self.desk.write(rows), mapping)
        importer = RegisterImport(
            self.desk.log,
            self.desk.store,
            DefinedCodes(self.desk.store),
            source_system=source,
            now_ms=NOW_MS,
            dry_run=dry_run,
        )
        outcome = importer.run(kind, read_rows(table, mapping, NOW_MS))
        self.desk.settle()
        return outcome

    def form(self, name: str, period: Period | str = "2024", unit: str | None = None, as_of_ms: int = NOW_MS) -> Any:
        """A form of a calendar period as JSON."""
        asked = parse_period(period, "calendar") if isinstance(period, str) else period
        return self.answers.form(name, asked, as_of_ms, unit).as_json()

    def systematisation(self, first: int, last: int, unit: str | None = None, as_of_ms: int = NOW_MS) -> Any:
        """A systematisation as JSON."""
        return self.answers.systematisation(Years(first, last), as_of_ms, unit).as_json()


@contextmanager
def register_desk_in(directory: StoreDirectory, folder: Path) -> Iterator[RegisterDesk]:
    """A desk with an empty log file in a folder and an empty database, where the units are defined."""
    with desk_in(directory, folder) as desk:
        assert desk.reference("units", UNITS).facts == len(UNITS)
        yield RegisterDesk(desk)


def flags(answer: Any) -> dict[str, str]:
    """The flags of an answer, text by code."""
    return {flag["code"]: flag["text"] for flag in answer["flags"]}
