"""The stack, each command in a process of its own: up twice is once, down ends what up began, up again finds it all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.servers import require

_ROOT = Path(__file__).resolve().parents[2]


def _stack(verb: str, directory: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "deploy.local", verb, "--directory", str(directory)]
    ran = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False, timeout=120)
    return ran.returncode, ran.stdout


def test_the_stack_goes_up_twice_down_twice_and_up_again(tmp_path: Path) -> None:
    require("kafka", "clickhouse")
    code, addresses = _stack("up", tmp_path)
    try:
        assert code == 0
        assert [line.rpartition(" ")[0].strip() for line in addresses.splitlines()] == [
            "kafka",
            "clickhouse",
            "clickhouse http",
        ]
        assert _stack("up", tmp_path) == (0, addresses)
        assert _stack("down", tmp_path) == (0, "")
        assert _stack("status", tmp_path) == (1, "Nothing runs; make stack starts it.\n")
        assert _stack("down", tmp_path) == (0, "")
        assert _stack("up", tmp_path) == (0, addresses)
        assert _stack("status", tmp_path) == (0, addresses)
    finally:
        _stack("down", tmp_path)
