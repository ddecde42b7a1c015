"""What the command line can do is said where its readers look; what is said there it can do."""

from __future__ import annotations

import re

import pytest

from tests.docs.command_tree import options_by_verb
from tests.docs.documents import documents, options, text_of, without_shell

_GUIDES = ("README.md", "docs/operators-guide.md", "docs/officers-guide.vi.md")
_COMMAND = re.compile(r"(?<![\w/-])cchc ([a-z]+)([^`\n]*)")
_OF_OTHER_PROGRAMS = {"--strict"}


def guides() -> str:
    """Everything that users are told."""
    return "\n".join(text_of(guide) for guide in _GUIDES)


@pytest.mark.parametrize("verb", sorted(options_by_verb()))
def test_each_verb_and_each_of_its_options_is_documented(verb: str) -> None:
    text = guides()

    assert re.search(rf"\bcchc {verb}\b", text)
    assert {option for option in options_by_verb()[verb] - {"--help"} if option not in options(text)} == set()


@pytest.mark.parametrize("document", documents())
def test_each_option_that_a_document_names_exists(document: str) -> None:
    known = set().union(*options_by_verb().values()) | _OF_OTHER_PROGRAMS

    assert options(without_shell(text_of(document))) - known == set()


@pytest.mark.parametrize("document", documents())
def test_each_command_that_a_document_names_takes_its_options(document: str) -> None:
    verbs = options_by_verb()
    wrong = []
    for verb, rest in _COMMAND.findall(without_shell(text_of(document))):
        if verb not in verbs or not options(rest.partition("; cchc ")[0]) <= verbs[verb]:
            wrong.append(f"cchc {verb}{rest}")

    assert wrong == []
