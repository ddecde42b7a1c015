"""The glossary and the decisions keep their form."""

from __future__ import annotations

import re

import pytest

from tests.docs.documents import ROOT, text_of
from tests.docs.test_paths import is_in_a_module, is_there, modules_in, paths_in

_DECISIONS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/adr").glob("*.md"))
_HEADINGS = ["## Context", "## Decision", "## Why, with measurements", "## Consequences"]


def glossary_rows() -> list[list[str]]:
    """The cells of each row."""
    lines = [line for line in text_of("docs/glossary.md").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


@pytest.mark.parametrize("row", glossary_rows(), ids=lambda row: row[0])
def test_each_term_is_explained_and_has_a_place(row: list[str]) -> None:
    _, _, explained, place = row
    places = [*paths_in(place), *modules_in(place)]

    assert len(explained) > 10
    assert places
    assert all(is_there(path) for path in paths_in(place))
    assert all(is_in_a_module(name) for name in modules_in(place))


def test_no_term_stands_twice() -> None:
    terms = [row[0] for row in glossary_rows()]

    assert sorted(set(terms)) == sorted(terms)


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(re.findall(r"/(\d{4})-[a-z0-9-]+\.md$", path)[0]) for path in _DECISIONS]

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", _DECISIONS)
def test_each_decision_has_the_same_parts(path: str) -> None:
    headings = [line for line in text_of(path).splitlines() if line.startswith("## ")]

    assert headings == _HEADINGS
