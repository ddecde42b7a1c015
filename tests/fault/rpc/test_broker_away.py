"""The broker goes: calls end by their deadlines all the same, and what got a receipt is there when it is back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from grpc_health.v1 import health_pb2

from cchc.client import FactsClient, Patience, ServiceName
from cchc.clock import FixedClock
from cchc.errors import Unavailable
from cchc.log.batch import decode, encode, events
from cchc.log.kafka.log import KafkaLog
from cchc.log.port import Log, Prefix
from cchc.recording.recorder import Recorded
from cchc.rpc.health import LATE_MS
from deploy.local.kafka import LocalKafka
from tests.eventually import eventually
from tests.integration.rpc.conftest import Desk
from tests.integration.rpc.test_edge import health
from tests.kafka_topics import make_topics, settings_of
from tests.servers import require
from tests.unit.recording.senders import NOW_MS, definitions, sent

pytestmark = pytest.mark.fault

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
_THREADS = 2
_HASTY_S = 2.0


@contextmanager
def _serving(folder: Path, log: Log) -> Iterator[Desk]:
    desk = Desk(folder, log, FixedClock(NOW_MS))
    desk.start(threads=_THREADS, grace=1)
    try:
        yield desk
    finally:
        desk.stop()


def _client(desk: Desk, deadline_s: float) -> FactsClient:
    return FactsClient(ServiceName.INTAKE, desk.address, desk.token(), patience=Patience(deadline_s, 1))


def _recorded(client: FactsClient, subject: str) -> bytes | None:
    """The fact's identity, or None where it got no receipt."""
    try:
        (outcome,) = client.record([sent(subject=subject)])
    except Unavailable:
        return None
    assert isinstance(outcome, Recorded)
    return outcome.event_id


def test_calls_end_by_their_deadlines_while_the_broker_is_away(tmp_path: Path) -> None:
    require("kafka")
    with LocalKafka(tmp_path / "kafka", dies_with_parent=True) as broker:
        settings = settings_of(broker.address)
        topics = make_topics(settings, [3])
        with KafkaLog(settings, topics, topics[0]) as log:
            log.append([encode(definitions())])
            with (
                _serving(tmp_path, log) as desk,
                _client(desk, _HASTY_S) as hasty,
                _client(desk, 60) as patient,
                ThreadPoolExecutor(8) as callers,
            ):
                acknowledged = [_recorded(patient, "before")]
                broker.stop()

                def tried(number: int) -> float:
                    started = time.monotonic()
                    acknowledged.append(_recorded(hasty, f"away{number}"))
                    return time.monotonic() - started

                took = list(callers.map(tried, range(16)))
                hasty.describe()  # on a thread of the same two
                desk.clock.put(NOW_MS + LATE_MS + 1)
                eventually(lambda: health(desk) == NOT_SERVING, 10, lambda: "health to tell")
                broker.start()
                eventually(lambda: _recorded(patient, "again") is not None, 120, lambda: "the receipt")
                acknowledged.append(_recorded(patient, "after"))
                eventually(lambda: health(desk) == SERVING, 10, lambda: "health to tell")
                kept = {event.event_id for one in log.records(Prefix()) for event in events(decode(one.payload))}

    # The client's own clock ends a call a moment after its deadline, whatever the server does: the threads tell.
    assert max(took) < 2 * _HASTY_S
    assert acknowledged[0] is not None
    assert acknowledged[-1] is not None
    assert kept.issuperset(filter(None, acknowledged))
