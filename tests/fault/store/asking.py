"""Starts a process that asks a store: the engine takes one directory per process, so each needs its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def ask(directory: Path, sql: str) -> Any:
    """What ``tests.fault.store.asker`` answers."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fault.store.asker", str(directory), sql],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)
