"""Rejected rows: written so that they can be mended and imported again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc.formula_guard import unguarded
from services.intake.cells.values import CellError
from services.intake.files.rejects import RejectedLines, rejects_path, set_aside_stale, write_rejects
from services.intake.mapping import canonical_mapping
from services.intake.reading import ReadRow, open_table, read_rows
from services.intake.rows.canonical import DossierRow

NOW = 1_763_780_000_000
MAPPING = canonical_mapping("dossiers")


def imported(path: Path) -> tuple[list[ReadRow], int]:
    """What became of the file's rows, and how many of them went to the file of rejects."""
    table = open_table(path, MAPPING)
    rows = list(read_rows(table, MAPPING, NOW))
    with RejectedLines() as rejected:
        for row in reversed(rows):
            if row.row is None:
                rejected.add(row.lines, row.errors)
        return rows, write_rejects(rejects_path(path), table, rejected)


def test_a_mended_file_of_rejects_imports_what_was_rejected(tmp_path: Path) -> None:
    path = tmp_path / "hồ sơ.csv"
    path.write_text(
        "dossier_code;unit_code;received_at;Ghi chú;channel\n"
        "A;U;04/03/2025;tốt;\n-B;U;13/25/2025;=1+1;mạng\n'C;;05/03/2025;x;\n",
        encoding="utf-8",
    )
    _, count = imported(path)
    assert count == 2
    rejects = tmp_path / "hồ sơ.csv.rejects.csv"
    assert rejects.read_bytes().startswith(b"\xef\xbb\xbf")
    with rejects.open(encoding="utf-8-sig", newline="") as stream:
        header, first, second = csv.reader(stream, delimiter=";")
    assert header[:5] == ["dossier_code", "unit_code", "received_at", "Ghi chú", "channel"]
    assert header[5:] == ["Dòng bị từ chối", "Cột lỗi", "Giá trị lỗi", "Mã lỗi", "Cách sửa"]
    assert first[:9] == [
        *("'-B", "U", "13/25/2025", "'=1+1", "mạng", "3"),
        *("channel\nreceived_at", "mạng\n13/25/2025", "cell.not_accepted\ncell.not_time"),
    ]
    assert "online_full" in first[9]
    assert second[0] == "''C"

    mended = rejects.read_text(encoding="utf-8-sig").replace("13/25/2025;", "13/12/2024;").replace(";mạng;", ";postal;")
    rejects.write_text(mended.replace("''C;;", "''C;U;"), encoding="utf-8-sig")
    rows, count = imported(rejects)
    assert count == 0
    assert [row.row.dossier_code for row in rows if isinstance(row.row, DossierRow)] == ["-B", "'C"]


def test_rejects_of_rejects_have_the_columns_of_errors_once(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("dossier_code,unit_code\nA,U\n", encoding="utf-8")
    imported(path)
    again = rejects_path(path)
    imported(again)
    assert rejects_path(again).read_text(encoding="utf-8-sig").splitlines()[0].count("Cột lỗi") == 1


def test_a_row_that_could_not_be_taken_apart_stays_rejected(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text('dossier_code,unit_code,received_at\n"A"x,U,04/03/2025\n', encoding="utf-8")
    imported(path)
    rows, _ = imported(rejects_path(path))
    assert [error.code for row in rows for error in row.errors][:2] == ["cell.required", "cell.required"]


@pytest.mark.parametrize("row", ["A,U,một, hai,", 'A,U,"mở', "=A,U,x,y,z", "A,U," + "x" * 40_000 + ",y"])
def test_what_could_not_be_taken_apart_stands_in_the_file_of_rejects_as_it_is(tmp_path: Path, row: str) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"dossier_code,unit_code,received_at\n{row}\nB,U,04/03/2025\n", encoding="utf-8")
    assert imported(path)[1] == 1
    with rejects_path(path).open(encoding="utf-8-sig", newline="") as stream:
        _, rejected = csv.reader(stream)
    assert rejected[:4] == ["", "", "", "2"]
    stands = row if len(row) < 32_000 else row[:31_999] + "…"
    assert unguarded(rejected[5]) == stands
    assert imported(rejects_path(path))[1] == 1, "not mended, it is not taken"


def test_rejects_of_a_workbook_keep_dates_and_codes(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["dossier_code", "unit_code", "received_at", "channel"])
    sheet.write_row(1, 0, [35211200053, "U"])
    sheet.write_number(1, 2, 45720, book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write(1, 3, "mạng")
    book.close()
    imported(path)
    lines = rejects_path(path).read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].startswith("35211200053,U,2025-03-04,mạng,2,channel,")


def test_rejects_of_an_earlier_import_are_put_aside_under_a_number_and_never_deleted(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("dossier_code,unit_code\nA,U\n", encoding="utf-8")
    imported(path)
    content = rejects_path(path).read_bytes()
    kept = set_aside_stale(rejects_path(path))
    assert kept == tmp_path / "f.csv.rejects.1.csv"
    assert kept.read_bytes() == content
    assert set_aside_stale(rejects_path(path)) is None
    rejects_path(path).write_text("mine,alone\n", encoding="utf-8")
    assert set_aside_stale(rejects_path(path)) is None
    assert rejects_path(path).exists()


def test_without_rejects_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("dossier_code,unit_code,received_at\nA,U,04/03/2025\n", encoding="utf-8")
    assert imported(path)[1] == 0
    assert [found.name for found in tmp_path.iterdir()] == ["f.csv"]


def test_an_unfinished_file_of_rejects_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("dossier_code,unit_code\nA,U\n", encoding="utf-8")
    imported(path)
    before = rejects_path(path).read_bytes()
    table = open_table(path, MAPPING)
    path.unlink()
    with RejectedLines() as rejected:
        rejected.add([2], [CellError("a", "b", "c", "d", "e")])
        with pytest.raises(Exception, match=r"import\.no_such_file"):
            write_rejects(rejects_path(path), table, rejected)
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [before]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    notes=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12), min_size=1)
)
def test_every_cell_comes_back_from_the_file_of_rejects(tmp_path: Path, notes: list[str]) -> None:
    path = tmp_path / "f.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(
            [["dossier_code", "unit_code", "note"], *(["A", "", n] for n in notes)]
        )
    imported(path)
    back = open_table(rejects_path(path), MAPPING)
    assert [row.cells[2] for row in back.rows] == notes


def test_a_file_of_rejects_that_was_mended_is_kept_when_the_first_file_is_imported_once_more(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("dossier_code,unit_code\nA,U\n", encoding="utf-8")
    imported(path)
    rejects = rejects_path(path)
    untouched = rejects.read_bytes()
    imported(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.csv", "f.csv.rejects.csv"]

    rejects.write_bytes(b"mended by hand")
    imported(path)

    assert rejects.read_bytes() == untouched
    assert (tmp_path / "f.csv.rejects.1.csv").read_bytes() == b"mended by hand"
