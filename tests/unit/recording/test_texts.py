"""Texts: what looks like personal data is found, what officers really write is not."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.recording.texts import (
    CODE_CHARS,
    TEXT_CHARS,
    are_plain_codes,
    are_plain_texts,
    code_refusal,
    text_refusal,
)

PERSONAL = [
    "001099012345",
    "079201000123",
    "001 099 012 345",
    "123456789",
    "012345678",
    "123 456 789",
    "0912345678",
    "0912 345 678",
    "091 234 5678",
    "091.234.5678",
    "+84912345678",
    "+84 912 345 678",
    "024 3825 1234",
    "02838291234",
    "nguyen.van.a@example.gov.vn",
    "a@b.vn",
    "024 38251234",
    "84912345678",
    "(091) 2345678",
    "(024) 3825 1234",
    "(+84) 912.345.678",
    "09 1234 5678",
    "09.12.34.56.78",
    "0912 345678",
    "0912 34 56 78",
    "0912/345/678",
    "0912_345_678",
    "0912\u2013345\u2013678",
    "0912 - 345 - 678",
    "\uff10912345678",
    "001 099 012345",
    "0010 9901 2345",
    "001.099.012.345",
    "CMND 123 456789",
    "CCCD: 001.099012345",
    "nguyenvana @ gmail.com",
    "a\uff20b.vn",
]
PERSONAL_CODES = [
    "CMND:123456_789",
    "cccd 001.099_012345",
    "TK-0912345678",
    "tel0912345678",
    "NV 0912 345 678",
    "SDT:+84912345678",
    "CMND123456789",
]
HARMLESS_CODES = [
    "H21.65-220914-0011",
    "00352112000539",
    "000.00.16.H26-240102-0001",
    "1.012644",
    "1.012994.H21",
    "03/KH-UBND",
    "123/2020/QĐ-UBND",
    "ID-123456789",
    "HS-0912345678",
    "2026-09-21",
    "",
    "case-12345",
    "9f1c2d3e-aaaa-bbbb-cccc-0123456789ab",
    "9f1c2d3e-aaaa-bbbb-cccc-012345678901",
    "9f1c2d3eaaaabbbbcccc012345678901",
    "X123456789",
    "H05-1234-5678",
    "352112000539",
    "000.00.12.H21-260105-0001",
    "H05.12-260105-0001",
    "H01.1-260105-0001",
    "1.000001",
    "2.002304.000.00.00.H21",
    "H21-0912345678",
]
HARMLESS_TEXTS = [
    "Nhập sai, sửa lại",
    "Nhầm với hồ sơ H21.65-220914-0011",
    "Hồ sơ cũ 00352112000539",
    "Theo Quyết định 123/2020/QĐ-UBND ngày 03-04-2022 08:30",
    "Thu 1.234.567 đồng",
    "Nghị định 118/2025/NĐ-CP, Điều 15",
    "33/33 nhiệm vụ, 84,66 điểm",
    "ngày 09/12/2026 10 hồ sơ",
    "05/06/2026-15/06/2026",
    "05/06/2026 - 15/06/2026",
    "Cấp căn cước 15/06/2026 5 hồ sơ",
    "Thu 1.234.567.890 đồng",
    "Thu 123.456.789 đồng",
    "Thu 123 456 789 đồng",
    "Thu 123456789 đồng",
    "1234/QĐ-UBND",
    "61/2018/NĐ-CP",
    "Văn bản 03/2026/1234",
    "Năm 09/2025-2026",
    "các tháng 07 08 09 10 11",
    "Hồ sơ 000.00.12.H21-260105-0001",
    "Hồ sơ H01.1-260105-0001, H05.12-260105-0001",
    "Thủ tục 1.000001 và 2.002304.000.00.00.H21",
    "Chương 622-070-098, mã quan hệ ngân sách 1012994",
    "từ 07:30:00 đến 08:30:15 ngày 2026-09-21 10:00",
    "diện tích 12 m², tăng ½",
]


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_data_is_found_in_a_text_and_as_a_code(text: str) -> None:
    assert text_refusal("x", f"Liên hệ {text} để biết") is not None
    found = code_refusal("x", text)
    assert found is not None
    assert found.code == "fact.personal_data"
    assert text not in found.vi + found.en


def test_a_citizens_number_is_found_within_a_code() -> None:
    assert code_refusal("x", "HS-001099012345") is not None


@pytest.mark.parametrize("code", PERSONAL_CODES)
def test_a_persons_number_behind_letters_is_found_in_a_code(code: str) -> None:
    assert code_refusal("x", code) is not None
    assert not are_plain_codes(["H21.65-220914-0011", code])


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_data_is_found_among_many(text: str) -> None:
    assert not are_plain_codes(["H21.65-220914-0011", text])
    assert not are_plain_texts(["Nhập sai, sửa lại", f"Liên hệ {text} để biết", ""])
    assert not are_plain_texts(["plain", f"call {text} now", ""])


@pytest.mark.parametrize("code", HARMLESS_CODES)
def test_codes_that_are_in_use_pass(code: str) -> None:
    assert code_refusal("x", code) is None


@pytest.mark.parametrize("text", HARMLESS_TEXTS)
def test_texts_that_officers_write_pass(text: str) -> None:
    assert text_refusal("x", text) is None


@pytest.mark.parametrize(
    "text", ["a\nb", "a\u200bb", "a\x00", "\u202eab", unicodedata.normalize("NFD", "Hồ sơ"), "a\ud800"]
)
def test_what_cannot_be_seen_or_has_two_spellings_is_refused(text: str) -> None:
    for refusal in (code_refusal("x", text), text_refusal("x", text)):
        assert refusal is not None
        assert refusal.code == "fact.not_plain_text"


def test_texts_are_bounded() -> None:
    assert code_refusal("x", "a" * CODE_CHARS) is None
    assert text_refusal("x", "ạ" * TEXT_CHARS) is None
    for refusal in (code_refusal("x", "a" * (CODE_CHARS + 1)), text_refusal("x", "a" * (TEXT_CHARS + 1))):
        assert refusal is not None
        assert refusal.code == "fact.too_long"


_DAY = st.dates(date(2010, 1, 1), date(2039, 12, 31))
_UNIT = st.from_regex(r"H\d\d(\.\d{1,2}){0,2}", fullmatch=True)
_SERIAL = st.from_regex(r"\d{4}", fullmatch=True)
_DOSSIER = st.builds(
    lambda before, unit, day, serial: f"{before}{unit}-{day:%y%m%d}-{serial}",
    st.sampled_from(["", "000.00.12.", "000.01.05."]),
    _UNIT,
    _DAY,
    _SERIAL,
)
_PROCEDURE = st.from_regex(r"[123]\.\d{6}(\.000\.00\.00\.H\d\d)?", fullmatch=True)
_DOCUMENT = st.builds(
    lambda number, year, kind: f"{number}/{year}{kind}",
    st.one_of(st.integers(1, 9_999).map(str), st.integers(1, 999).map(lambda number: f"{number:02}")),
    st.one_of(st.just("").map(str), st.integers(2000, 2039).map(lambda year: f"{year}/")),
    st.sampled_from(["QĐ-UBND", "NĐ-CP", "TT-BTC", "KH-UBND"]),
)
_DATE = st.builds(
    lambda day, form: day.strftime(form), _DAY, st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"])
)
_RANGE = st.builds(lambda first, mark, last: first + mark + last, _DATE, st.sampled_from(["-", " - ", "–", " "]), _DATE)
_AMOUNT = st.integers(0, 10**13).map(lambda number: f"{number:,}".replace(",", ".") + " đồng")
_TIME = st.times().map(lambda time: time.strftime("%H:%M:%S"))
_HONEST = st.one_of(_DOSSIER, _PROCEDURE, _DOCUMENT, _DATE, _RANGE, _AMOUNT, _TIME)


@given(_HONEST, st.integers(0, 999))
def test_what_has_a_form_of_its_own_is_never_taken_for_personal_data(honest: str, number: int) -> None:
    assert text_refusal("x", honest) is None
    assert text_refusal("x", f"Theo {honest} {number} hồ sơ") is None
    assert are_plain_texts([f"Theo {honest}", honest])


@given(st.one_of(_DOSSIER, _PROCEDURE, _DOCUMENT, _DATE, st.uuids().map(str)))
def test_codes_with_a_form_of_their_own_are_never_taken_for_personal_data(code: str) -> None:
    assert code_refusal("x", code) is None
    assert are_plain_codes([code])


_ANY = st.one_of(
    st.sampled_from([*PERSONAL, *PERSONAL_CODES, *HARMLESS_CODES, *HARMLESS_TEXTS]),
    st.text("0123456789 .-_/()@+aH|", max_size=20),
    st.builds(
        lambda before, number, after: before + number + after,
        st.sampled_from(["", "H", "H99.", "TK-", "hs_", "CMND số ", "CCCD:", "x 1 "]),
        st.one_of(
            st.from_regex(r"(0|84|\+84|0084|\(0)\d{2,3}[ ._/-]?\d{2,4}[ ._/-]?\d{2,6}", fullmatch=True),
            st.from_regex(r"\d{3,6}[ ._-]?\d{3}[ ._-]?\d{3,6}", fullmatch=True),
        ),
        st.sampled_from(["", "", "-H01", "/2026", " ", "a"]),
    ),
    st.text(max_size=110),
)


@given(st.lists(_ANY, max_size=6))
def test_what_is_vouched_for_together_is_good_one_by_one(texts: list[str]) -> None:
    assert are_plain_codes(texts) == all(code_refusal("x", text) is None for text in texts)
    assert are_plain_texts(texts) == all(text_refusal("x", text) is None for text in texts)


def test_ordinary_codes_are_vouched_for_together() -> None:
    assert are_plain_codes([f"H21.65-2609{day:02}-{number:04}" for day in range(1, 31) for number in range(50)])
