"""The demonstration on servers: both histories go through all processes, and the answers are those of one machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.clickhouse import LocalClickHouse
from deploy.local.demo import PLAN, run_demo
from deploy.local.kafka import LocalKafka
from deploy.local.suite import Suite
from tests.servers import require


def test_the_real_log_has_the_figures_that_it_has_on_one_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require("kafka", "clickhouse")
    plan = replace(PLAN, communes=2, departments=1, dossiers=200)
    with (
        LocalKafka(tmp_path / "kafka", dies_with_parent=True) as kafka,
        LocalClickHouse(tmp_path / "clickhouse", dies_with_parent=True) as clickhouse,
        Suite(tmp_path / "suite", kafka.address, clickhouse.address, dies_with_parent=True) as suite,
    ):
        run_demo(suite, kafka.address, clickhouse.address, plan)
    said = [[cell.strip() for cell in line.split("│")[1:-1]] for line in capsys.readouterr().out.splitlines()]

    figures = ["459", "248", "8", "203", "289", "176", "15", "98", "170", "117", "53"]
    assert ["Tổng số", *figures] in said
    assert ["D1", "191", "289", "66.09"] in said
    assert {row[0] for row in said if len(row) == 5 and row[0].startswith("H99.")} == {"H99.05", "H99.101", "H99.102"}
