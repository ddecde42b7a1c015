"""Pages of a long answer: joined they are the answer, and no token serves another question."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.errors import Refused
from services.report.paging import DEFAULT_ENTRIES, MOST_ENTRIES, Key, Page, PageToken, question_of, size_of

_KEYS = st.lists(st.tuples(st.integers(0, 5), st.text(max_size=3)), unique=True).map(sorted)


@given(_KEYS, st.integers(1, 7))
def test_pages_joined_are_the_whole_answer(entries: list[tuple[int, str]], size: int) -> None:
    joined: list[tuple[int, str]] = []
    after: Key | None = ()
    while after is not None:
        chosen, after = Page(size, after).cut(entries, lambda entry: entry)
        assert len(chosen) <= size
        joined += chosen

    assert joined == entries


@given(_KEYS.filter(lambda keys: len(keys) > 1), st.data())
def test_what_comes_between_pages_shifts_none_of_them(entries: list[tuple[int, str]], data: st.DataObject) -> None:
    later = data.draw(st.sampled_from(entries))
    fewer = [entry for entry in entries if entry != later]
    first, after = Page(1).cut(fewer, lambda entry: entry)
    rest = [] if after is None else Page(MOST_ENTRIES, after).cut(entries, lambda entry: entry)[0]

    assert [entry for entry in (*first, *rest) if entry != later] == fewer


@given(st.integers(1, 2**62), st.tuples(st.integers(), st.text()), st.text())
def test_a_token_brings_what_was_put_in_it(as_of_ms: int, after: tuple[int, str], state: str) -> None:
    token = PageToken(question_of(b"asked"), as_of_ms, after, state)

    assert PageToken.read(token.text(), question_of(b"asked")) == token


@pytest.mark.parametrize(
    "text",
    [
        *("x", "ệ", "AAAA", "bnVsbA==", "WzEsIDIsIDNd"),
        PageToken(question_of(b"another"), 1, (1,)).text(),
        PageToken(question_of(b"asked"), -1, (1,)).text(),
        base64.urlsafe_b64encode(json.dumps([question_of(b"asked"), 1, [1], 7]).encode()).decode(),
    ],
)
def test_what_is_no_token_of_the_question_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"report\.page_unreadable"):
        PageToken.read(text, question_of(b"asked"))


def test_a_token_of_other_entries_is_refused() -> None:
    with pytest.raises(Refused, match=r"report\.page_unreadable"):
        Page(1, ("x",)).cut([(1, "a")], lambda entry: entry)


def test_a_page_has_its_bounds() -> None:
    assert (size_of(0), size_of(7), size_of(10**6)) == (DEFAULT_ENTRIES, 7, MOST_ENTRIES)
