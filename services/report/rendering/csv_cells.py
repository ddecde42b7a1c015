"""What stands in the cells of a CSV, which a spreadsheet may open."""

from __future__ import annotations

from collections.abc import Iterable

from services.report.flag import Flag


def blank(number: int | None) -> str | int:
    """The number; an empty cell where there is none, which is not 0."""
    return "" if number is None else number


def flag_codes(flags: Iterable[Flag]) -> str:
    """The codes of the flags, each once, joined by ``;``."""
    return ";".join(dict.fromkeys(flag.code for flag in flags))
