"""Every flag of a form or an index is explained to the officers who read it, and no other."""

from __future__ import annotations

import ast
import re

from tests.docs.documents import ROOT, text_of

_SECTION = re.compile(r"^## 6\. .*?(?=^## )", re.MULTILINE | re.DOTALL)


def flags_raised() -> set[str]:
    """The first argument of every ``Flag`` that the report makes, by itself or with ``about``."""
    return {
        node.args[0].value
        for path in (ROOT / "services/report").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in {"Flag", "about"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_the_flags_that_are_explained_are_those_that_are_raised() -> None:
    (section,) = _SECTION.findall(text_of("docs/officers-guide.vi.md"))

    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == flags_raised()
