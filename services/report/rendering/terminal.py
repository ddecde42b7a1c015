"""What is printed on a terminal: plain lines and tables, without colours and without what could drive the terminal."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.text import Text

from services.report.flag import Flag

WIDTH = 240
"""More characters than the widest table has: form II.06a takes some 150."""


def plain(text: str) -> Text:
    """Text without markup; control characters, which could drive a terminal, are shown as a replacement mark."""
    return Text("".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in text))


def flag_lines(flags: Iterable[Flag]) -> Iterable[Text]:
    """The flags below a table, under their heading; nothing where there is none."""
    for place, flag in enumerate(flags):
        if place == 0:
            yield plain("\nLưu ý")
        yield plain(f"- [{flag.code}] {flag.text}")


def printed(parts: Iterable[RenderableType]) -> str:
    """The parts below one another; texts are never wrapped, lines have no spaces at their ends."""
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, force_terminal=False, legacy_windows=False)
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, Text))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
