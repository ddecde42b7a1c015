"""The suite on servers of its own, the agents that send to it, and what it says in the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message

from cchc.api.report.v1 import report_service_pb2 as report
from cchc.api.report.v1.report_service_pb2_grpc import ReportServiceStub
from cchc.calendar.periods import parse_period
from cchc.clock import SystemClock
from cchc.log.batch import encode
from cchc.log.port import Log
from cchc.log.sqlite.log import SqliteLog
from cchc.rights import OPERATOR
from cchc.store.live import live_store
from cchc.store.port import Store
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from deploy.local.suite import Suite
from services.aggregator.checkpoint import Checkpoint
from services.aggregator.quarantine import Quarantine
from services.report.register_answers import RegisterAnswers
from tests.e2e.agent import acknowledged, write_facts
from tests.e2e.commands import ROOT, well
from tests.e2e.quarter import QUARTER, Quarter
from tests.eventually import eventually

AS_OF = "2096-10-02T00:00:00+07:00"
AS_OF_MS = 3_999_949_200_000
"""The same instant, later than anything is recorded."""

TABLED = ("legal-review", "II.04", "II.07b")
LISTED = ("legal-review", "assessment")

_QUARANTINE = "quarantine"
_BATCH = 500


class Agents:
    """Processes that send a quarter. All are gone when the block ends.

    Args:
        folder: where what they send and what was answered lies.
        suite: what they send to.
        quarter: what they send.
        per_call: facts in one call.
        pause_s: how long an agent waits after each.
    """

    def __init__(self, folder: Path, suite: Suite, quarter: Quarter, *, per_call: int, pause_s: float) -> None:
        self._folder = folder
        self._suite = suite
        self._services = {name: service for name, (service, _) in quarter.sendings.items()}
        self._options = [str(per_call), str(pause_s)]
        self._token = suite.token(OPERATOR)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.names = sorted(self._services)
        self.total = sum(len(sent) for _, sent in quarter.sendings.values())
        for name, (_, sent) in quarter.sendings.items():
            write_facts(folder / name, sent)

    def start(self, name: str) -> None:
        """Start one, for the first time or again."""
        service = self._services[name]
        command = [sys.executable, "-m", "tests.e2e.agent", service, self._suite.address(service), self._token]
        with (self._folder / f"{name}.log").open("ab") as output:
            self._running[name] = subprocess.Popen(
                [*command, str(self._folder / name), *self._options],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=output,
                stderr=output,
            )

    def kill(self, name: str) -> None:
        """Without warning; one that has ended stays so."""
        self._running[name].kill()
        self._running[name].wait()

    def acknowledged(self) -> tuple[int, set[bytes]]:
        """How many facts have their answer, and what was accepted."""
        answers = [acknowledged(self._folder / name) for name in self.names]
        return sum(count for count, _ in answers), set().union(*(accepted for _, accepted in answers))

    def wait_for(self, count: float) -> None:
        """Return when so many facts have their answer."""
        eventually(lambda: self.acknowledged()[0] >= count or self.done(), 180, lambda: f"{count:.0f} answers")

    def done(self) -> bool:
        """Whether all have ended well.

        Raises:
            AssertionError: One has ended otherwise, with what it said.
        """
        codes = {name: process.poll() for name, process in self._running.items()}
        for name, code in codes.items():
            assert code in {None, 0}, f"{name}: {(self._folder / f'{name}.log').read_text(encoding='utf-8')}"
        return all(code == 0 for code in codes.values())

    def __enter__(self) -> Agents:
        for name in self.names:
            self.start(name)
        return self

    def __exit__(self, *exc_info: object) -> None:
        for process in self._running.values():
            process.kill()
            process.wait()


@contextmanager
def store_at(address: str) -> Iterator[Store]:
    """The ClickHouse server's store."""
    host, _, port = address.rpartition(":")
    with closing(ClickHouseStore(ClickHouseSettings(host, int(port))).open()) as store:
        yield store


def has_all_of(store: Store, log: Log) -> bool:
    """Whether the store holds the log to its end."""
    head = log.head()
    taken_in = Checkpoint(live_store(store)).taken_in().prefix
    return all(taken_in.end(partition) >= end for partition, end in head.ends.items())


def identities(store: Store) -> set[bytes]:
    """Of every fact that the store holds, of dossiers and of registers."""
    found: set[bytes] = set()
    for table in ("fact", "register_fact"):
        rows = live_store(store).query(f"SELECT DISTINCT id_hi, id_lo FROM {table}").rows  # noqa: S608 — our tables
        found |= {int(high).to_bytes(8, "big") + int(low).to_bytes(8, "big") for high, low in rows}
    return found


def answers_of(suite: Suite, store: Store, units: Sequence[str]) -> tuple[dict[str, Any], set[int]]:
    """What the suite answers, by question; and how many entries of the quarantine its flags name."""
    live = live_store(store)
    registers = RegisterAnswers(live, Quarantine(live).count)
    answers: dict[str, Any] = {}
    with grpc.insecure_channel(suite.address("report")) as channel:
        stub: Any = ReportServiceStub(channel)
        said = {"metadata": (("authorization", f"Bearer {suite.token(OPERATOR)}"),), "timeout": 120}
        for unit in units:
            question = report.Question(period=QUARTER, unit=unit, as_of_ms=AS_OF_MS)
            answers[f"II.06a {unit}"] = stub.GetFormII06a(report.GetFormII06aRequest(question=question), **said)
        question = report.Question(period=QUARTER, as_of_ms=AS_OF_MS)
        answers["index"] = stub.GetIndex(report.GetIndexRequest(question=question), **said)
    for name in TABLED:
        answers[name] = registers.form(name, parse_period(QUARTER), AS_OF_MS).as_json()
    for name in LISTED:
        answers[f"list {name}"] = registers.listing(name, AS_OF_MS).as_json()
    flagged = {_set_aside(answer) for answer in answers.values()}
    return answers, flagged


def embedded_answers(folder: Path, quarter: Quarter, units: Sequence[str]) -> dict[str, Any]:
    """What the embedded mode answers to the same, having been told every fact once and in order."""
    folder.mkdir()
    events = [*quarter.definitions, *quarter.facts]
    with SqliteLog(folder / "log.sqlite", SystemClock()) as log:
        log.append([encode(events[start : start + _BATCH]) for start in range(0, len(events), _BATCH)])
    asked = ("--period", QUARTER, "--as-of", AS_OF, "--format", "json")
    answers: dict[str, Any] = {}
    for unit in units:
        said = well("form", "II.06a", *asked, *(("--unit", unit) if unit else ()), data=folder)
        answers[f"II.06a {unit}"] = ParseDict(json.loads(said), report.GetFormII06aResponse())
    said = well("index", "--set", "qd766", *asked, data=folder)
    answers["index"] = ParseDict(json.loads(said), report.GetIndexResponse())
    for name in TABLED:
        answers[name] = json.loads(well("form", name, *asked, data=folder))
    for name in LISTED:
        answers[f"list {name}"] = json.loads(well("list", name, "--format", "json", data=folder))
    assert {_set_aside(answer) for answer in answers.values()} == {0}
    return answers


def _set_aside(answer: Any) -> int:
    """Take the flag of the quarantine out of an answer, and say how many entries it named."""
    flags = answer.flags if isinstance(answer, Message) else answer["flags"]  # type: ignore[attr-defined]
    told = [(flag.code, flag.text) if isinstance(flag, Message) else (flag["code"], flag["text"]) for flag in flags]  # type: ignore[attr-defined]
    named = [(at, text) for at, (code, text) in enumerate(told) if code == _QUARANTINE]
    for at, text in named:
        del flags[at]
        return int(text.split()[0].replace(".", ""))
    return 0


def without_recording(answer: Any) -> Any:
    """A list without when it was recorded and asked: that is the one thing in which the two must differ."""
    if isinstance(answer, Mapping) and "facts" in answer:
        facts = [{key: value for key, value in fact.items() if key != "recorded_at"} for fact in answer["facts"]]
        return {**answer, "facts": sorted(facts, key=repr), "as_of": None}
    return answer
