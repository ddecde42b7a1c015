"""What no file of the project says, and no folder of it is called."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from tests.docs.documents import ROOT, documents, files, text_of

# Put together from halves, so that this file does not say them.
_HOSTS = (
    *("pypi" + ".org", "python" + "hosted", "conda" + ".anaconda", "maven" + ".org", "npm" + "js", "yarn" + "pkg"),
    *("debian" + ".org", "ubuntu" + ".com", "crates" + ".io", "ruby" + "gems", "proxy.golang" + ".org"),
)
_MACHINE = re.compile("(?<![\\w.~$}/-])/(?:" + "wo" + "rk|ro" + "ot|ho" + "me|us" + "ers)/", re.IGNORECASE)
_TEMPORARY = re.compile(r"(?<![\w.~$}/-])/(?:tmp|var/tmp)/")
_NO_ROOM = frozenset({"utils", "util", "common", "helpers", "helper", "base", "core", "misc", "shared"})


def texts() -> list[tuple[str, str]]:
    """Every file that is text, with its text."""
    found = []
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            found.append((name, content.decode("utf-8", errors="replace")))
    return found


def test_no_file_names_a_package_registry() -> None:
    said = [(name, host) for name, text in texts() for host in _HOSTS if host in text.casefold()]

    assert said == []


def test_no_file_names_a_path_of_a_machine() -> None:
    said = [(name, found.group()) for name, text in texts() if (found := _MACHINE.search(text))]

    assert said == []


@pytest.mark.parametrize("document", documents())
def test_no_document_names_a_temporary_path(document: str) -> None:
    assert _TEMPORARY.search(text_of(document)) is None


def test_no_room_has_a_name_that_says_nothing() -> None:
    rooms = [name for name in files() if name.startswith(("cchc/", "services/"))]

    nameless = [name for name in rooms if _NO_ROOM & {part.split(".")[0] for part in PurePosixPath(name).parts}]

    assert nameless == []
