"""``python -m tests.bench.one_worker JOB``: a worker that joins its group, says so, and begins when it is told.

Each line on standard input tells it something: the first one to begin, the next one to end. For the stages it does the
same work in one thread, one stage after the other, and prints how long each took.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import TextIO

import cchc.store.server.driver_texts  # noqa: F401 — brings pandas: now, as a worker does, and not with the first insert
from cchc.clock import SystemClock
from cchc.log.batch import decode
from cchc.log.kafka.group import KafkaGroup
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.port import Prefix, Record
from cchc.store.port import Store
from cchc.store.server.clickhouse import ClickHouseStore
from cchc.store.server.settings import ClickHouseSettings
from services.aggregator.columns import span_of
from services.aggregator.consume import SPAN_BYTES, decoding_beside_inserting
from services.aggregator.followed import FollowedGeneration
from services.aggregator.generations import Generations
from services.aggregator.inserting import SpanInserter
from services.aggregator.worker import Worker

_POLL_MS = 50


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is to do, as one argument of a command.

    Args:
        kafka: brokers.
        host: of ClickHouse.
        port: of ClickHouse.
        prefix: of its databases.
        topic: what to read.
        group: whom to join.
        stages: one after the other in one thread.
    """

    kafka: str
    host: str
    port: int
    prefix: str
    topic: str
    group: str
    stages: bool = False

    @classmethod
    def of(cls, argument: str) -> Job:
        """The job that an argument says."""
        return cls(**json.loads(argument))

    def argument(self) -> str:
        """The argument that says it."""
        return json.dumps(asdict(self))


def main(job: Job) -> None:
    """Work, as the module says."""
    kafka = KafkaSettings((job.kafka,))
    with (
        KafkaLog(kafka, [job.topic]) as log,
        closing(ClickHouseStore(ClickHouseSettings(job.host, job.port, prefix=job.prefix)).open()) as server,
        KafkaGroup(kafka, [job.topic], job.group) as group,
    ):
        generations = Generations(server, SystemClock())
        generation = FollowedGeneration(generations)
        generation.find()
        worker = Worker(group, log, generation, SystemClock())
        told = threading.Event()
        threading.Thread(target=_told, args=(sys.stdin, told, worker), daemon=True).start()
        _join(group, told)
        if job.stages:
            sys.stdout.write(json.dumps(_in_one_thread(group, log.head().size(), generations.live())) + "\n")
        else:
            worker.run()


def _told(lines: TextIO, told: threading.Event, worker: Worker) -> None:
    lines.readline()
    told.set()
    lines.readline()
    worker.stop()


def _join(group: KafkaGroup, told: threading.Event) -> None:
    """Be a member until it is told to begin; nothing is read before."""
    said = False
    while not told.is_set():
        group.poll(_POLL_MS)
        if group.partitions and not said:
            said = True
            sys.stdout.write("joined\n")
            sys.stdout.flush()


def _in_one_thread(group: KafkaGroup, batches: int, store: Store) -> dict[str, float]:
    taken: dict[str, float] = defaultdict(float)
    inserter = SpanInserter(store)
    start = time.perf_counter()
    with decoding_beside_inserting():
        group.read_from(Prefix())
        while batches:
            records: list[Record] = []
            with _timed(taken, "fetch"):
                size = 0
                while size < SPAN_BYTES and len(records) < batches:
                    polled = group.poll(_POLL_MS)
                    records += polled
                    size += sum(len(record.payload) for record in polled)
            with _timed(taken, "decode"):
                for record in records:
                    decode(record.payload)
            with _timed(taken, "lay_out"):
                span = span_of(records)
            with _timed(taken, "insert"):
                inserter.insert(span, records)
            batches -= len(records)
    # Laying out decodes too: what was measured alone was done twice.
    whole = time.perf_counter() - start - taken["decode"]
    lay_out = taken.pop("lay_out")
    return {**taken, "columns": lay_out - taken["decode"], "whole": whole}


@contextmanager
def _timed(taken: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    taken[stage] += time.perf_counter() - start


if __name__ == "__main__":
    main(Job.of(sys.argv[1]))
