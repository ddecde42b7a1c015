"""Every reason for which a fact is set aside is explained, and no other."""

from __future__ import annotations

import ast
import re

from tests.docs.documents import ROOT, text_of

_TABLE = re.compile(r"^\| Reason \| Meaning \|\n\|---\|---\|\n((?:\|.*\n)+)", re.MULTILINE)
_PLACE_OF_REASON = {"_Impossible": 1, "_quarantined": 2, "Quarantined": 4}
"""Where each class or function that sets aside is given its reason."""


def reasons_given() -> set[str]:
    """Every reason in the source of the aggregator."""
    found = set()
    for path in (ROOT / "services/aggregator").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (name := getattr(node.func, "id", "")) in _PLACE_OF_REASON:
                reason = node.args[_PLACE_OF_REASON[name]]
                if isinstance(reason, ast.Constant):
                    found.add(str(reason.value))
    return found


def test_the_reasons_that_are_explained_are_those_that_are_given() -> None:
    (table,) = _TABLE.findall(text_of("docs/delivery.md"))
    explained = {reason for row in table.splitlines() for reason in re.findall(r"`(\w+)`", row.split("|")[1])}

    assert explained == reasons_given()
