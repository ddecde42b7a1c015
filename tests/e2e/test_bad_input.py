"""Files and arguments that are wrong: a clear error in both languages, and the data as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.commands import ROW, UNITS, Done, cchc, copy_of, logged, well, write

HEADER = ",".join(ROW)
UNITS_MAPPING = '[file]\nkind = "units"\n[columns]\nunit_code = "unit_code"\nname = "n"\ntype = "t"\n'


def refused_import(small: Path, file: Path, *options: str, kind: str = "dossiers") -> Done:
    """Import into the small directory, which must not change."""
    before = logged(small)
    done = cchc("import", kind, file, *options, data=small)
    assert logged(small) == before
    assert list(file.parent.glob("*.rejects.csv")) == []
    return done


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bảng.xls", b"<html><body><table><tr><td>dossier_code</td></tr></table></body></html>", "import.not_a_table"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "import.not_a_table"),
        ("cut.xlsx", b"PK\x03\x04" + bytes(100), "import.not_a_table"),
        ("empty.csv", b"", "import.empty_file"),
        ("blank.csv", b"\r\n,,,\r\n \r\n", "import.empty_file"),
        ("other.csv", b"a,b\n1,2\n", "import.missing_columns"),
        ("twice.csv", b"dossier_code,unit_code,unit_code\nH1,U1,U1\n", "import.duplicate_columns"),
        ("damaged.csv", f"{HEADER}\nHồ sơ,U1,P1,,,,\n".encode()[:-9] + b"\xc3\n", "import.encoding"),
    ],
    ids=str,
)
def test_a_file_that_is_no_table_of_dossiers_is_refused_whole(
    small: Path, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    refused_import(small, file).says(code)


def test_a_file_that_is_not_there_is_said(small: Path, tmp_path: Path) -> None:
    refused_import(small, tmp_path / "none.csv").says("import.no_such_file")


def test_a_folder_is_not_a_file(small: Path, tmp_path: Path) -> None:
    refused = refused_import(small, tmp_path)
    refused.says("import.no_such_file")
    assert "là thư mục" in refused.stderr


def test_a_refused_file_leaves_no_data_directory_behind(tmp_path: Path) -> None:
    cchc("import", "dossiers", tmp_path / "none.csv", data=tmp_path / "data").says("import.no_such_file")
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_a_whole_row_names_no_column_and_personal_data_is_not_printed(small: Path, tmp_path: Path) -> None:
    data = copy_of(small, tmp_path / "data")
    file = write(tmp_path / "f.csv", [ROW, {**ROW, "dossier_code": "001099012345"}])
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole + "A,B,C,D,E,F,G,H,I,J,K,L\n", encoding="utf-8")
    done = cchc("import", "dossiers", file, data=data)
    assert "  dòng 4, “" in done.stderr
    assert "[cell.personal_data]" in done.stderr
    assert "001099012345" not in done.stderr + done.stdout

    file.write_text(whole.replace("001099012345", "N2"), encoding="utf-8")
    assert "nay là" in well("import", "dossiers", file, data=data)
    assert [found.name for found in tmp_path.glob("*.rejects*")] == ["f.csv.rejects.1.csv"]


def test_names_of_columns_are_printed_as_they_are_and_nothing_drives_the_terminal(small: Path, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    rows = "dossier_code,unit_code,received_at,[/x],Ghi chú [nội bộ]\nN1,U1,\x1b]0;x\x07,,\n"
    file.write_text(rows, encoding="utf-8")
    done = cchc("import", "dossiers", file, data=copy_of(small, tmp_path / "data"))
    assert "Traceback" not in done.stderr
    assert "[/x], Ghi chú [nội bộ]." in done.stdout
    assert "“\ufffd]0;x\ufffd”" in done.stderr
    missing = cchc("import", "dossiers", tmp_path / "\x1b[2Jn.csv", data=small)
    missing.says("import.no_such_file")
    assert "\x1b" not in done.stderr + missing.stderr


def test_a_csv_that_is_kept_as_a_file_opens_in_excel_as_what_it_is(small: Path, tmp_path: Path) -> None:
    kept = tmp_path / "f.csv"
    options = ("form", "II.06a", "--period", "2026Q1", "--as-of", "2099-01-01", "--format", "csv")
    printed = well(*options, data=copy_of(small, tmp_path / "data"))
    well(*options, "--output", kept, data=tmp_path / "data")
    assert kept.read_bytes().startswith(b"\xef\xbb\xbf")
    assert kept.read_text(encoding="utf-8-sig").split() == printed.split()


def test_an_xlsx_that_is_a_csv_is_read_for_what_it_is(small: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "really-csv.xlsx", [ROW])
    outcome = json.loads(well("import", "dossiers", file, "--dry-run", "--format", "json", data=small))
    assert (outcome["rows"], outcome["rejected_rows"]) == (1, 0)


def test_a_row_of_fifty_megabytes_is_set_aside_and_the_others_are_taken(small: Path, tmp_path: Path) -> None:
    data = copy_of(small, tmp_path / "data")
    file = tmp_path / "large.csv"
    with file.open("w", encoding="utf-8") as stream:
        stream.write(f"{HEADER}\nN1,U1,P1,2026-03-02,,,\n")
        stream.write(f'N2,U1,"{"x" * 50_000_000}",2026-03-02,,,\n')
        stream.write("N3,U1,P1,2026-03-02,,,\n")
    done = cchc("import", "dossiers", file, "--format", "json", data=data)
    assert (done.code, "Traceback" in done.stderr) == (2, False)
    outcome = json.loads(done.stdout)
    assert (outcome["dossiers"], outcome["rejected_rows"]) == (2, 1)
    (rejected,) = outcome["rejected"]
    assert (rejected["line"], rejected["code"]) == (3, "row.too_large")
    assert rejected["vi"]
    assert rejected["en"]
    assert len(logged(data)) == len(logged(small)) + 1


def test_rejected_rows_are_named_in_a_file_to_mend_and_the_exit_code_says_so(small: Path, tmp_path: Path) -> None:
    data = copy_of(small, tmp_path / "data")
    file = write(tmp_path / "f.csv", [{**ROW, "dossier_code": "N1", "unit_code": "U9"}, {**ROW, "dossier_code": "N2"}])
    done = cchc("import", "dossiers", file, data=data)
    assert done.code == 2
    assert "row.unknown_unit" in done.stderr
    rejects = tmp_path / "f.csv.rejects.csv"
    assert str(rejects) in done.stderr
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace(",U9,", ",U2,", 1), encoding="utf-8")
    well("import", "dossiers", rejects, data=data)
    outcome = json.loads(well("import", "dossiers", rejects, "--format", "json", data=data))
    assert (outcome["facts"], outcome["unchanged"]) == (0, 1)


@pytest.mark.parametrize(
    ("columns", "rows", "told"),
    [
        (
            {"dossier_code": "Mã", "unit_code": "Nơi", "procedure_code": "Việc", "received_at": "Nhận"},
            "N1,U9,P9,02/03/2026\nN2,U1,,02/03/2026\nN3,U1,P1,02/03/2026\nN3,U1,P2,03/03/2026\n",
            ["Nơi row.unknown_unit", "Việc row.unknown_procedure", "Việc row.unknown_procedure"],
        ),
        (
            {"unit_code": "Mã", "name": "Tên", "type": "Loại", "parent_code": "Trên"},
            "V1,A,commune,V9\nV2,B,commune,\nV2,C,commune,\n",
            ["Trên row.unknown_parent", "Tên row.contradiction"],
        ),
        (
            {"fact": "Gì", "subject": "Mã", "unit_code": "Nơi", "document_number": "Số"},
            "task_done,NV-1,U9,1/BC\n",
            ["Nơi row.unknown_unit"],
        ),
    ],
)
def test_a_reason_names_the_column_as_the_file_has_it(
    small: Path, tmp_path: Path, columns: dict[str, str], rows: str, told: list[str]
) -> None:
    kind = next(kind for kind in ("dossier", "fact", "unit") if f"{kind}_code" in columns or kind in columns)
    kind = {"dossier": "dossiers", "fact": "register-facts", "unit": "units"}[kind]
    mapping, file = tmp_path / "m.toml", tmp_path / "f.csv"
    named = "".join(f'{column} = "{name}"\n' for column, name in columns.items())
    mapping.write_text(f'[file]\nkind = "{kind}"\n[columns]\n{named}', encoding="utf-8")
    file.write_text(",".join(columns.values()) + "\n" + rows, encoding="utf-8")
    done = cchc("import", kind, file, "--mapping", mapping, "--dry-run", "--format", "json", data=small)
    found = [f"{one['column']} {one['code']}" for one in json.loads(done.stdout)["rejected"]]
    assert sorted(found) == sorted(told)


def test_all_rows_of_a_rejected_dossier_are_counted(small: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    columns = "\n".join(f'{name} = "{name}"' for name in ROW)
    mapping.write_text(f'[file]\nkind = "dossiers"\nrows = "many_per_dossier"\n[columns]\n{columns}\n')
    file = write(tmp_path / "f.csv", [{**ROW, "unit_code": "U9"}] * 3 + [{**ROW, "dossier_code": "N2"}])
    done = cchc("import", "dossiers", file, "--mapping", mapping, "--dry-run", "--format", "json", data=small)
    outcome = json.loads(done.stdout)
    assert (outcome["rows"], outcome["rejected_rows"], len(outcome["rejected"])) == (4, 3, 3)


@pytest.mark.parametrize("path", ["new", "new/below"])
def test_a_dry_run_leaves_no_data_directory_behind(tmp_path: Path, path: str) -> None:
    units = write(tmp_path / "units.csv", UNITS)
    outcome = json.loads(well("import", "units", units, "--dry-run", "--format", "json", data=tmp_path / "data" / path))
    assert outcome["facts"] == 2
    assert list(tmp_path.iterdir()) == [units]


def test_a_dry_run_puts_nothing_into_an_empty_directory_and_says_when_it_is_a_file(tmp_path: Path) -> None:
    units = write(tmp_path / "units.csv", UNITS)
    (tmp_path / "data").mkdir()
    well("import", "units", units, "--dry-run", data=tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []
    cchc("import", "units", units, "--dry-run", data=units).says("data.not_a_directory")
    cchc("import", "units", units, "--dry-run", data=units / "below").says("data.not_a_directory")


def test_where_the_rejects_cannot_be_written_the_good_rows_are_in_and_it_is_said(small: Path, tmp_path: Path) -> None:
    data = copy_of(small, tmp_path / "data")
    (tmp_path / "f.csv.rejects.csv").mkdir()
    file = write(tmp_path / "f.csv", [{**ROW, "dossier_code": "N1", "unit_code": "U9"}, {**ROW, "dossier_code": "N2"}])
    cchc("import", "dossiers", file, data=data).says("import.rejects_not_written")
    assert len(logged(data)) == len(logged(small)) + 1


def test_an_old_file_sent_again_is_told_in_both_languages_with_what_to_do(small: Path, tmp_path: Path) -> None:
    data = copy_of(small, tmp_path / "data")
    old = write(tmp_path / "old.csv", [ROW])
    new = write(tmp_path / "new.csv", [{**ROW, "due_at": "2026-03-12", "unit_code": "U2"}])
    for file in (old, new):
        assert "import.went_back" not in cchc("import", "dossiers", file, data=data).stderr
    done = cchc("import", "dossiers", old, "--format", "json", data=data)
    assert (done.code, json.loads(done.stdout)["went_back"]) == (0, 1)
    assert "LƯU Ý [import.went_back] 1 hồ sơ" in done.stderr
    assert "WARNING [import.went_back] 1 dossiers" in done.stderr
    assert done.stderr.count("  → ") == 2


# --- options --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("form", "II.06a", "--period", "2026Q5"), "period.unreadable"),
        (("form", "II.06a"), "period.missing"),
        (("form", "II.06a", "--from", "2026-01-01"), "period.missing"),
        (("form", "II.06a", "--period", "2026Q1", "--from", "2026-01-01"), "period.two_ways"),
        (("form", "II.06a", "--from", "2026-02-30", "--to", "2026-03-01"), "day.unreadable"),
        (("form", "II.06a", "--from", "2026-03-02", "--to", "2026-03-01"), "period.reversed"),
        (("form", "II.06a", "--period", "2026Q1", "--calendar", "mặt trăng"), "period.unknown_calendar"),
        (("form", "II.06a", "--period", "2026Q1", "--as-of", "hôm qua"), "as_of.unreadable"),
        (("form", "II.06a", "--period", "2026Q1", "--unit", "U9"), "report.unknown_unit"),
        (("form", "II.99", "--period", "2026Q1"), "form.unknown"),
        (("index", "--period", "2026Q1", "--set", "qd0"), "criteria_set.unknown"),
        (("index", "--period", "2026Q1", "--unit", "U9"), "report.unknown_unit"),
        (("index", "--period", "tháng 13"), "period.unreadable"),
    ],
    ids=" ".join,
)
def test_a_question_that_cannot_be_read_is_refused(small: Path, arguments: tuple[str, ...], code: str) -> None:
    cchc(*arguments, data=small).says(code)


@pytest.mark.parametrize(
    ("arguments", "vi", "en", "usage"),
    [
        (("form",), "Thiếu đối số 'name'.", "Missing argument 'name'", "cchc form --help"),
        (
            ("index", "--format", "pdf"),
            "Giá trị của tùy chọn '--format' không dùng được. Chọn một trong: table, json, csv, xlsx.",
            "Invalid value for '--format'",
            "cchc index --help",
        ),
        (
            ("import", "dogs", "x.csv"),
            "Chọn một trong: dossiers, units, procedures,",
            "Invalid value for 'kind'",
            "cchc import --help",
        ),
        (
            ("simulate", "--seed", "x"),
            "'--seed' không dùng được. Cần một số nguyên.",
            "valid integer",
            "cchc simulate --help",
        ),
        (("index", "--perod", "2026Q1"), "Không có tùy chọn --perod. Có phải:", "No such option", "cchc index --help"),
        (("index", "--period"), "Tùy chọn --period viết chưa đúng", "requires an argument", "cchc --help"),
        (
            ("import",),
            "Thiếu đối số 'kind'. Chọn một trong: dossiers,",
            "Missing argument 'kind'",
            "cchc import --help",
        ),
        (("sing",), "Không có lệnh 'sing'.", "No such command 'sing'", "cchc --help"),
        (("form", "II.06a", "II.07b"), "Thừa đối số: II.07b.", "extra argument", "cchc form --help"),
    ],
    ids=lambda it: " ".join(it) if isinstance(it, tuple) else "",
)
def test_wrong_usage_ends_with_2_and_says_in_both_languages_how_to_get_help(
    arguments: tuple[str, ...], vi: str, en: str, usage: str
) -> None:
    done = cchc(*arguments)
    said, advice, told, more = done.stderr.splitlines()
    assert (done.code, done.stdout) == (2, "")
    assert (said.startswith("LỖI [usage.wrong] "), vi in said) == (True, True), said
    assert (told.startswith("ERROR [usage.wrong] "), en in told) == (True, True), told
    assert (usage in advice, usage in more) == (True, True)


def test_without_a_verb_the_verbs_are_listed() -> None:
    done = cchc()
    assert done.code == 2
    assert "index" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("toml", "code"),
    [
        (None, "mapping.not_found"),
        ("[file", "mapping.invalid"),
        ('[file]\nkind = "dossiers"\n[columns]\ndossier = "Mã"\n', "mapping.invalid"),
        ('[file]\nkind = "dogs"\n', "mapping.invalid"),
        (UNITS_MAPPING, "import.mapping_of_another_kind"),
        ('[file]\nkind = "dossiers"\n[columns]\ndossier_code = "Mã"\nunit_code = "Đơn vị"\n', "import.missing_columns"),
    ],
)
def test_a_bad_mapping_is_refused_before_anything_is_read(
    small: Path, tmp_path: Path, toml: str | None, code: str
) -> None:
    mapping = tmp_path / "m.toml"
    if toml is not None:
        mapping.write_text(toml, encoding="utf-8")
    refused_import(small, write(tmp_path / "f.csv", [ROW]), "--mapping", str(mapping)).says(code)


@pytest.mark.parametrize("source", ["", "  ", "x" * 101, "a\u202eb"], ids=["blank", "space", "long", "invisible"])
def test_a_source_without_a_name_is_refused(small: Path, tmp_path: Path, source: str) -> None:
    refused_import(small, write(tmp_path / "f.csv", [ROW]), "--source", source).says("import.source_unnamed")


def test_an_answer_that_cannot_be_written_is_said(small: Path, tmp_path: Path) -> None:
    output = str(tmp_path / "nowhere" / "form.xlsx")
    cchc("form", "II.06a", "--period", "2026Q1", "--format", "xlsx", "-o", output, data=small).says(
        "output.not_written"
    )


def test_a_province_cannot_be_written_over_a_file_or_into_a_directory_with_data(small: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    plan = ("simulate", "--communes", "1", "--departments", "1", "--dossiers", "10")
    cchc(*plan, "--out", file).says("system.failed")
    before = logged(small)
    cchc(*plan, data=small).says("simulate.not_empty")
    assert logged(small) == before


def test_a_province_is_not_written_among_months_of_another(tmp_path: Path) -> None:
    plan = ("simulate", "--communes", "1", "--departments", "0", "--dossiers", "20", "--out", tmp_path)
    well(*plan, "--from", "2025-01-01", "--to", "2025-05-31")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    well(*plan, "--from", "2025-01-01", "--to", "2025-05-31")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before, "the same again changes nothing"
    refused = cchc(*plan, "--from", "2025-07-01", "--to", "2025-07-31")
    refused.says("simulate.other_months")
    assert "dossiers-2025-0" in refused.stderr
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
