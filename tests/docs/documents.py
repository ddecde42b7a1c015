"""The documents of the project, and what can be checked in them: paths, fenced blocks, commands and options."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The project's directory."""

_FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```\s*$", re.MULTILINE | re.DOTALL)
_BACKTICKS = re.compile(r"`+([^`\n]+)`+")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_NEVER_WALKED = frozenset({".git", ".venv", "__pycache__"})


def documents() -> list[str]:
    """Every document by its path in the project, sorted."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "services").rglob("*.md")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def text_of(document: str) -> str:
    """The document's text."""
    return (ROOT / document).read_text(encoding="utf-8")


def files() -> list[str]:
    """Every file of the project by its path, sorted: what git has or would take, or else all that lies there."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = list(_walked())
    return sorted(name for name in listed if (ROOT / name).is_file())


def _walked() -> Iterator[str]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in _NEVER_WALKED and not name.startswith(".")]
        yield from ((Path(folder) / name).relative_to(ROOT).as_posix() for name in names)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the words behind the fence (``console``; ``csv hoso.csv`` is a file), and its lines."""

    words: tuple[str, ...]
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """All fenced blocks, in order, without their indent."""
    found = []
    for indent, info, body in _FENCE.findall(text):
        lines = tuple(line.removeprefix(indent) for line in body.splitlines())
        found.append(Block(tuple(info.split()), lines))
    return found


def outside_blocks(text: str) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", text)


def in_backticks(text: str) -> list[str]:
    """Everything between backticks outside the fenced blocks."""
    return _BACKTICKS.findall(outside_blocks(text))


def links(text: str) -> list[str]:
    """Targets of links outside the fenced blocks."""
    return _LINK.findall(outside_blocks(text))


def without_shell(text: str) -> str:
    """The text without its blocks ``sh``: what is typed there is for other programs."""
    return _FENCE.sub(lambda block: "" if block[2].split()[:1] == ["sh"] else block[0], text)


def options(text: str) -> set[str]:
    """Every long option that a text names, in its blocks too."""
    return set(_OPTION.findall(text))
