"""``python -m services.aggregator``: one worker, by the settings of the environment, until it is told to end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from typing import TypeVar

import stamina
from prometheus_client import CollectorRegistry
from structlog.typing import FilteringBoundLogger

import cchc.store.server.driver_texts  # noqa: F401 — brings pandas: now, and not while the first span waits for it
from cchc.clock import SystemClock
from cchc.errors import CchcError, Unavailable
from cchc.log import failures
from cchc.log.kafka.group import KafkaGroup
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings, topics_of
from cchc.log.kafka.topics import LOG_TOPICS
from cchc.rpc.metrics_page import METRICS_VARIABLE, metrics_at
from cchc.store.server_environment import server_settings, server_store
from cchc.telemetry import log_to, tell_retries
from services.aggregator.followed import FollowedGeneration
from services.aggregator.generations import Generations
from services.aggregator.standing import StandingGauges
from services.aggregator.worker import Worker
from services.aggregator.worker_log import WorkerLog

_T = TypeVar("_T")

STORE_WITHIN_S = 60.0
"""A store that starts at the same time is waited for so long."""

GROUP = "cchc-aggregator"
"""The group that workers join where ``CCHC_GROUP`` names no other."""


def run(environment: Mapping[str, str], lines: FilteringBoundLogger) -> None:
    """Run one worker until SIGTERM or SIGINT.

    The environment names Kafka (``CCHC_KAFKA_…``), ClickHouse (``CCHC_CLICKHOUSE_…``), and, if wanted, ``CCHC_TOPICS``
    (with commas between them; all topics of the log otherwise), ``CCHC_GROUP`` and
    ``CCHC_METRICS_ADDRESS``.

    Args:
        environment: see above.
        lines: what changes is told there.

    Raises:
        Refused: ``log.no_servers``, ``log.setting_unreadable``; others as those of the log, the store and the worker.
        Unavailable: The store did not answer within ``STORE_WITHIN_S``.
    """
    kafka = KafkaSettings.of(environment)
    if kafka is None:
        raise failures.no_servers()
    topics = topics_of(environment) or LOG_TOPICS
    group_name = environment.get("CCHC_GROUP", GROUP)
    registry = CollectorRegistry()
    with ExitStack() as open_things:
        log = open_things.enter_context(KafkaLog(kafka, topics))
        clock = SystemClock()
        server = open_things.enter_context(closing(_patiently(lambda: server_store(environment))))
        generation = FollowedGeneration(Generations(server, clock))
        _patiently(generation.find)
        group = open_things.enter_context(KafkaGroup(kafka, topics, group_name))
        worker = Worker(group, log, generation, clock, show=StandingGauges(registry).show, told=WorkerLog(lines))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        open_things.enter_context(metrics_at(environment.get(METRICS_VARIABLE), registry))
        lines.info(
            "started",
            topics=topics,
            group=group_name,
            brokers=kafka.address,
            store=server_settings(environment).address,
        )
        worker.run()


def _patiently(act: Callable[[], _T]) -> _T:
    for attempt in stamina.retry_context(on=Unavailable, attempts=None, timeout=STORE_WITHIN_S):
        with attempt:
            return act()
    raise AssertionError("unreachable")  # the last attempt raises


def main() -> None:
    """Run, and end with what went wrong on standard error."""
    lines = log_to()
    tell_retries(lines)
    try:
        run(os.environ, lines)
        lines.info("ended")
    except CchcError as error:
        lines.error("ended", code=error.code, reason=error.en)
        sys.stderr.write(f"LỖI [{error.code}] {error.vi}\n→ {error.next_vi}\nERROR {error.en}\n→ {error.next_en}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
