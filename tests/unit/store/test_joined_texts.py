from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc.store.joined_texts import JoinedTexts

_TEXTS = st.lists(st.text() | st.sampled_from(["", " ", "\u3000", "\t\n", "Đ", "\x1c", "\x00", "a b", "ữ" * 3]))


joined = JoinedTexts.of


@given(_TEXTS)
def test_joined_texts_are_a_sequence_of_them(texts: list[str]) -> None:
    whole = joined(texts)
    assert list(whole) == texts
    assert len(whole) == len(texts)
    assert [whole[at] for at in range(-len(texts), len(texts))] == texts * 2
    assert whole[1:] == texts[1:]
    assert whole.content == "".join(texts).encode()


@given(_TEXTS)
def test_those_of_white_space_alone_are_blank(texts: list[str]) -> None:
    assert joined(texts).blank().tolist() == [not text.strip() for text in texts]


@given(_TEXTS, st.integers(0, 3))
def test_length_is_counted_in_characters(texts: list[str], most: int) -> None:
    assert joined(texts).longer_than(most).tolist() == [at for at, text in enumerate(texts) if len(text) > most]


@pytest.mark.parametrize("index", [2, -3])
def test_there_are_no_others(index: int) -> None:
    with pytest.raises(IndexError):
        joined(["a", "b"])[index]
