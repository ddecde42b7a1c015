"""Every path of the project that a document names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.documents import ROOT, documents, in_backticks, links, text_of

_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
_MODULE = re.compile(r"(?:cchc|services|tests)(?:\.\w+)+")
_OF_THE_PROJECT = (".py", ".toml", ".sql", ".proto", ".md", ".xml")


def paths_in(text: str) -> list[str]:
    """What stands in backticks and looks like a path of the project: under one of its folders, or a source file."""
    top = {path.name for path in ROOT.iterdir()}
    found = []
    for quoted in in_backticks(text):
        if not _PATH.fullmatch(quoted):
            continue
        first, slash, _ = quoted.partition("/")
        if (slash and first in top) or (slash and quoted.endswith(_OF_THE_PROJECT)):
            found.append(quoted)
    return found


def modules_in(text: str) -> list[str]:
    """What stands in backticks and looks like a module of the project, or something in one."""
    return [quoted for quoted in in_backticks(text) if _MODULE.fullmatch(quoted)]


def is_there(path: str) -> bool:
    """Whether the project has the path; ``*`` stands for any name."""
    return any(True for _ in ROOT.glob(path.rstrip("/"))) if "*" in path else (ROOT / path).exists()


def is_in_a_module(dotted: str) -> bool:
    """Whether a dotted name is a module or package, or a name written in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        source = place.with_suffix(".py") if not place.is_dir() else place / "__init__.py"
        if source.is_file():
            rest = parts[length:]
            return not rest or re.search(rf"\b{re.escape(rest[0])}\b", source.read_text(encoding="utf-8")) is not None
    return False


@pytest.mark.parametrize("document", documents())
def test_every_path_in_backticks_exists(document: str) -> None:
    missing = [path for path in paths_in(text_of(document)) if not is_there(path)]

    assert missing == []


@pytest.mark.parametrize("document", documents())
def test_every_module_in_backticks_exists(document: str) -> None:
    missing = [name for name in modules_in(text_of(document)) if not is_in_a_module(name)]

    assert missing == []


@pytest.mark.parametrize("document", documents())
def test_every_link_leads_to_a_file(document: str) -> None:
    folder = (ROOT / document).parent
    targets = [link.partition("#")[0] for link in links(text_of(document)) if "://" not in link]

    missing = [target for target in targets if target and not (folder / Path(target)).exists()]

    assert missing == []


def test_a_path_that_is_not_there_is_found_out() -> None:
    assert paths_in("see `cchc/nowhere.py`, `n/d` and `service/report.py`") == ["cchc/nowhere.py", "service/report.py"]
    assert not is_there("cchc/nowhere.py")
    assert not is_in_a_module("cchc.log.nowhere")
