"""Every error that the program raises on purpose is in a guide, with what to do about it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.docs.documents import ROOT, files, text_of

_RAISED_BY = {"Refused", "Unavailable", "Corrupt", "Unreadable", "Note", "object", "broken", "_unreadable"}
"""Classes and functions that are given an error's code among their first arguments."""

_CODE = re.compile(r"[a-z_]+\.[a-z0-9_]+")


def codes() -> Iterator[str]:
    """Every code in the source."""
    for name in files():
        if name.startswith(("cchc/", "services/")) and name.endswith(".py") and not name.startswith("cchc/api/"):
            for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _called(node) in _RAISED_BY:
                    yield from _texts(node)


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def _texts(node: ast.Call) -> Iterator[str]:
    for argument in node.args[:4]:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and _CODE.fullmatch(argument.value):
            yield argument.value


def test_every_error_code_is_explained_to_its_reader() -> None:
    guides = text_of("docs/operators-guide.md") + text_of("docs/officers-guide.vi.md")

    assert sorted({code for code in codes() if f"`{code}`" not in guides}) == []


def test_every_error_code_that_a_guide_explains_exists() -> None:
    rooms = "log|store|data|import|mapping|cell|row|period|day|as_of|form|report|criteria_set|index|simulate|simulator"
    rooms += "|keys|token|rights|usage"
    told = re.compile(rf"`((?:{rooms}|calendar)\.[a-z_]+)`")
    guides = text_of("docs/operators-guide.md") + text_of("docs/officers-guide.vi.md")
    files_and_columns = re.compile(r".*\.(?:sqlite|toml|py|csv|md)")

    gone = {code for code in told.findall(guides) if not files_and_columns.fullmatch(code)} - set(codes())

    assert gone == set()
