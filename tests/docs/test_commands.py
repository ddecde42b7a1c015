"""Everything that a document tells its reader to type works, and prints what the document shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.console import Reader, Step, agrees, steps
from tests.docs.documents import documents, text_of

_WITH_COMMANDS = [name for name in documents() if any(isinstance(step, Step) for step in steps(text_of(name)))]


@pytest.mark.parametrize("document", _WITH_COMMANDS)
def test_what_a_document_shows_is_what_happens(document: str, tmp_path: Path) -> None:
    wrong = list(Reader(tmp_path).follow(text_of(document)))

    assert wrong == [], "\n\n".join(wrong)


def test_an_ellipsis_stands_for_any_lines_and_for_nothing_else() -> None:
    assert agrees(["a", "…", "d"], ["a", "b", "c", "d"])
    assert agrees(["a", "…"], ["a"])
    assert not agrees(["a", "…", "d"], ["a", "b", "c"])
    assert not agrees(["a"], ["a", "b"])


def test_a_wrong_output_and_a_wrong_exit_code_are_found_out(tmp_path: Path) -> None:
    text = "```console\n$ cchc rebuild --data d\nnothing of the kind\n$ cchc form II.99\n$ echo $?\n0\n```\n"

    wrong = list(Reader(tmp_path).follow(text))

    assert [line.splitlines()[0] for line in wrong] == [
        "$ cchc rebuild --data d",
        "the command before $ echo $? ended with 1, shown is ('0',)",
    ]


def test_a_failure_that_the_document_does_not_announce_is_found_out(tmp_path: Path) -> None:
    (wrong,) = Reader(tmp_path).follow("```console\n$ cchc form II.99\n```\n")

    assert "form.unknown" in wrong
