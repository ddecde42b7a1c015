"""A server process: found again, waited for, and honest about why it did not start."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.process import PID_FILE, ServerFailed, ServerProcess


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


_SERVES = "import pathlib, signal; pathlib.Path('ready').touch(); signal.pause()"
_STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_SERVES}"


@pytest.mark.parametrize("ends", [ServerProcess.stop, ServerProcess.kill], ids=["stop", "kill"])
def test_what_was_started_runs_until_it_is_ended(tmp_path: Path, ends: Callable[[ServerProcess], None]) -> None:
    server = ServerProcess(tmp_path, dies_with_parent=True)
    server.start(_python(_SERVES), (tmp_path / "ready").exists, within_s=30)
    assert server.pid is not None
    ends(server)
    assert not server.running
    assert not (tmp_path / PID_FILE).exists()


def test_a_server_that_does_not_listen_to_the_request_to_end_is_killed(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, dies_with_parent=True)
    server.start(_python(_STUBBORN), (tmp_path / "ready").exists, within_s=30)
    server.stop(within_s=0.1)
    assert not server.running


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match=r"ended with 3: .*it is broken"):
        ServerProcess(tmp_path).start(
            _python("print('it is broken', flush=True); raise SystemExit(3)"), lambda: False, within_s=30
        )


def test_a_server_that_never_is_ready_is_killed(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, dies_with_parent=True)
    with pytest.raises(ServerFailed, match="not ready"):
        server.start(_python(_SERVES), lambda: False, within_s=0.2)
    assert not server.running


def test_the_number_of_a_process_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """Numbers are given out again: the file of an old run may name a stranger."""
    (tmp_path / PID_FILE).write_text('{"pid": 1, "began": -1}', encoding="utf-8")
    server = ServerProcess(tmp_path)
    assert not server.running
    server.stop()
    assert Path("/proc/1").exists()
