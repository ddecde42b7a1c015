"""Cell values: what officers type, and what becomes of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.cells.moments import Moment, read_day, read_due_moment, read_past_moment
from services.intake.cells.values import (
    Cell,
    Unreadable,
    cell_error,
    read_boolean,
    read_choice,
    read_code,
    read_count,
    read_dossier_code,
    read_text,
    shown,
    text_of,
)

# The first text of a process is slow to draw: its tables of characters are built then.
UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
NOW = 1_763_780_000_000  # 2025-11-22T02:53:20Z
VIETNAM = timezone(timedelta(hours=7))


def ms(text: str) -> int:
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def past(cell: Cell) -> Moment | Unreadable | None:
    return read_past_moment(cell, now_ms=NOW)


def code_of(read: object) -> str:
    assert isinstance(read, Unreadable)
    assert read.vi
    assert read.en
    return read.code


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-03-04T08:30:15.123456+07:00", "2025-03-04T08:30:15.123+07:00"),
        ("2011-10-11 13:42:22.688000+02:00", "2011-10-11T13:42:22.688+02:00"),
        ("2025-03-04T01:30:00Z", "2025-03-04T08:30+07:00"),
        ("2025-03-04T08:30:00+0700", "2025-03-04T08:30+07:00"),
        ("2025-03-04 08:30", "2025-03-04T08:30+07:00"),
        ("04/03/2025 08:30", "2025-03-04T08:30+07:00"),
        ("4/3/2025 8:30:59", "2025-03-04T08:30:59+07:00"),
        ("04-03-2025 08:30:59,5", "2025-03-04T08:30:59.500+07:00"),
        ("\u00a004/03/2025\u00a008:30 ", "2025-03-04T08:30+07:00"),
        ("1990-01-01T00:00:00+07:00", "1990-01-01T00:00+07:00"),
    ],
)
def test_a_time_is_read_in_every_form_that_is_promised(written: str, meant: str) -> None:
    assert past(written) == Moment(ms(meant), is_date_only=False)


@pytest.mark.parametrize("written", ["2025-03-04", "04/03/2025", "4-3-2025", date(2025, 3, 4)])
def test_a_bare_date_starts_its_day_when_past_and_ends_it_when_due(written: Cell) -> None:
    assert past(written) == Moment(ms("2025-03-04T00:00+07:00"), is_date_only=True)
    assert read_due_moment(written) == Moment(ms("2025-03-04T23:59:59.999+07:00"), is_date_only=True)


def test_the_day_always_comes_before_the_month() -> None:
    assert past("05/03/2025") == past("2025-03-05")
    assert code_of(past("13/25/2025")) == "cell.not_time"
    assert code_of(past("03/13/2025")) == "cell.not_time"


@pytest.mark.parametrize(
    "written",
    [
        "31/02/2025", "2025-02-29", "04/03-2025", "04/03/25", "2025-3-4", "2025-03-04T24:00", "2025-03-04T08:60",
        "2025-03-04T08:30+25:00", "hôm qua", "04.03.2025 8h30", "２０２５-03-04", "2025-03-04T08:30:60", "0000-00-00",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_and_not_guessed(written: str) -> None:
    assert code_of(past(written)) == "cell.not_time"
    assert code_of(read_due_moment(written)) == "cell.not_time"


def test_a_day_number_of_excel_is_named_as_such() -> None:
    for cell in ("45720", 45720, 45720.5):
        read = past(cell)
        assert code_of(read) == "cell.not_time"
        assert isinstance(read, Unreadable)
        assert "Excel" in read.vi


def test_digits_under_the_millisecond_are_cut_and_never_reach_the_next_day() -> None:
    assert past("2025-03-04T23:59:59.999999999") == Moment(ms("2025-03-04T23:59:59.999+07:00"), is_date_only=False)


def test_a_past_time_lies_between_1990_and_five_minutes_after_now() -> None:
    def written(at_ms: int) -> str:
        return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()

    assert isinstance(past(written(NOW + 300_000)), Moment)
    assert code_of(past(written(NOW + 301_000))) == "cell.time_out_of_range"
    assert code_of(past("1989-12-31T23:59:59+07:00")) == "cell.time_out_of_range"
    assert code_of(past("9999-12-31")) == "cell.time_out_of_range"
    assert code_of(past("0001-01-01T00:00:00+14:00")) == "cell.time_out_of_range"


def test_a_due_time_may_lie_ahead_until_the_end_of_2100() -> None:
    assert isinstance(read_due_moment("31/12/2100"), Moment)
    assert code_of(read_due_moment("01/01/2101")) == "cell.time_out_of_range"
    assert code_of(read_due_moment("31/12/1989")) == "cell.time_out_of_range"


def test_a_time_without_offset_is_of_the_given_zone() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    summer = read_past_moment("2011-07-01 12:00", now_ms=NOW, zone=amsterdam)
    winter = read_past_moment("2011-12-01 12:00", now_ms=NOW, zone=amsterdam)
    assert summer == Moment(ms("2011-07-01T12:00+02:00"), is_date_only=False)
    assert winter == Moment(ms("2011-12-01T12:00+01:00"), is_date_only=False)


@pytest.mark.parametrize("written", ["2011-03-27 02:30", "2011-10-30 02:30"])
def test_an_hour_that_is_absent_or_happens_twice_needs_its_offset(written: str) -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    assert code_of(read_past_moment(written, now_ms=NOW, zone=amsterdam)) == "cell.time_ambiguous"
    assert isinstance(read_past_moment(f"{written}+02:00", now_ms=NOW, zone=amsterdam), Moment)


@UNHURRIED
@given(st.integers(ms("1990-01-01T00:00+07:00"), NOW), st.integers(-14 * 60, 14 * 60))
def test_every_instant_survives_being_written_and_read(at_ms: int, offset: int) -> None:
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    zoned = when.astimezone(timezone(timedelta(minutes=offset))).isoformat(timespec="milliseconds")
    plain = when.astimezone(VIETNAM)
    assert past(zoned) == Moment(at_ms, is_date_only=False)
    assert past(f"{plain:%d/%m/%Y %H:%M:%S}.{plain.microsecond // 1000:03d}") == Moment(at_ms, is_date_only=False)


@UNHURRIED
@given(st.dates(date(1945, 9, 2), date(2100, 12, 31)))
def test_every_day_survives_being_written_and_read(day: date) -> None:
    expected = (day - date(1970, 1, 1)).days
    assert read_day(day.isoformat()) == read_day(f"{day:%d/%m/%Y}") == read_day(day) == expected


def test_a_day_has_no_time() -> None:
    assert code_of(read_day("2025-03-04T08:30")) == "cell.not_day"
    assert code_of(read_day("1945-09-01")) == "cell.not_day"
    assert read_day("") is None


@pytest.mark.parametrize(
    "written", ["1", "true", "TRUE", "có", unicodedata.normalize("NFD", "Có"), "x", "X", True, 1, 1.0]
)
def test_yes_is_written_in_many_ways(written: Cell) -> None:
    assert read_boolean(written) is True


@pytest.mark.parametrize("written", ["0", "false", "Không", unicodedata.normalize("NFD", "KHÔNG"), False, 0, 0.0])
def test_no_is_written_in_many_ways(written: Cell) -> None:
    assert read_boolean(written) is False


def test_blank_is_unknown_and_anything_else_is_refused() -> None:
    assert read_boolean(" \u00a0") is None
    assert read_boolean(None) is None
    assert code_of(read_boolean("2")) == "cell.not_boolean"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("12", 12), ("1.234", 1234), ("1.234,00", 1234), ("12,0", 12), ("1.234.567", 1234567), (7.0, 7)],
)
def test_whole_numbers_are_read_the_vietnamese_way(written: Cell, meant: int) -> None:
    assert read_count(written, most=2_000_000) == meant


@pytest.mark.parametrize(
    "written", ["1,5", "1.5", "1,234", "-1", "12.34", "1e3", "٣", "9" * 5000, 1.234, True, "1 234"]
)
def test_what_is_not_a_whole_number_is_refused(written: Cell) -> None:
    assert code_of(read_count(written, most=2_000_000)) == "cell.not_count"


@pytest.mark.parametrize("most", [1, 9, 100, 1_233, 1_234, 10_000])
def test_the_example_of_a_count_is_one_that_is_taken(most: int) -> None:
    refused = read_count("x", most=most)
    assert isinstance(refused, Unreadable)
    for text in (refused.vi, refused.en):
        examples = re.findall(r"(?:ví dụ|for example|hoặc|or) (\d[\d.]*)", text)
        assert examples
        assert all(isinstance(read_count(example, most=most), int) for example in examples), text


def test_a_code_typed_as_a_number_keeps_its_digits() -> None:
    assert read_code(35211200053) == read_code(35211200053.0) == "35211200053"


@pytest.mark.parametrize("dash", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
def test_a_dash_in_a_code_is_a_hyphen_and_a_longer_one_in_a_text_stays(dash: str) -> None:
    assert read_code(f"Q{dash}2") == "Q-2"
    assert read_text("giai đoạn 2019 \u2013 2023") == "giai đoạn 2019 \u2013 2023"


@pytest.mark.parametrize(
    ("code", "what"),
    [("001099012345", "căn cước"), ("0912345678", "điện thoại"), ("a@b.vn", "thư điện tử")],
)
def test_a_code_that_looks_like_personal_data_is_none_and_is_not_repeated(code: str, what: str) -> None:
    reason = read_code(code)
    assert isinstance(reason, Unreadable)
    assert reason.code == "cell.personal_data"
    assert what in reason.vi
    assert code not in str(cell_error("dossier_code", code, reason))


def test_a_name_that_holds_a_telephone_or_a_citizens_number_is_none() -> None:
    for text in ("Xã Một, gọi 0912 345 678", "Ông A 001099012345", "Xã Một (mot@xa.vn)"):
        assert code_of(read_text(text)) == "cell.personal_data"
    assert read_text("Quyết định 1234/QĐ-UBND ngày 01/02/2025") == "Quyết định 1234/QĐ-UBND ngày 01/02/2025"


def test_a_dossier_is_not_called_by_a_persons_name() -> None:
    assert code_of(read_dossier_code("Nguyễn Văn A")) == "cell.personal_data"
    assert code_of(read_dossier_code("0912345678")) == "cell.personal_data"
    for code in (
        "00352112000539",
        "352112000539",
        "H21.65-220914-0011",
        "case-10011",
        "000.00.19.H26-251231-0001",
        "Hồ sơ 12",
    ):
        assert read_dossier_code(code) == code


def test_codes_are_told_apart_by_what_is_seen_only() -> None:
    assert read_code(" H21.65\u2011220914\u20110011\u00a0") == "H21.65-220914-0011"
    assert read_code("A\u00a0B") == "A B"
    assert read_code(unicodedata.normalize("NFD", "Hồ")) == "Hồ"
    assert code_of(read_code("H21\u200b.65")) == "cell.control_character"
    assert code_of(read_code("H21\n65")) == "cell.control_character"
    assert code_of(read_code("H21\x00")) == "cell.control_character"
    assert code_of(read_code("Hu\ufffd")) == "cell.damaged_character"
    assert read_code("x" * 100) == "x" * 100
    assert code_of(read_code("x" * 101)) == "cell.too_long"


def test_a_formula_error_is_never_a_value() -> None:
    everything = (read_code, read_text, read_boolean, read_day, read_due_moment)
    assert {code_of(read("#N/A")) for read in everything} == {"cell.formula_error"}
    assert code_of(read_count("#REF!", most=9)) == "cell.formula_error"
    assert code_of(read_choice("#VALUE!", {"a": 1})) == "cell.formula_error"


def test_a_name_becomes_one_line() -> None:
    assert read_text(" Sở\nTư pháp\u00a0 ") == "Sở Tư pháp"


def test_a_word_that_is_not_accepted_is_answered_with_those_that_are() -> None:
    accepted = {"online_full": 1, "postal": 4}
    assert read_choice("Online_FULL", accepted) == 1
    read = read_choice("online_ful", accepted)
    assert code_of(read) == "cell.not_accepted"
    assert isinstance(read, Unreadable)
    assert "online_full, postal" in read.vi
    assert "Có phải là online_full?" in read.vi


def test_a_long_value_is_shown_shortened() -> None:
    assert shown("a\n" * 100) == ("a " * 39) + "a…"
    assert len(shown("x" * 81)) == 80


_READERS: list[Callable[[Cell], object]] = [
    read_code,
    read_text,
    read_boolean,
    read_day,
    read_due_moment,
    past,
    lambda cell: read_past_moment(cell, now_ms=NOW, zone=ZoneInfo("Europe/Amsterdam")),
    lambda cell: read_count(cell, most=10**9),
    lambda cell: read_choice(cell, {"a": 1, "b": 2}),
    shown,
    text_of,
]
_TIME_LIKE = st.from_regex(
    r"\d{1,5}[-/]\d{1,2}[-/]\d{1,5}([T ]\d{1,2}:\d\d(:\d\d([.,]\d+)?)?( ?[+-]\d\d(:?\d\d)?|Z)?)?"
)
_CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.text(),
    st.text(st.characters()),
    _TIME_LIKE,
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.timezones()),
)


@UNHURRIED
@given(_CELLS)
def test_no_cell_makes_a_reader_raise(cell: Cell) -> None:
    for read in _READERS:
        read(cell)


@UNHURRIED
@given(st.text())
def test_a_code_that_was_read_reads_as_itself(text: str) -> None:
    code = read_code(text)
    if isinstance(code, str):
        assert read_code(code) == code
        assert unicodedata.is_normalized("NFC", code)
