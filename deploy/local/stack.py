"""Kafka and ClickHouse together, as ``make stack`` brings them up and ``make stack-down`` takes them down."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.local.clickhouse import LocalClickHouse
from deploy.local.kafka import LocalKafka


class Stack:
    """One broker and one ClickHouse server, each in its part of a directory that keeps their data, ports and pids.

    Args:
        directory: is made if needed.
    """

    def __init__(self, directory: Path) -> None:
        self._kafka = LocalKafka(directory / "kafka")
        self._clickhouse = LocalClickHouse(directory / "clickhouse")

    def up(self) -> Mapping[str, str]:
        """Start what does not run; returns the addresses. Errors as those of the servers."""
        for server in (self._kafka, self._clickhouse):
            if not server.running:
                server.start()
        return self.addresses()

    def down(self) -> None:
        """Stop what runs of it, whoever started it; the data stay."""
        self._clickhouse.stop()
        self._kafka.stop()

    def addresses(self) -> Mapping[str, str]:
        """Name → address of what runs."""
        running = {}
        if self._kafka.running:
            running["kafka"] = self._kafka.address
        if self._clickhouse.running:
            running["clickhouse"] = self._clickhouse.address
            running["clickhouse http"] = f"{self._clickhouse.host}:{self._clickhouse.http_port}"
        return running
