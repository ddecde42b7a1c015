"""Texts in the cells of a CSV, which a spreadsheet may open: none of them may run there as a formula."""

from __future__ import annotations

_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs as a formula: with an apostrophe before it where it needs one."""
    return f"'{text}" if text.startswith("'") or _runs(text) else text


def unguarded(text: str) -> str:
    """What ``guarded`` was given."""
    return text[1:] if text.startswith("'") and (text[1:2] == "'" or _runs(text[1:])) else text


def _runs(text: str) -> bool:
    return text[:1] in _FORMULA_STARTS or text.lstrip()[:1] in _FORMULA_STARTS if text else False
