"""A broker that is away for longer than a call waits: appends fail, and go on by themselves when it is back."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cchc.errors import Unavailable
from cchc.log.kafka.log import KafkaLog
from cchc.log.port import Prefix
from deploy.local.kafka import LocalKafka
from tests.eventually import eventually
from tests.kafka_topics import make_topics, settings_of
from tests.servers import require

pytestmark = pytest.mark.fault

_CALLERS = 4


def _appended(log: KafkaLog, payload: bytes) -> bool:
    try:
        log.append([payload], key=payload.decode())
    except Unavailable:
        return False
    return True


def _append_until_it_fails(log: KafkaLog, caller: int, going: threading.Semaphore) -> None:
    for number in itertools.count():
        if not _appended(log, f"{caller}-{number}".encode()):
            return
        going.release()


def test_appends_go_on_after_an_outage_that_outlasts_them(tmp_path: Path) -> None:
    require("kafka")
    with LocalKafka(tmp_path / "kafka", dies_with_parent=True) as broker:
        settings = settings_of(broker.address, timeout_ms=3_000)
        topics = make_topics(settings, [6])
        with KafkaLog(settings, topics, topics[0]) as log, ThreadPoolExecutor(_CALLERS) as callers:
            # Batches that were under way when the broker went are what the library's producer does not get over.
            going = threading.Semaphore(0)
            appending = [callers.submit(_append_until_it_fails, log, caller, going) for caller in range(_CALLERS)]
            for _ in range(20 * _CALLERS):
                assert going.acquire(timeout=30)
            broker.stop()
            for caller in appending:
                caller.result()
            broker.start()
            eventually(lambda: _appended(log, b"again"), 30, lambda: "the append")
            assert list(callers.map(lambda number: _appended(log, b"%d" % number), range(100))) == [True] * 100
            kept = {record.payload for record in log.records(Prefix())}

    assert kept >= {b"again", *(b"%d" % number for number in range(100))}
