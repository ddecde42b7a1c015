"""Mappings: other systems' files, as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from cchc.api.intake.v1 import intake_pb2 as intake
from cchc.errors import Refused
from services.intake.kinds import KINDS
from services.intake.mapping import canonical_mapping, slug
from services.intake.mapping_file import load_mapping, shipped_mappings
from services.intake.reading import ReadRow, open_table, read_rows, unused_columns
from services.intake.rows.canonical import DossierOutcome, DossierRow

NOW = 1_763_780_000_000
PLAIN = """
[file]
kind = "dossiers"
[columns]
dossier_code = "Mã hồ sơ"
received_at = "Ngày nhận"
unit_code = "Đơn vị"
"""


def read(tmp_path: Path, toml: str, csv: str) -> list[ReadRow]:
    (tmp_path / "m.toml").write_text(toml, encoding="utf-8")
    (tmp_path / "f.csv").write_text(csv, encoding="utf-8")
    mapping = load_mapping(str(tmp_path / "m.toml"))
    return list(read_rows(open_table(tmp_path / "f.csv", mapping), mapping, NOW))


def only(rows: list[ReadRow]) -> DossierRow:
    (row,) = rows
    assert isinstance(row.row, DossierRow), row.errors
    return row.row


def refusal(tmp_path: Path, toml: str) -> Refused:
    (tmp_path / "m.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(Refused) as raised:
        load_mapping(str(tmp_path / "m.toml"))
    return raised.value


def test_columns_are_found_by_the_names_of_the_other_system(tmp_path: Path) -> None:
    row = only(read(tmp_path, PLAIN, "NGÀY NHẬN;mã hồ sơ;Đơn vị;khác\n04/03/2025;A;H21;z\n"))
    assert (row.dossier_code, row.unit_code) == ("A", "H21")
    assert row.received_at is not None


def test_words_are_translated_in_any_case_with_a_word_for_all_others(tmp_path: Path) -> None:
    toml = PLAIN + 'channel = "Kênh"\n[values.channel]\n"Trực tuyến" = "online_full"\n"*" = "in_person"\n'
    csv = "Mã hồ sơ,Ngày nhận,Đơn vị,Kênh\nA,04/03/2025,U,TRỰC TUYẾN\nB,04/03/2025,U,quầy\nC,04/03/2025,U,\n"
    channels = [row.row.channel for row in read(tmp_path, toml, csv) if isinstance(row.row, DossierRow)]
    assert channels == [intake.CHANNEL_ONLINE_FULL, intake.CHANNEL_IN_PERSON, None]


def test_a_word_is_the_same_however_many_spaces_it_has(tmp_path: Path) -> None:
    toml = PLAIN + 'channel = "Kênh"\n[values.channel]\n"Trực  tuyến" = "online_full"\n"Tại quầy" = "in_person"\n'
    csv = "Mã hồ sơ,Ngày nhận,Đơn vị,Kênh\nA,04/03/2025,U,Trực tuyến\nB,04/03/2025,U,tại \u00a0 quầy\n"
    channels = [row.row.channel for row in read(tmp_path, toml, csv) if isinstance(row.row, DossierRow)]
    assert channels == [intake.CHANNEL_ONLINE_FULL, intake.CHANNEL_IN_PERSON]


def test_a_word_without_translation_rejects_its_row_by_the_files_own_column(tmp_path: Path) -> None:
    toml = PLAIN + 'channel = "Kênh"\n[values.channel]\n"Quầy" = "in_person"\n'
    (row,) = read(tmp_path, toml, "Mã hồ sơ,Ngày nhận,Đơn vị,Kênh\nA,13/25/2025,U,mạng\n")
    assert row.row is None
    assert [(error.column, error.value, error.code) for error in row.errors] == [
        ("Kênh", "mạng", "cell.not_accepted"),
        ("Ngày nhận", "13/25/2025", "cell.not_time"),
    ]


def test_a_constant_may_wait_for_another_column(tmp_path: Path) -> None:
    toml = (
        PLAIN
        + 'resolved_at = "Xong"\n[constants]\nfield_code = "đất"\n[when_present.resolved_at]\noutcome = "approved"\n'
    )
    rows = read(tmp_path, toml, "Mã hồ sơ,Ngày nhận,Đơn vị,Xong\nA,04/03/2025,U,05/03/2025\nB,04/03/2025,U,\n")
    typed = [row.row for row in rows if isinstance(row.row, DossierRow)]
    assert [row.outcome for row in typed] == [DossierOutcome.APPROVED, None]
    assert [row.field_code for row in typed] == ["đất", "đất"]


def test_a_code_is_made_of_several_columns_and_blank_when_one_is(tmp_path: Path) -> None:
    toml = PLAIN.replace('unit_code = "Đơn vị"', "") + (
        '[derived.unit_code]\nfrom = ["Sở", "Phòng"]\ntemplate = "h21-{Sở}.{Phòng}"\n'
    )
    csv = "Mã hồ sơ,Ngày nhận,Sở,Phòng\nA,04/03/2025,Tư pháp,Hộ tịch  & Đất\nB,04/03/2025,Tư pháp,\n"
    first, second = read(tmp_path, toml, csv)
    assert isinstance(first.row, DossierRow)
    assert first.row.unit_code == "h21-tu-phap.ho-tich-dat"
    assert [(error.column, error.code) for error in second.errors] == [("Sở, Phòng", "cell.required")]


def test_times_are_of_the_mappings_zone(tmp_path: Path) -> None:
    toml = PLAIN.replace("[columns]", 'time_zone = "Europe/Amsterdam"\ndue_is_instant = true\n[columns]')
    row = only(read(tmp_path, toml, "Mã hồ sơ,Ngày nhận,Đơn vị\nA,2025-03-04 08:00,U\n"))
    assert row.received_at is not None
    assert row.received_at.at_ms == 1_741_071_600_000
    assert row.due_is_instant is True


MANY = PLAIN.replace("[columns]", 'rows = "many_per_dossier"\n[columns]')


def test_a_dossier_of_many_rows_is_taken_once_with_all_its_lines(tmp_path: Path) -> None:
    csv = "Mã hồ sơ,Ngày nhận,Đơn vị,bước\nA,04/03/2025,U,1\nB,04/03/2025,U,1\nA ,04/03/2025,U,2\n"
    rows = read(tmp_path, MANY, csv)
    assert [(row.lines, row.errors) for row in rows] == [((2, 4), ()), ((3,), ())]


def test_a_dossier_whose_rows_disagree_is_rejected_with_the_lines(tmp_path: Path) -> None:
    csv = "Mã hồ sơ,Ngày nhận,Đơn vị\nA,04/03/2025,U\nA,05/03/2025,U\nB,04/03/2025,U\nA,06/03/2025,V\n"
    first, second = read(tmp_path, MANY, csv)
    assert first.row is None
    assert first.lines == (2, 3, 5)
    assert [(error.column, error.value) for error in first.errors] == [("Ngày nhận", "05/03/2025"), ("Đơn vị", "V")]
    assert "Dòng 3 khác dòng 2" in first.errors[0].vi
    assert isinstance(second.row, DossierRow)


def test_rows_disagree_where_only_some_of_them_have_what_a_constant_waits_for(tmp_path: Path) -> None:
    toml = MANY + 'resolved_at = "Xong"\n[when_present.resolved_at]\noutcome = "approved"\n'
    csv = "Mã hồ sơ,Ngày nhận,Đơn vị,Xong\nA,04/03/2025,U,\nA,04/03/2025,U,05/03/2025\nB,04/03/2025,U,05/03/2025\n"
    csv += "B,04/03/2025,U,\n"
    rows = read(tmp_path, toml, csv)
    told = [[(error.column, error.value, error.code) for error in row.errors] for row in rows]
    assert told == [[("Xong", "05/03/2025", "row.disagreement")], [("Xong", "", "row.disagreement")]]


def test_rows_without_a_code_or_that_are_broken_are_each_rejected_alone(tmp_path: Path) -> None:
    csv = 'Mã hồ sơ,Ngày nhận,Đơn vị\n,04/03/2025,U\n,04/03/2025,U\n"x"y,1,2\nA,04/03/2025,U\n'
    rows = read(tmp_path, MANY, csv)
    assert [(row.lines, [error.code for error in row.errors]) for row in rows] == [
        ((2,), ["cell.required"]),
        ((3,), ["cell.required"]),
        ((4,), ["row.quotes"]),
        ((5,), []),
    ]


def test_a_wrong_mapping_is_told_in_one_sentence(tmp_path: Path) -> None:
    refused = refusal(tmp_path, f"{PLAIN}\n[constants]\nchannel = 'in_persn'\n")
    assert refused.vi.endswith("Có phải là in_person?")
    assert refused.en.endswith("Did you mean in_person?")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("x = [", "TOML"),
        ("[columnz]\na = 1", "columnz"),
        ('[constants]\nrecieved = "x"', "[constants]: recieved"),
        ('[constants]\nunit_code = "U"', "[constants]: cột unit_code đã được đặt ở [columns]"),
        ('[constants]\nchannel = "mạng"', "[constants] channel, mạng"),
        ('[values.channel]\n"a" = "postal"', "[values]: cột channel"),
        ('[values.received_at]\n"a" = [1]', "values"),
        ('[when_present.resolved_at]\noutcome = "approved"', "[when_present]: cột resolved_at"),
        ('[when_present.received_at]\noutcome = "ok"', "[when_present.received_at] outcome, ok"),
        ('[derived.field_code]\nfrom = ["a"]\ntemplate = "{b}"', "[derived.field_code]"),
        ('[derived.field_code]\nfrom = ["a"]\ntemplate = "{a}{"', "[derived.field_code]"),
        ('[derived.field_code]\nfrom = ["a"]', "template"),
        ('[derived.field_code]\nfrom = []\ntemplate = "x"', "[derived.field_code]"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place(tmp_path: Path, change: str, place: str) -> None:
    refused = refusal(tmp_path, f"{PLAIN}\n{change}\n")
    assert refused.code == "mapping.invalid"
    assert place in refused.vi


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('kind = "dossiers"', 'kind = "dossier"', "file.kind"),
        ('kind = "dossiers"', 'kind = "units"', "[columns]: dossier_code"),
        ('kind = "dossiers"', 'kind = "dossiers"\ntime_zone = "Hanoi"', "time_zone"),
        ('kind = "dossiers"', 'kind = "dossiers"\nencoding = "rot13"', "encoding"),
        ('kind = "dossiers"', 'kind = "dossiers"\nencoding = "vni"', "encoding"),
        ('kind = "dossiers"', 'kind = "dossiers"\ndelimiter = ",,"', "file.delimiter"),
        ('kind = "dossiers"', 'kind = "dossiers"\ncolour = "red"', "colour"),
        ("received_at", "recieved_at", "received_at"),
        ('unit_code = "Đơn vị"', "", "unit_code"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    refused = refusal(tmp_path, PLAIN.replace(old, new))
    assert refused.code == "mapping.invalid"
    assert place in refused.vi


def test_only_dossiers_have_many_rows(tmp_path: Path) -> None:
    toml = (
        '[file]\nkind = "units"\nrows = "one_per_dossier"\n'
        '[columns]\nunit_code="a"\nname="b"\ntype="c"\nvalid_from="d"\n'
    )
    assert "chỉ dùng cho dossiers" in refusal(tmp_path, toml).vi


def test_a_mapping_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Refused) as raised:
        load_mapping("recipt")
    assert raised.value.code == "mapping.not_found"
    assert "receipt, receipt-by-instant" in raised.value.next_vi


def test_a_mapping_may_extend_another_and_set_anew_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "under.toml").write_text(PLAIN, encoding="utf-8")
    row = only(
        read(tmp_path, 'extends = "under.toml"\n[constants]\nunit_code = "U1"\n', "Mã hồ sơ,Ngày nhận\nA,04/03/2025\n")
    )
    assert row.unit_code == "U1"


def test_mappings_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('extends = "m.toml"\n', encoding="utf-8")
    assert "extends" in refusal(tmp_path, 'extends = "other.toml"\n').vi
    assert refusal(tmp_path, "extends = 3\n").code == "mapping.invalid"


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_shipped_mapping_loads(name: str) -> None:
    assert load_mapping(name).kind is KINDS["dossiers"]


def test_the_canonical_file_needs_no_mapping_and_names_columns_that_are_not_read(tmp_path: Path) -> None:
    mapping = canonical_mapping("dossiers")
    path = tmp_path / "f.csv"
    path.write_text("unit_code,dossier_code,recieved_at,submitted_at\nU,A,04/03/2025,04/03/2025\n", encoding="utf-8")
    table = open_table(path, mapping)
    assert unused_columns(table, mapping) == ("recieved_at",)
    row = only(list(read_rows(table, mapping, NOW)))
    assert row.submitted_at is not None
    assert row.received_at is None


@pytest.mark.parametrize("kind", ["units", "procedures", "calendar-days"])
def test_every_reference_file_is_read_by_its_kind(tmp_path: Path, kind: str) -> None:
    rows = {
        "units": "unit_code,name,type,valid_from\nU,Xã,commune,01/07/2025\n",
        "procedures": "procedure_code,name,valid_from\n1.012644,Cấp phép,01/07/2025\n",
        "calendar-days": "day,working,known_from\n02/01/2026,0,25/12/2025\n",
    }
    path = tmp_path / "f.csv"
    path.write_text(rows[kind], encoding="utf-8")
    mapping = canonical_mapping(kind)
    (row,) = read_rows(open_table(path, mapping), mapping, NOW)
    assert row.row is not None


@pytest.mark.parametrize(
    ("toml", "vi"),
    [
        ("", "thiếu mục file"),
        ("[file]\n", "mục file: thiếu mục kind"),
        ('[file]\nkind = "dogs"\n', "mục file.kind: không nhận giá trị “dogs”"),
        ("[file]\nkind = 3\n", "mục file.kind: cần chữ trong ngoặc kép, không phải số nguyên"),
        ("file = 3\n", "mục file: cần bảng, không phải số nguyên"),
        ('[file]\nkind = "units"\nx = 1\n', "mục file: không có mục nào tên là x"),
        ('[file]\nkind = "units"\n[constants]\nname = 1.5\n', "cần true hoặc false hoặc số nguyên hoặc chữ"),
        ('[file]\nkind = "units"\n[constants]\nname = 2026-01-01\n', "mục constants[...]: cần"),
        ("[file\n", "sai cú pháp TOML ở dòng 1, cột 6"),
        ("[file", "sai cú pháp TOML ở cuối tệp"),
    ],
)
def test_a_mapping_of_the_wrong_form_is_told_in_vietnamese(tmp_path: Path, toml: str, vi: str) -> None:
    refused = refusal(tmp_path, toml)
    assert vi in refused.vi
    said = refused.vi.partition("m.toml")[2]
    assert not any(
        english in said for english in ("Expected", "Object", "Invalid", "field", "at line", "document", "`")
    )


def test_a_slug_has_ascii_letters_digits_and_hyphens_only() -> None:
    assert slug("  Sở Tư pháp & Đất đai (2) ") == "so-tu-phap-dat-dai-2"
    assert slug("—") == ""
