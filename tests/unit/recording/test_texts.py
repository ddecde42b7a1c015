"""Texts: what looks like personal data is found, what officers really write is not."""

from __future__ import annotations

import unicodedata

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
]
HARMLESS_TEXTS = [
    "Nhập sai, sửa lại",
    "Nhầm với hồ sơ H21.65-220914-0011",
    "Hồ sơ cũ 00352112000539",
    "Theo Quyết định 123/2020/QĐ-UBND ngày 03-04-2022 08:30",
    "Thu 1.234.567 đồng",
    "Nghị định 118/2025/NĐ-CP, Điều 15",
    "33/33 nhiệm vụ, 84,66 điểm",
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


_ANY = st.one_of(
    st.sampled_from([*PERSONAL, *HARMLESS_CODES, *HARMLESS_TEXTS]),
    st.text("0123456789 .-@+aH|", max_size=20),
    st.text(max_size=110),
)


@given(st.lists(_ANY, max_size=6))
def test_what_is_vouched_for_together_is_good_one_by_one(texts: list[str]) -> None:
    if are_plain_codes(texts):
        assert [code_refusal("x", text) for text in texts] == [None] * len(texts)
    if are_plain_texts(texts):
        assert [text_refusal("x", text) for text in texts] == [None] * len(texts)


def test_ordinary_codes_are_vouched_for_together() -> None:
    assert are_plain_codes([f"H21.65-2609{day:02}-{number:04}" for day in range(1, 31) for number in range(50)])
