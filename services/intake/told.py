"""What a file has told of its dossiers so far: two rows of one code are two states of one dossier, or two dossiers.

A later row may say otherwise than an earlier one: it is the later state. But when it names both another procedure and
another day of receipt, somebody used a code twice, and taking the row would turn one dossier into the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from sys import intern

from cchc.calendar.vietnam_time import date_of, epoch_day_at
from services.intake.cells.values import CellError, Unreadable, cell_error
from services.intake.rows.canonical import DossierRow


@dataclass(slots=True)
class _Told:
    line: int
    procedure_code: str
    received_day: int | None


class ToldDossiers:
    """The procedure and day of receipt that the rows taken so far say of each dossier; some 200 bytes for each."""

    def __init__(self) -> None:
        self._told: dict[int, _Told] = {}

    def __len__(self) -> int:
        return len(self._told)

    def take(self, line: int, row: DossierRow) -> CellError | None:
        """Remember what the row says; or, when it is of another dossier, the reason against it. Blank is no other."""
        procedure = intern(row.procedure_code or "")
        day = None if row.received_at is None else epoch_day_at(row.received_at.at_ms)
        told = self._told.get(hash(row.dossier_code))
        if told is None:
            self._told[hash(row.dossier_code)] = _Told(line, procedure, day)
            return None
        is_other_day = day is not None and told.received_day is not None and day != told.received_day
        if is_other_day and procedure and told.procedure_code and procedure != told.procedure_code:
            return cell_error("dossier_code", row.dossier_code, _contradiction(told))
        told.line, told.procedure_code = line, procedure or told.procedure_code
        told.received_day = told.received_day if day is None else day
        return None


def _contradiction(told: _Told) -> Unreadable:
    day = "" if told.received_day is None else date_of(told.received_day).strftime("%d/%m/%Y")
    return Unreadable(
        "row.contradiction",
        f"Dòng {told.line} dùng mã này cho thủ tục khác ({told.procedure_code}), tiếp nhận ngày khác ({day}); "
        "hãy sửa mã của hồ sơ sai, hoặc xóa dòng này.",
        f"Line {told.line} has this code for another procedure ({told.procedure_code}) of another day ({day}); "
        "mend the code that is wrong, or delete this row.",
    )
