"""A broker and a ClickHouse server of a measurement's own, and what is put into their topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings
from cchc.log.kafka.topics import Topic, administration
from cchc.store.server.settings import ClickHouseSettings
from deploy.local import kafka
from deploy.local.clickhouse import LocalClickHouse
from deploy.local.jars import fetch_jars
from deploy.local.kafka import LocalKafka
from deploy.local.missing import how_to_install, missing
from deploy.local.process import ServerFailed

_KEYS = ("0", "4", "5", "1")
"""One of each partition."""

PARTITIONS = len(_KEYS)
APPENDED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the two of them are."""

    kafka: KafkaSettings
    clickhouse: ClickHouseSettings


def why_not() -> str:
    """Why there can be no servers on this machine, and what to do about it; empty where there can."""
    lacking = missing()
    if lacking:
        return f"needs {', '.join(lacking)}; to allow it: {how_to_install()}"
    try:
        fetch_jars(kafka.POM)
    except ServerFailed as error:
        return str(error)
    return ""


@contextmanager
def real_servers(directory: Path) -> Iterator[Servers]:
    """Start both, on the cores of this process; they end with it."""
    with (
        LocalKafka(directory / "kafka", dies_with_parent=True) as broker,
        LocalClickHouse(directory / "clickhouse", dies_with_parent=True) as server,
    ):
        yield Servers(
            KafkaSettings((broker.address,)), ClickHouseSettings(server.host, server.tcp_port, prefix="bench_")
        )


def fill_topic(kafka: KafkaSettings, topic: str, payloads: Iterable[bytes]) -> int:
    """Make a topic and append the payloads, spread over its partitions; returns their bytes."""
    with administration(kafka) as admin:
        admin.apply([Topic(topic, PARTITIONS, replication=1, min_insync=1)])
    size, turn, left = 0, 0, iter(payloads)
    with KafkaLog(kafka, [topic], topic) as log:
        while several := list(islice(left, APPENDED_AT_ONCE)):
            log.append(several, key=_KEYS[turn % PARTITIONS])
            size += sum(map(len, several))
            turn += 1
    return size
