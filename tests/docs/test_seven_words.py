"""The seven words of the services' docstring, each with a place in the tree."""

from __future__ import annotations

import re

import pytest

import services
from tests.docs.documents import ROOT

_LINE = re.compile(r"^ {4}(\w+) +→ (.+)$", re.MULTILINE)
_PLACE = re.compile(r"(?:cchc|services|protos)(?:/[\w.]+)+")
_WORDS = ["command", "event", "log", "fold", "indicator", "score", "report"]


def lines() -> dict[str, list[str]]:
    """Word → the paths behind its arrow."""
    return {word: _PLACE.findall(rest) for word, rest in _LINE.findall(services.__doc__ or "")}


def test_there_are_seven_words_in_the_order_of_the_flow() -> None:
    assert list(lines()) == _WORDS


@pytest.mark.parametrize("word", _WORDS)
def test_each_word_is_a_place_in_the_tree(word: str) -> None:
    places = lines()[word]

    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []
