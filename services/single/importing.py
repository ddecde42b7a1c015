"""``cchc import``: reads the file, takes it into the log, writes what was rejected, and says what it did."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table as Panel

from cchc.clock import Clock
from cchc.log.times import EVER_MS
from cchc.procedures.register import ProcedureRegister
from cchc.store.port import Store
from cchc.units.tree import UnitTree
from services.intake.cells.values import Unreadable, read_code
from services.intake.definitions import DefinitionImport
from services.intake.files.grid import Note, Table
from services.intake.files.rejects import RejectedLines, rejects_path, set_aside_stale, write_rejects
from services.intake.importing import DossierImport
from services.intake.known import KnownFacts
from services.intake.mapping import TableMapping, canonical_mapping
from services.intake.mapping_file import load_mapping
from services.intake.outcome import Outcome
from services.intake.reading import ReadRow, open_table, read_rows, unused_columns
from services.intake.registers import RegisterImport
from services.intake.rows.register import READERS
from services.report.rendering.terminal import plain
from services.single.failures import mapping_of_another_kind, rejects_not_written, source_unnamed
from services.single.log_and_store import LogAndStore
from services.single.progress import progress

_SHOWN_REJECTS = 10
PARTLY = 2
"""Exit code of an import that rejected rows: the rest was taken."""
_WENT_BACK = Note(
    "import.went_back",
    "hồ sơ trở lại nội dung mà chính nguồn này đã báo trước đây rồi đính chính.\n"
    "  → Nếu đây là tệp xuất mới nhất của nguồn, không cần làm gì; nếu là tệp cũ gửi lại, nhập lại tệp xuất mới nhất.",
    "dossiers go back to what this same source said before and corrected since.\n"
    "  → If this is the newest export of the source, all is well; if it is an old one, import the newest once more.",
)


class DefinedCodes:
    """Units and procedures as the store has them, for checking what rows name."""

    def __init__(self, store: Store) -> None:
        self._units = UnitTree.load(store, EVER_MS)
        self._procedures = ProcedureRegister.load(store, EVER_MS)

    def knows_unit(self, code: str) -> bool:
        """Whether a unit has this code."""
        return self._units.knows(code)

    def knows_procedure(self, code: str) -> bool:
        """Whether a procedure has this code."""
        return self._procedures.knows(code)

    def field_of(self, procedure_code: str, day: int) -> str:
        """The field of a procedure as it is defined on a day, or by its newest definition; or an empty text."""
        defined = self._procedures.on(procedure_code, day)
        return defined.field if defined is not None else self._procedures.field_of(procedure_code)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that can be imported: its table, how its columns are read, and whose it is."""

    path: Path
    table: Table
    mapping: TableMapping
    source: str


def open_file(kind: str, file: Path, *, mapping: str | None, source: str) -> OpenedFile:
    """The file as a table of its kind, before any data directory is opened or made for it.

    Raises:
        Refused: ``import.source_unnamed``, ``import.mapping_of_another_kind``, and as ``reading.open_table`` and
            ``mapping.load_mapping``.
    """
    named = _checked_source(source)
    chosen = _mapping_for(kind, mapping)
    return OpenedFile(file, open_table(file, chosen), chosen, named)


def import_file(
    directory: LogAndStore,
    clock: Clock,
    opened: OpenedFile,
    *,
    register_missing: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import a file and report; returns the exit code.

    Raises:
        Unavailable: ``import.rejects_not_written``, after the summary was printed; ``import.store_behind``.
        Unavailable, Corrupt: from log and store. What was taken stays; importing again goes on from there.
    """
    file, table, chosen, source = opened.path, opened.table, opened.mapping, opened.source
    rows = read_rows(table, chosen, clock.now_ms())
    directory.catch_up()
    with RejectedLines() as rejected:
        if chosen.kind.name == "dossiers":
            outcome = _import_dossiers(
                directory,
                rows,
                chosen,
                rejected,
                source=source,
                register_missing=register_missing,
                dry_run=dry_run,
            )
        elif chosen.kind.name in READERS:
            registers = RegisterImport(
                directory.log,
                directory.store,
                DefinedCodes(directory.store),
                source_system=source,
                now_ms=clock.now_ms(),
                dry_run=dry_run,
                rejects=rejected,
                column_of=chosen.source_of,
            )
            outcome = registers.run(chosen.kind.name, rows)
        else:
            definitions = DefinitionImport(
                directory.definitions_log,
                directory.store,
                source_system=source,
                now_ms=clock.now_ms(),
                dry_run=dry_run,
                rejects=rejected,
                column_of=chosen.source_of,
            )
            outcome = definitions.run(chosen.kind.name, rows)
        directory.settle()
        rejects = rejects_path(file) if outcome.rejected and not dry_run else None
        try:
            if rejects is not None:
                write_rejects(rejects, table, rejected)
            stale = None if outcome.rejected or dry_run else set_aside_stale(rejects_path(file))
        except OSError as error:
            _report(outcome, table, chosen, None, as_json=as_json)
            raise rejects_not_written(rejects_path(file), error) from error
    _report(outcome, table, chosen, rejects, as_json=as_json, stale=stale)
    return PARTLY if outcome.rejected else 0


def _checked_source(source: str) -> str:
    """The source's name without surrounding space. Refused ``import.source_unnamed`` when it cannot name one."""
    read = read_code(source)
    if isinstance(read, Unreadable):
        raise source_unnamed(source, read.vi, read.en)
    if read is None:
        raise source_unnamed(source, "không được để trống.", "it may not be blank.")
    return read


def _mapping_for(kind: str, mapping: str | None) -> TableMapping:
    if not mapping:
        return canonical_mapping(kind)
    chosen = load_mapping(mapping)
    if chosen.kind.name != kind:
        raise mapping_of_another_kind(mapping, chosen.kind.name, kind)
    return chosen


def _import_dossiers(
    directory: LogAndStore,
    rows: Iterable[ReadRow],
    mapping: TableMapping,
    rejected: RejectedLines,
    *,
    source: str,
    register_missing: bool,
    dry_run: bool,
) -> Outcome:
    importer = DossierImport(
        directory.log,
        KnownFacts(directory.store),
        DefinedCodes(directory.store),
        directory.settle,
        source_system=source,
        register_missing=register_missing or mapping.register_missing,
        definitions=directory.definitions_log,
        dry_run=dry_run,
        rejects=rejected,
        column_of=mapping.source_of,
    )
    with progress("Nhập hồ sơ") as step:
        return importer.run(rows, lambda done: step(done, done))


def _report(
    outcome: Outcome,
    table: Table,
    mapping: TableMapping,
    rejects: Path | None,
    *,
    as_json: bool,
    stale: Path | None = None,
) -> None:
    notes = [note.vi for note in table.notes]
    if stale is not None:
        notes.append(f"Lần này không còn dòng nào bị từ chối; tệp dòng bị từ chối của lần trước đã cũ, nay là {stale}.")
    unused = unused_columns(table, mapping)
    if unused and mapping.is_canonical:
        notes.append(f"Cột không dùng đến (kiểm tra tên cột): {', '.join(unused)}.")
    if as_json:
        typer.echo(json.dumps(_as_json(outcome, notes, rejects), ensure_ascii=False, indent=2))
        _warn_of_an_old_file(outcome)
        return
    panel = Panel(show_header=False, box=None, pad_edge=False)
    for label, value in _lines(outcome):
        panel.add_row(label, f"{value:,}".replace(",", "."))
    console = Console()
    console.print("Chạy thử, không ghi gì:" if outcome.dry_run else "Đã nhập:", highlight=False)
    console.print(panel)
    for note in notes:
        console.print(plain(f"Lưu ý: {note}"), soft_wrap=True)
    _report_rejects(outcome, rejects)
    _warn_of_an_old_file(outcome)


def _warn_of_an_old_file(outcome: Outcome) -> None:
    """On standard error, in both languages: the importer cannot know whether the source changed its mind."""
    if outcome.went_back:
        for head, text in (("LƯU Ý", _WENT_BACK.vi), ("WARNING", _WENT_BACK.en)):
            typer.echo(f"{head} [{_WENT_BACK.code}] {outcome.went_back} {text}", err=True)


def _lines(outcome: Outcome) -> list[tuple[str, int]]:
    lines = [
        ("Dòng đã đọc", outcome.rows),
        ("Hồ sơ", outcome.dossiers),
        ("Dữ kiện mới", outcome.facts),
        ("  trong đó đính chính", outcome.corrections),
        ("  trong đó rút lại", outcome.retractions),
        ("Dòng không có gì mới", outcome.unchanged),
        ("Đơn vị tự đăng ký", len(outcome.registered_units)),
        ("Thủ tục tự đăng ký", len(outcome.registered_procedures)),
        ("Dòng bị từ chối", outcome.rejected_rows),
    ]
    always = {"Dòng đã đọc", "Dữ kiện mới", "Dòng không có gì mới", "Dòng bị từ chối"}
    return [(label, value) for label, value in lines if value or label in always]


def _report_rejects(outcome: Outcome, rejects: Path | None) -> None:
    told = ((line, error) for line, errors in outcome.rejected.items() for error in errors)
    for line, error in islice(told, _SHOWN_REJECTS):
        column = f", cột {error.column}" if error.column else ""
        typer.echo(plain(f"  dòng {line}{column}, “{error.value}”: {error.vi} [{error.code}]").plain, err=True)
    if outcome.rejected_reasons > _SHOWN_REJECTS:
        typer.echo(f"  … và {outcome.rejected_reasons - _SHOWN_REJECTS} lỗi nữa.", err=True)
    if rejects is not None:
        typer.echo(f"Các dòng bị từ chối nằm trong {rejects}: sửa ngay trong tệp đó rồi nhập lại tệp đó.", err=True)


def _as_json(outcome: Outcome, notes: list[str], rejects: Path | None) -> dict[str, object]:
    return {
        "dry_run": outcome.dry_run,
        "rows": outcome.rows,
        "dossiers": outcome.dossiers,
        "facts": outcome.facts,
        "corrections": outcome.corrections,
        "retractions": outcome.retractions,
        "unchanged": outcome.unchanged,
        "went_back": outcome.went_back,
        "registered_units": outcome.registered_units,
        "registered_procedures": outcome.registered_procedures,
        "rejected_rows": outcome.rejected_rows,
        "rejects_file": None if rejects is None else str(rejects),
        "rejected": [
            {"line": line, "column": e.column, "value": e.value, "code": e.code, "vi": e.vi, "en": e.en}
            for line, errors in outcome.rejected.items()
            for e in errors
        ],
        "notes": notes,
    }
