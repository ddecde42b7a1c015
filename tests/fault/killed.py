"""A process that says line by line what it has done, and is killed in the middle of it."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def said_before_killed(module: str, *arguments: str, lines_before_kill: int) -> list[tuple[int, ...]]:
    """The numbers of each line that a module printed whole before it was killed, after so many lines at least."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = list(itertools.islice(process.stdout, lines_before_kill))
        process.kill()
        lines += process.stdout
    assert len(lines) >= lines_before_kill
    return [tuple(map(int, line.split())) for line in lines if line.endswith("\n")]
