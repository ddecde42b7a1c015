"""What is tried again is told on standard error: standard output is for answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.ports import HOST, free_ports

ROOT = Path(__file__).parents[3]

_SENDING = """
import json, sys
from cchc.api.log.v1.event_pb2 import Event
from cchc.client import FactsClient, Patience, ServiceName
from cchc.errors import Unavailable
from cchc.telemetry import log_to, tell_retries

tell_retries(log_to())
patience = Patience(deadline_s=5, attempts=3, first_pause_s=0.01, longest_pause_s=0.02)
with FactsClient(ServiceName.INTAKE, sys.argv[1], "token", patience=patience) as client:
    try:
        client.record([Event()])
    except Unavailable as error:
        print(json.dumps({"code": error.code}))
"""

_HOOKS = """
import runpy, stamina.instrumentation, sys

sys.argv.pop(0)
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
except SystemExit as end:
    assert end.code == 1, end.code
print([hook.__module__ for hook in stamina.instrumentation.get_on_retry_hooks()])
"""


def _run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )


def test_a_sender_that_finds_nobody_says_each_new_attempt_on_standard_error_only() -> None:
    (port,) = free_ports(1)
    done = _run(_SENDING, f"{HOST}:{port}")
    assert json.loads(done.stdout) == {"code": "rpc.unavailable"}
    told = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [(line["event"], line["level"], line["number"], line["code"]) for line in told] == [
        ("tried_again", "warning", 1, "rpc.unavailable"),
        ("tried_again", "warning", 2, "rpc.unavailable"),
    ]


@pytest.mark.parametrize(
    "command",
    [
        ["services.single", "form", "II.06a", "--period", "2026Q1", "--format", "json"],
        ["services.aggregator"],
        ["services.intake"],
        ["services.processing"],
        ["services.legal_review"],
        ["services.assessment"],
        ["services.report"],
    ],
    ids=lambda command: command[0],
)
def test_every_process_has_its_retries_told_in_its_log_and_nothing_on_standard_output(
    command: list[str], tmp_path: Path
) -> None:
    kafka, clickhouse = free_ports(2)
    done = _run(
        _HOOKS,
        *command,
        CCHC_DATA=str(tmp_path),
        CCHC_KEYS=str(tmp_path),
        CCHC_KAFKA_SERVERS=f"{HOST}:{kafka}",
        CCHC_KAFKA_TIMEOUT_MS="1000",
        CCHC_CLICKHOUSE_HOST=HOST,
        CCHC_CLICKHOUSE_PORT=str(clickhouse),
    )
    assert done.stdout == "['cchc.telemetry']\n"
    assert "ERROR" in done.stderr
