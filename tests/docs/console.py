"""Runs the ``console`` blocks of a document as a reader would: in one empty directory, in their order.

A line that begins with ``$ `` is typed, a trailing backslash continues it, and what follows up to the next such line is
what the program prints on standard output; ``2>&1`` adds standard error, ``2>/dev/null`` says that it is left out. A
line ``…`` stands for any lines. Without any line below it, a command's output is not looked at. Every command must
succeed, unless ``$ echo $?`` is the next one and says how it ended. Spaces at the ends of lines are not compared.

``cchc`` is run; ``cd``, ``cp -a``, ``mv``, ``mkdir``, ``rm -r`` and ``.backup`` of ``sqlite3`` are done, inside the
directory alone; ``make`` and ``git`` are not run, but a target must be one of the Makefile. ``make demo`` is run as
``cchc demo`` where later commands use what it leaves behind. A block ``csv NAME`` or ``toml NAME`` is the file of that
name, written where it stands. The directory has the project's samples, as the project's own directory has them.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tests.docs.documents import ROOT, Block, blocks

ANY_LINES = "…"
_SAMPLES = "services/intake/samples"
_PROMPT = "$ "
_MERGED, _LEFT_OUT = "2>&1", "2>/dev/null"
_ASKS_CODE = "echo $?"
_NOT_RUN = ("git ", "make ", "python3 ")
_TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """A command as it is typed, and the lines that are shown below it."""

    typed: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that the document shows."""

    name: str
    content: str


def steps(text: str) -> list[Step | NewFile]:
    """Everything that a reader of the document does, in order."""
    found: list[Step | NewFile] = []
    for block in blocks(text):
        if block.words[:1] == ("console",):
            found.extend(_typed(block))
        elif len(block.words) == 2 and block.words[0] in {"csv", "toml"}:
            found.append(NewFile(block.words[1], "".join(f"{line}\n" for line in block.lines)))
    return found


def _typed(block: Block) -> Iterator[Step]:
    starts = [at for at, line in enumerate(block.lines) if line.startswith(_PROMPT)]
    for start, end in pairwise([*starts, len(block.lines)]):
        at, typed = start, block.lines[start].removeprefix(_PROMPT)
        while typed.endswith("\\"):
            at += 1
            typed = f"{typed[:-1].rstrip()} {block.lines[at].strip()}"
        yield Step(typed, tuple(block.lines[at + 1 : end]))


def agrees(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether the printed lines are the shown ones, ``…`` standing for any number of them."""
    if not shown:
        return not printed
    if shown[0] == ANY_LINES:
        return any(agrees(shown[1:], printed[skip:]) for skip in range(len(printed) + 1))
    return bool(printed) and shown[0].rstrip() == printed[0].rstrip() and agrees(shown[1:], printed[1:])


@dataclass(slots=True)
class Reader:
    """Somebody who types what a document says, in an empty directory."""

    home: Path
    here: Path = field(init=False)
    code: int = 0

    def __post_init__(self) -> None:
        self.here = self.home
        shutil.copytree(ROOT / _SAMPLES, self.home / _SAMPLES)

    def follow(self, text: str) -> Iterator[str]:
        """Do everything; what did not go as the document says comes out as it happens."""
        todo = steps(text)
        for at, step in enumerate(todo):
            if isinstance(step, NewFile):
                self._inside(step.name).write_text(step.content, encoding="utf-8")
            else:
                yield from self._do(step, todo[at + 1 :])

    def _do(self, step: Step, later: Sequence[Step | NewFile]) -> Iterator[str]:
        if step.typed == _ASKS_CODE:
            if step.shown[:1] != (str(self.code),):
                yield f"the command before $ {_ASKS_CODE} ended with {self.code}, shown is {step.shown}"
            return
        if step.typed.startswith(_NOT_RUN):
            yield from self._check_target(step.typed, later)
            return
        printed, complaint = self._run(step.typed)
        asked = bool(later) and isinstance(later[0], Step) and later[0].typed == _ASKS_CODE
        if self.code and not asked:
            yield f"$ {step.typed}\nended with {self.code}:\n{printed}{complaint}"
        elif step.shown and not agrees(step.shown, printed.rstrip("\n").split("\n")):
            shown = "\n".join(step.shown)
            yield f"$ {step.typed}\nshown:\n{shown}\nprinted:\n{printed}"

    def _check_target(self, typed: str, later: Sequence[Step | NewFile]) -> Iterator[str]:
        program, *words = shlex.split(typed)
        targets = _TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
        if program == "make" and not set(words) <= set(targets):
            yield f"$ {typed}: the Makefile has {', '.join(targets)}"
        if words == ["demo"] and any(isinstance(step, Step) and "demo-data" in step.typed for step in later):
            self._run("cchc demo")

    def _run(self, typed: str) -> tuple[str, str]:
        """What the command prints on standard output and on standard error; ``code`` is how it ended."""
        program, *words = shlex.split(typed)
        if program.rpartition("/")[2] == "cchc":
            return self._cchc(words)
        self.code = 0
        match program, words:
            case "cd", [place]:
                self.here = self._inside(place)
            case "mkdir", [place]:
                self._inside(place).mkdir()
            case "cp", ["-a", source, target] if self._inside(source).is_dir():
                shutil.copytree(self._inside(source), self._inside(target))
            case "cp", ["-a", *sources, target]:
                for source in sources:
                    shutil.copy2(self._inside(source), self._inside(target))
            case "mv", [source, target]:
                shutil.move(self._inside(source), self._inside(target))
            case "sqlite3", [source, command] if command.startswith(".backup "):
                self._back_up(self._inside(source), self._inside(command.removeprefix(".backup ")))
            case "rm", ["-r", place]:
                shutil.rmtree(self._inside(place))
            case _:
                raise AssertionError(f"$ {typed}: not a command that is checked here")
        return "", ""

    @staticmethod
    def _back_up(source: Path, target: Path) -> None:
        """What the shell's ``.backup`` does, which not every machine has."""
        with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(target)) as copy:
            whole.backup(copy)

    def _cchc(self, words: Sequence[str]) -> tuple[str, str]:
        merged = _MERGED in words
        done = subprocess.run(
            [sys.executable, "-m", "services.single", *(word for word in words if word not in {_MERGED, _LEFT_OUT})],
            cwd=self.here,
            env={**_environment(), "PYTHONPATH": str(ROOT), "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merged else subprocess.PIPE,
            text=True,
            check=False,
        )
        self.code = done.returncode
        return done.stdout, done.stderr or ""

    def _inside(self, place: str) -> Path:
        path = (self.here / place).resolve()
        if not path.is_relative_to(self.home.resolve()):
            raise AssertionError(f"{place} leads out of the reader's directory")
        return path


def _environment() -> dict[str, str]:
    """The environment without what would change where data lies or how tables look."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("CCHC_", "PYTEST_"))}
