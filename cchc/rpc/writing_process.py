"""A writing service as a process: the log from the environment, its edge, and an end when it is asked for.

The log is Kafka where ``CCHC_KAFKA_SERVERS`` names brokers: facts go to the service's own topic, definitions to the one
that is theirs, which every service follows. Otherwise it is the file in the data directory (``CCHC_DATA``), which
several processes of one machine may write. Keys are the public ones in ``CCHC_KEYS``, or in ``keys`` of the data
directory. Where ``CCHC_CLICKHOUSE_HOST`` names a store, it is asked whether reports count a fact (``FindFact``); it may
be away when the process starts, and at any time. Metrics are shown at ``CCHC_METRICS_ADDRESS``, if it is set.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cchc.clock import Clock, SystemClock
from cchc.keys.tokens import TokenVerifier
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topics import REFERENCE_TOPIC, topic_of
from cchc.log.port import Log
from cchc.log.sqlite.log import SqliteLog
from cchc.recording.finding import FactFinder, LogFinder, StoreFinder
from cchc.reference.defining import carry_definitions
from cchc.rpc.edge import Edge
from cchc.rpc.metrics_page import METRICS_VARIABLE, metrics_at
from cchc.rpc.process import key_ring, run_process, say_address
from cchc.rpc.server import Service
from cchc.rpc.settings import rpc_settings
from cchc.settings import CLICKHOUSE_VARIABLE, Settings
from cchc.telemetry import Metrics, Telemetry, log_to, tracer_provider

LOG_FILE = "log.sqlite"

_HAD_DEFINITIONS = "intake"
"""Whose topic had the definitions before they had one of their own."""


def run(name: str, servicer: Callable[[Edge], Service]) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code.

    Args:
        name: of the context.
        servicer: makes the service at an edge.
    """
    return run_process(lambda wait: _serve(name, servicer, wait, os.environ, SystemClock()))


def _serve(
    name: str,
    servicer: Callable[[Edge], Service],
    wait: Callable[[], None],
    environment: Mapping[str, str],
    clock: Clock,
) -> None:
    settings = rpc_settings()
    telemetry = Telemetry(log_to(), Metrics(), tracer_provider(f"cchc-{name}", environment))
    data = Settings.of(environment).data
    ring = key_ring(environment, clock)
    with (
        metrics_at(environment.get(METRICS_VARIABLE), telemetry.metrics.registry),
        _logs(name, data, environment, clock) as logs,
        _finder(logs.facts, environment) as finder,
    ):
        edge = Edge(
            logs.facts,
            finder,
            TokenVerifier(ring, clock),
            settings=settings,
            telemetry=telemetry,
            clock=clock,
            definitions=logs.definitions,
        )
        with edge.serving([servicer(edge)]) as port:
            say_address(settings, port)
            wait()


@contextmanager
def _finder(log: Log, environment: Mapping[str, str]) -> Iterator[FactFinder]:
    if not environment.get(CLICKHOUSE_VARIABLE):
        yield LogFinder(log)
        return
    # Clients of ClickHouse take half a second to load.
    from cchc.rpc.asked_store import AskedStore  # noqa: PLC0415 — as said

    with AskedStore.of(environment) as store:
        yield StoreFinder(store.live, log)


@dataclass(frozen=True, slots=True)
class _Logs:
    """Where facts go and are found; where definitions go, if elsewhere."""

    facts: Log
    definitions: Log | None = None


@contextmanager
def _logs(name: str, data: Path, environment: Mapping[str, str], clock: Clock) -> Iterator[_Logs]:
    kafka = KafkaSettings.of(environment)
    if kafka is None:
        data.mkdir(parents=True, exist_ok=True)
        with SqliteLog(data / LOG_FILE, clock) as log:
            yield _Logs(log)
        return
    topic = topic_of(name)
    with (
        KafkaLog(kafka, [topic, REFERENCE_TOPIC], writes_to=topic) as facts,
        KafkaLog(kafka, [REFERENCE_TOPIC], writes_to=REFERENCE_TOPIC) as definitions,
    ):
        if name == _HAD_DEFINITIONS:
            carry_definitions(facts, definitions)
        yield _Logs(facts, definitions)
