"""How long an event takes into an answer: agents send one or some at a time, and the report service is asked all along.

Everything runs as a province runs it: intake, Kafka, one worker, ClickHouse, report, each in processes of their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import numpy.typing as npt

from cchc.api.intake.v1.intake_pb2 import CHANNEL_ONLINE_FULL, DUE_BASIS_DAY, DossierAccepted
from cchc.api.log.v1.event_pb2 import Event
from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_COMMUNE, ProcedureDefined, UnitDefined
from cchc.api.report.v1 import report_service_pb2 as report
from cchc.api.report.v1.report_service_pb2_grpc import ReportServiceStub
from cchc.calendar.vietnam_time import DAY_MS, day_of
from cchc.client import FactsClient, ServiceName
from cchc.clock import SystemClock
from cchc.log.batch import FACT_TYPES, make_event
from cchc.recording.recorder import Recorded
from cchc.rights import OPERATOR
from cchc.store.live import live_store
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from deploy.local.suite import REPORT, Suite
from tests.bench.real_servers import real_servers

EVENTS_PER_S = 1_000
SENT_FOR_S = 40.0
WARM_S = 10.0
"""What is sent this long is not counted: channels open, and tables are empty."""

SIZES = (1, 2, 5, 12, 30)
"""Events of a call, in turn: ten on average."""

CALLERS = 8
FIELDS = 50
"""Each call is of the next field: the form counts by field, and so tells which of them it has."""

_UNIT = "H99.01"
_DAY = timedelta(days=1)
_PAUSE_S = 0.25
"""Between an answer and the next question."""

_LOOK_AGAIN_S = 0.1
_ALL_WITHIN_S = 60.0
_ANSWERED_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class _Call:
    """Events that happen this long after the start, all of one field."""

    at_s: float
    field: int
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class _Answer:
    """When it came after the start, how long that took, and how many dossiers it has of each field."""

    at_s: float
    took_s: float
    counts: Mapping[str, int]


def measure(directory: Path, _: int) -> dict[str, float]:
    """Send 1,000 events a second, by the clock and not by the answers, and look when the report's answer has each.

    Returns:
        ``p50_s``, ``p99_s``: from the moment of an event, which is when its call was to be sent, to the arrival of the
        first answer that counts it; ``receipt_…``: to its receipt, by which it is durable; ``stored_…``: until
        the store has it; ``answer_s``: what an answer takes by itself, the median; ``events``, counted.
    """
    with (
        real_servers(directory) as servers,
        Suite(
            directory / "suite", servers.kafka.address, servers.clickhouse.address, workers=1, dies_with_parent=True
        ) as suite,
    ):
        with FactsClient(ServiceName.INTAKE, suite.address("intake"), suite.token(OPERATOR)) as intake:
            _record(intake, list(_definitions()))
        calls = list(_calls())
        expected = sum(len(call.events) for call in calls)
        with closing(_Form(suite)) as form, closing(_Stored(replace(servers.clickhouse, prefix=""))) as stored:
            form.wait_until_known()
            start = time.perf_counter() + 1
            with ThreadPoolExecutor(CALLERS + 2) as threads:
                answering = threads.submit(_watch, form.counts, _PAUSE_S, start, expected)
                storing = threads.submit(_watch, stored.counts, _LOOK_AGAIN_S, start, expected)
                sending = [threads.submit(_send, suite, calls[number::CALLERS], start) for number in range(CALLERS)]
                receipts = np.concatenate([sent.result() for sent in sending])
                answers = answering.result()
                stores = storing.result()
    return {
        "events": float(len(receipts)),
        **_half_and_most("", _visible(calls, answers)),
        **_half_and_most("receipt_", receipts),
        **_half_and_most("stored_", _visible(calls, stores)),
        "answer_s": float(np.median([answer.took_s for answer in answers])),
    }


def _half_and_most(name: str, seconds: npt.NDArray[np.float64]) -> dict[str, float]:
    return {f"{name}p{percent}_s": float(np.percentile(seconds, percent)) for percent in (50, 99)}


def _definitions() -> Iterator[Event]:
    at_ms = SystemClock().now_ms() - 30 * DAY_MS
    yield _event(UnitDefined(unit_code=_UNIT, name=_UNIT, type=UNIT_TYPE_COMMUNE), _UNIT, at_ms, unit="")
    for number in range(FIELDS):
        defined = ProcedureDefined(procedure_code=_procedure(number), field_code=_field(number))
        yield _event(defined, _procedure(number), at_ms, unit="")


def _calls() -> Iterator[_Call]:
    """All calls: each dossier's one event."""
    at_ms = SystemClock().now_ms()
    events = round(EVENTS_PER_S * SENT_FOR_S)
    sent, number = 0, 0
    while sent < events:
        accepted = DossierAccepted(
            procedure_code=_procedure(number % FIELDS),
            field_code=_field(number % FIELDS),
            channel=CHANNEL_ONLINE_FULL,
            due_at_ms=at_ms + 7 * DAY_MS,
            due_basis=DUE_BASIS_DAY,
        )
        several = [
            _event(accepted, f"{_UNIT}-{dossier // 10_000 + 260_101:06}-{dossier % 10_000:04}", at_ms, unit=_UNIT)
            for dossier in range(sent, sent + SIZES[number % len(SIZES)])
        ]
        yield _Call(sent / EVENTS_PER_S, number % FIELDS, several)
        sent += len(several)
        number += 1


def _event(fact: Any, subject: str, at_ms: int, *, unit: str) -> Event:
    return make_event(fact, source_system="one-stop", subject=subject, unit_code=unit, occurred_at_ms=at_ms)


def _procedure(number: int) -> str:
    return f"1.{number:06}"


def _field(number: int) -> str:
    return f"LV-{number:02}"


def _send(suite: Suite, calls: Sequence[_Call], start: float) -> npt.NDArray[np.float64]:
    """Send each at its time; seconds from then to the receipt, of each event after the warm-up."""
    receipts: list[float] = []
    with FactsClient(ServiceName.INTAKE, suite.address("intake"), suite.token(OPERATOR)) as intake:
        for call in calls:
            time.sleep(max(start + call.at_s - time.perf_counter(), 0))
            _record(intake, call.events)
            if call.at_s >= WARM_S:
                receipts += [time.perf_counter() - start - call.at_s] * len(call.events)
    return np.array(receipts)


def _record(intake: FactsClient, events: Sequence[Event]) -> None:
    refused = [outcome for outcome in intake.record(events) if not isinstance(outcome, Recorded)]
    if refused:
        raise RuntimeError(f"refused: {refused[0]}")


class _Form:
    """Form II.06a of three days around now, asked of the report service."""

    def __init__(self, suite: Suite) -> None:
        self._channel = grpc.insecure_channel(suite.address(REPORT))
        self._ask: Any = ReportServiceStub(self._channel).GetFormII06a
        self._metadata = (("authorization", f"Bearer {suite.token(OPERATOR)}"),)
        today = day_of(SystemClock().now_ms())
        window: dict[str, Any] = {"from": (today - _DAY).isoformat(), "to": (today + _DAY).isoformat()}
        self._request = report.GetFormII06aRequest(question=report.Question(unit=_UNIT, **window))

    def close(self) -> None:
        """End the connection."""
        self._channel.close()

    def wait_until_known(self) -> None:
        """Return when the report knows the unit."""
        deadline = time.perf_counter() + _ALL_WITHIN_S
        while True:
            try:
                self.counts()
            except grpc.RpcError:
                if time.perf_counter() > deadline:
                    raise
                time.sleep(_PAUSE_S)
            else:
                return

    def counts(self) -> dict[str, int]:
        """How many dossiers it has of each field."""
        answer = self._ask(self._request, metadata=self._metadata, timeout=_ANSWERED_WITHIN_S)
        return {row.field: row.received_total for row in answer.rows}


class _Stored:
    """What the store has."""

    def __init__(self, settings: ClickHouseSettings) -> None:
        self._store = ClickHouseStore(settings).open()

    def close(self) -> None:
        """End the connection."""
        self._store.close()

    def counts(self) -> dict[str, int]:
        """How many dossiers it has of each field."""
        asked = "SELECT field, uniqExact(subject) FROM fact WHERE fact_type = {accepted:UInt64} GROUP BY field"
        return dict(live_store(self._store).query(asked, {"accepted": FACT_TYPES["dossier_accepted"]}).rows)


def _watch(counts: Callable[[], dict[str, int]], pause_s: float, start: float, expected: int) -> list[_Answer]:
    """Ask on and on until an answer has as many dossiers as this; all the answers."""
    answers: list[_Answer] = []
    while not answers or sum(answers[-1].counts.values()) < expected:
        asked = time.perf_counter()
        if asked > start + SENT_FOR_S + _ALL_WITHIN_S:
            raise TimeoutError(f"{sum(answers[-1].counts.values()):,} of {expected:,} dossiers are visible")
        answer = counts()
        answered = time.perf_counter()
        answers.append(_Answer(answered - start, answered - asked, answer))
        time.sleep(pause_s)
    return answers


def _visible(calls: Sequence[_Call], answers: Sequence[_Answer]) -> npt.NDArray[np.float64]:
    """Seconds from each event after the warm-up to its first answer; the events of a field become visible in order."""
    arrived = np.array([answer.at_s for answer in answers])
    taken = []
    for field in range(FIELDS):
        at = np.array([call.at_s for call in calls if call.field == field for _ in call.events])
        counts = np.array([answer.counts.get(_field(field), 0) for answer in answers])
        first = np.searchsorted(counts, np.arange(1, len(at) + 1))
        taken.append((arrived[first] - at)[at >= WARM_S])
    return np.concatenate(taken)
