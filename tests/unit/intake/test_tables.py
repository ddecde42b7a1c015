"""Files as they come: CSV in any dress, and what only looks like one."""

from __future__ import annotations

import csv
import gzip
import io
import unicodedata
import zipfile
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc.errors import Refused
from cchc.formula_guard import guarded, unguarded
from services.intake.cells.values import Cell, Unreadable, plain, read_code
from services.intake.files.grid import Table
from services.intake.files.tables import read_table

HEADER = "dossier_code,unit_code,note"
NEEDED = ("dossier_code", "unit_code")
UNHURRIED = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)  # each example writes its file anew


def written(tmp_path: Path, content: bytes | str, name: str = "f.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def rows_of(table: Table) -> list[tuple[int, list[object]]]:
    assert all(row.error is None for row in table.rows)
    return [(row.line, list(row.cells)) for row in table.rows]


def errors_of(table: Table) -> list[tuple[int, str]]:
    return [(row.line, row.error.code) for row in table.rows if row.error is not None]


def refusal(path: Path) -> Refused:
    with pytest.raises(Refused) as raised:
        read_table(path, NEEDED)
    assert raised.value.vi
    assert raised.value.next_vi
    return raised.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_every_unicode_encoding_and_with_every_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = f"{HEADER}\nA,Hồ sơ,một\nB,Đơn vị,\n".replace(",", delimiter)
    table = read_table(written(tmp_path, text, encoding=encoding), NEEDED)
    assert table.header == ("dossier_code", "unit_code", "note")
    assert rows_of(table) == [(2, ["A", "Hồ sơ", "một"]), (3, ["B", "Đơn vị", ""])]
    assert table.delimiter == delimiter
    assert table.notes == ()


def test_vietnamese_windows_text_is_read_and_said_to_be_assumed(tmp_path: Path) -> None:
    windows = "\u0110ư\u01a1\u0300ng"  # that code page has no ờ: the accent stands apart
    table = read_table(written(tmp_path, f"dossier_code,unit_code,Ghi chú\nA,B,{windows}\n", encoding="cp1258"), NEEDED)
    assert table.header[2] == "Ghi chú"
    assert table.column("ghi chú") == 2
    assert [plain(row.cells[2]) for row in table.rows] == ["Đường"]
    assert [note.code for note in table.notes] == ["import.encoding_assumed"]


def test_utf8_with_a_damaged_byte_is_refused_with_its_line_and_not_taken_for_windows(tmp_path: Path) -> None:
    content = f"{HEADER}\nA,Hồ sơ đất đai,\nB,Đơn vị,\n".encode() + b"C,\xc3,\n"
    refused = refusal(written(tmp_path, content))
    assert refused.code == "import.encoding"
    assert "dòng 4" in refused.vi


def test_damage_far_down_is_found_before_the_first_row_is_given(tmp_path: Path) -> None:
    content = (f"{HEADER}\n" + "A,Hồ sơ,\n" * 20_000).encode() + b"C,\xff,\n" * 300
    assert refusal(written(tmp_path, content)).code == "import.encoding"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_damaged_byte_sets_its_row_aside_and_the_others_are_read(tmp_path: Path, mark: bytes) -> None:
    good = [f"H{n},Đơn vị {n},\n".encode() for n in range(30)]
    content = mark + f"{HEADER}\n".encode() + b"".join([*good[:20], b"X,\xc6n v\xff,\n", *good[20:]])
    for encoding in (None, "utf-8"):
        rows = list(read_table(written(tmp_path, content), NEEDED, encoding=encoding).rows)
        assert [plain(row.cells[0]) for row in rows if not row.error] == [f"H{n}" for n in range(30)]
        (damaged,) = [row for row in rows if row.error]
        assert damaged.line == 22
        assert damaged.error
        assert (damaged.error.column, damaged.error.code) == ("unit_code", "cell.damaged_character")
        assert damaged.raw == "X,\ufffdn v\ufffd,"


def test_a_damaged_header_is_refused(tmp_path: Path) -> None:
    content = b"dossier_code,unit_code,\xff\n" + "A,Đơn vị,\n".encode() * 30
    assert refusal(written(tmp_path, content)).code == "import.encoding"


def test_header_names_are_compared_without_case_spaces_or_unicode_form(tmp_path: Path) -> None:
    header = unicodedata.normalize("NFD", " Mã  hồ sơ ,DƠN VỊ\n")
    table = read_table(written(tmp_path, f"{header}A,B\n"), ("mã hồ sơ", "Dơn vị"))
    assert table.header == ("Mã hồ sơ", "DƠN VỊ")
    assert table.column("MÃ HỒ SƠ") == 0


def test_quoted_line_breaks_keep_physical_line_numbers(tmp_path: Path) -> None:
    text = f'{HEADER}\r\nA,U,"one\r\ntwo, ""three"""\r\n\r\nB,U,x\r\n'
    assert rows_of(read_table(written(tmp_path, text), NEEDED)) == [
        (2, ["A", "U", 'one\r\ntwo, "three"']),
        (5, ["B", "U", "x"]),
    ]


def test_blank_lines_before_the_header_and_a_sep_line_are_stepped_over(tmp_path: Path) -> None:
    text = "sep=;\r\n;;\r\ndossier_code;unit_code\r\nA,1;U\r\n"
    assert rows_of(read_table(written(tmp_path, text), NEEDED)) == [(4, ["A,1", "U"])]


def test_a_delimiter_inside_a_header_name_does_not_mislead(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, '"a,b,c,d,e";dossier_code;unit_code\n1;2;3\n'), NEEDED)
    assert rows_of(table) == [(2, ["1", "2", "3"])]


def test_short_rows_are_filled_and_long_ones_rejected(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, f"{HEADER}\nA,U\nB,U,x,,\nC,U,x,y\nD,U,z\n"), NEEDED)
    assert [list(row.cells) for row in table.rows] == [["A", "U", None], ["B", "U", "x"], [None] * 3, ["D", "U", "z"]]
    assert errors_of(table) == [(4, "row.too_many_cells")]


def test_a_last_row_that_was_cut_off_is_rejected(tmp_path: Path) -> None:
    assert errors_of(read_table(written(tmp_path, f"{HEADER}\nA,U,x\nB,U"), NEEDED)) == [(3, "row.cut_off")]
    assert errors_of(read_table(written(tmp_path, f"{HEADER}\nA,U,x\nB,U,y"), NEEDED)) == []


def test_a_misplaced_or_open_quote_rejects_its_row_only(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, f'{HEADER}\nA,"U"x,1\nB,U,2\nC,U,"open\n'), NEEDED)
    assert errors_of(table) == [(2, "row.quotes"), (4, "row.quotes")]
    assert [row.cells[0] for row in table.rows if row.error is None] == ["B"]


def lines_of(table: Table) -> tuple[list[tuple[int, Cell]], list[tuple[int, str, str]]]:
    """Good rows by line and first cell; bad ones by line, code and what stands there."""
    rows = list(table.rows)
    good = [(row.line, row.cells[0]) for row in rows if row.error is None]
    return good, [(row.line, row.error.code, row.raw) for row in rows if row.error is not None]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("at", [2, 5, 5_000, 5_001])
def test_a_stray_quote_rejects_its_line_alone_and_the_lines_after_it_keep_their_numbers(
    tmp_path: Path, at: int, ending: str
) -> None:
    lines = [f"H{n},U,ghi chú" for n in range(2, 5_002)]
    lines[at - 2] = f'H{at},U,"ghi chú'
    table = read_table(written(tmp_path, ending.join([HEADER, *lines, ""])), NEEDED)
    good, bad = lines_of(table)
    assert good == [(n, f"H{n}") for n in range(2, 5_002) if n != at]
    assert bad == [(at, "row.quotes", f'H{at},U,"ghi chú')]


def test_two_stray_quotes_do_not_make_one_cell_of_the_rows_between_them(tmp_path: Path) -> None:
    rows = ["A,U,n,x", 'B,U,"open,x', "C,U,n,x", "D,U,n,x", 'E,U,shut",x', "F,U,n,x"]
    good, bad = lines_of(read_table(written(tmp_path, "\n".join([f"{HEADER},more", *rows, ""])), NEEDED))
    assert good == [(2, "A"), (4, "C"), (5, "D"), (6, "E"), (7, "F")]
    assert [(line, raw) for line, _, raw in bad] == [(3, 'B,U,"open,x')]


def test_a_stray_quote_does_not_run_into_the_quotes_of_a_later_row(tmp_path: Path) -> None:
    rows = ['A,"U,1', "B,U,2", '"C","U","3 ""x"""', 'D,U,"two\nlines"', "E,U,5"]
    good, bad = lines_of(read_table(written(tmp_path, "\n".join([HEADER, *rows, ""])), NEEDED))
    assert good == [(3, "B"), (4, "C"), (5, "D"), (7, "E")]
    assert bad == [(2, "row.quotes", 'A,"U,1')]


def test_after_a_stray_quote_short_rows_are_found_again_where_the_file_has_such(tmp_path: Path) -> None:
    rows = ["A,U", 'B,U,"open', "C,U", "D,U"]
    good, bad = lines_of(read_table(written(tmp_path, "\n".join([HEADER, *rows, ""])), NEEDED))
    assert good == [(2, "A"), (4, "C"), (5, "D")]
    assert [line for line, _, _ in bad] == [3]


def test_the_rest_of_a_broken_cell_of_several_lines_is_not_taken_for_a_row(tmp_path: Path) -> None:
    rows = ["A,U,1", 'B,U,"one\ntwo "x" three, four\nfive"', "C,U,3"]
    good, bad = lines_of(read_table(written(tmp_path, "\n".join([HEADER, *rows, ""])), NEEDED))
    assert good == [(2, "A"), (6, "C")]
    assert bad == [(3, "row.quotes", 'B,U,"one\ntwo "x" three, four\nfive"')]


def test_an_open_quote_on_a_line_of_two_hundred_kilobytes_does_not_take_the_next_line_with_it(tmp_path: Path) -> None:
    text = f'{HEADER}\nA,U,"{"x" * 200_000}\nB,U,2\nC,U,3\n'
    good, bad = lines_of(read_table(written(tmp_path, text), NEEDED))
    assert good == [(3, "B"), (4, "C")]
    assert [(line, code) for line, code, _ in bad] == [(2, "row.too_large")]


@UNHURRIED
@given(
    st.lists(st.lists(st.text('ab ,"', max_size=6), min_size=5, max_size=5), min_size=1, max_size=8),
    st.data(),
)
def test_one_stray_quote_costs_one_row_in_any_file(tmp_path: Path, notes: list[list[str]], data: st.DataObject) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    rows = [[f"H{n}", "U", *cells] for n, cells in enumerate(notes)]
    header = [*HEADER.split(","), "c1", "c2", "c3", "c4"]
    place = data.draw(st.integers(0, len(rows)))
    writer.writerows([header, *rows[:place]])
    line = 1 + out.getvalue().count("\n")
    out.write('HX,U,"x,,,,\n')
    writer.writerows(rows[place:])
    good, bad = lines_of(read_table(written(tmp_path, out.getvalue()), NEEDED))
    assert [code for _, code in good] == [row[0] for row in rows]
    assert [where for where, _, _ in bad] == [line]


def test_a_row_with_too_many_cells_says_what_stands_there(tmp_path: Path) -> None:
    good, bad = lines_of(read_table(written(tmp_path, f"{HEADER}\nA,U,một, hai\nB,U,2\n"), NEEDED))
    assert good == [(3, "B")]
    assert bad == [(2, "row.too_many_cells", "A,U,một, hai")]


def test_a_nul_byte_is_the_damage_of_its_row_only(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, f"{HEADER}\nA\0,U,1\nB,U,2\n".encode() + bytes(20)), NEEDED)
    cells = [row.cells[0] for row in table.rows if row.error is None]
    assert isinstance(read_code(cells[0]), Unreadable)
    assert cells[1] == "B"
    assert [(line, code) for line, code in errors_of(table)] == [(4, "row.cut_off")]


def test_a_title_above_the_header_is_told(tmp_path: Path) -> None:
    title = "SỞ TƯ PHÁP;;\nBáo cáo hồ sơ quý III;;\n\n"
    refused = refusal(written(tmp_path, title + "dossier_code;unit_code;x\nA;U;1\n"))
    assert refused.code == "import.missing_columns"
    assert "dòng 4" in refused.next_vi
    assert "line 4" in refused.next_en
    assert "dòng 4" not in refusal(written(tmp_path, title + "dossier;unit;x\nA;U;1\n")).next_vi


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_fifty_megabytes_rejects_its_row_and_not_the_file(tmp_path: Path, quote: str) -> None:
    path = tmp_path / "f.csv"
    with path.open("w") as out:
        out.write(f"{HEADER}\nA,U,1\nB,U,{quote}")
        for _ in range(50):
            out.write("x" * 1_000_000 + ("\n" if quote else ""))
        out.write(f"{quote}\nC,U,3\n")
    table = read_table(path, NEEDED)
    assert errors_of(table) == [(3, "row.too_large")]
    good = [row for row in table.rows if row.error is None]
    assert [row.cells[0] for row in good] == ["A", "C"]
    assert good[-1].line == (54 if quote else 4)


def test_a_cell_over_the_csv_modules_limit_is_too_large_and_not_misquoted(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, f'{HEADER}\nA,U,"{"x" * 150_000}\n y"\nB,U,2\n'), NEEDED)
    assert errors_of(table) == [(2, "row.too_large")]
    assert [row.cells[0] for row in table.rows if row.error is None] == ["B"]


def test_gzip_is_opened_without_being_asked(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(f"{HEADER}\nA,U,1\n".encode()), "f.csv.gz")
    assert rows_of(read_table(path, NEEDED)) == [(2, ["A", "U", "1"])]


def test_a_gzip_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(f"{HEADER}\nA,U,1\n".encode() * 1000)
    assert refusal(written(tmp_path, whole[:-20], "f.csv.gz")).code == "import.not_a_table"


def test_a_gzip_that_unpacks_out_of_all_proportion_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.csv.gz"
    with gzip.open(path, "wb") as out:
        out.write(f"{HEADER}\n".encode())
        for _ in range(80):
            out.write(b"A,U,1\n" * 170_000)
    assert refusal(path).code == "import.unpacks_too_large"


def _zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name in names:
            package.writestr(zipfile.ZipInfo(name), "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\r\n <!DOCTYPE HTML><html><table><tr><td>dossier_code,unit_code", "HTML"),
        (b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'>", "HTML"),
        ("\ufeff<?xml version='1.0'?><Workbook>".encode(), "XML"),
        (b'{"dossier_code": 1}', "JSON"),
        (_zip("a.csv"), "zip"),
        (_zip("word/document.xml"), "Word"),
        (_zip("xl/workbook.bin"), ".xlsb"),
        (_zip("mimetype", "content.xml"), ".ods"),
        (_zip("a.csv")[:20], "zip"),
        (b"\x7fELF\x02\x01\x01" + bytes(range(256)), "nhị phân"),
        (b"SQLite format 3\0", "SQLite"),
        (gzip.compress(_zip("a.csv"), mtime=0), "zip"),
        (b"\x28\xb5\x2f\xfd\x04", "zstd"),
    ],
)
def test_what_is_not_a_table_is_told_what_it_looks_like(tmp_path: Path, content: bytes, looks: str) -> None:
    for name in ("f.csv", "f.xlsx", "f.xls"):
        refused = refusal(written(tmp_path, content, name))
        assert refused.code == "import.not_a_table"
        assert looks in refused.vi


@pytest.mark.parametrize(
    "content", [b"", b"\n\r\n  \n", b"\xef\xbb\xbf", b"\xff\xfe", b",,,\n", gzip.compress(b"", mtime=0)]
)
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(written(tmp_path, content)).code == "import.empty_file"


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    assert rows_of(read_table(written(tmp_path, HEADER), NEEDED)) == []


def test_missing_and_doubled_columns_are_refused_by_name(tmp_path: Path) -> None:
    missing = refusal(written(tmp_path, "dossier_code;unit\nA;U\n"))
    assert missing.code == "import.missing_columns"
    assert "unit_code" in missing.vi
    assert "dossier_code, unit" in missing.vi
    doubled = refusal(written(tmp_path, "dossier_code,Unit_Code,UNIT_CODE\nA,U,V\n"))
    assert doubled.code == "import.duplicate_columns"
    assert read_table(written(tmp_path, "dossier_code,unit_code,x,x\nA,U,1,2\n"), NEEDED).header[2:] == ("x", "x")


def test_a_header_with_an_open_quote_is_refused(tmp_path: Path) -> None:
    assert refusal(written(tmp_path, f'{HEADER},"' + "x" * 200_000)).code == "import.no_header"


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "absent.csv").code == "import.no_such_file"
    assert refusal(tmp_path).code == "import.no_such_file"


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@UNHURRIED
@given(rows=st.lists(st.tuples(_CELL, _CELL, _CELL), max_size=8), delimiter=st.sampled_from(",;\t"))
def test_whatever_a_csv_writer_writes_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str, str]], delimiter: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([HEADER.split(","), *rows])
    table = read_table(written(tmp_path, text.getvalue()), NEEDED)
    assert [tuple(row.cells) for row in table.rows] == [row for row in rows if any(map(str.strip, row))]


@UNHURRIED
@given(notes=st.lists(st.text('ab ,"\n', max_size=9), min_size=5, max_size=5), quoting=st.sampled_from([0, 1]))
def test_a_cell_of_several_lines_is_one_cell_whatever_its_delimiters(
    tmp_path: Path, notes: list[str], quoting: Literal[0, 1]
) -> None:
    text, row = io.StringIO(newline=""), ["A", "U", *notes]
    header = [*HEADER.split(","), "c1", "c2", "c3", "c4"]
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows([header, row, ["B", "U", *notes]])
    read = list(read_table(written(tmp_path, text.getvalue()), NEEDED).rows)
    assert [row.cells for row in read] == [["A", "U", *notes], ["B", "U", *notes]]


@UNHURRIED
@given(content=st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_refusal(tmp_path: Path, content: bytes) -> None:
    for start in (b"", f"{HEADER}\nA,U,1\n".encode()):
        path = written(tmp_path, start + content)
        try:
            table = read_table(path, NEEDED)
        except Refused:
            continue
        assert all(len(row.cells) == len(table.header) for row in table.rows)


@given(st.text(st.sampled_from("'=+-@ ＝\ta1\n")))
def test_a_guarded_cell_runs_no_formula_and_gives_back_its_text(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text).lstrip()[:1] not in set("=+-@＝＋－＠") or not text.strip()
