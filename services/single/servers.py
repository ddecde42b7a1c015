"""Log and store on servers: Kafka and ClickHouse, as the environment names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from cchc.clock import Clock
from cchc.errors import Refused
from cchc.log import failures
from cchc.log.kafka.log import KafkaLog
from cchc.log.kafka.settings import KafkaSettings, topics_of
from cchc.log.kafka.topics import LOG_TOPICS, REFERENCE_TOPIC
from cchc.log.port import Log
from cchc.store.port import Store
from cchc.store.server.settings import ClickHouseSettings
from cchc.store.server_environment import server_settings, store_of
from services.aggregator.generations import Generations
from services.single.log_and_store import LogAndStore, Progress, Rebuilt

IMPORTS_TO = "cchc.intake"
"""The topic that imports write to where no others are named; definitions go to their own."""


class Servers(LogAndStore):
    """The log in Kafka and the store in ClickHouse.

    Workers of the aggregator fill the store; whoever asks here takes in what they have not reached yet, which they may
    do as well: what is taken in twice counts once.

    Args:
        kafka: how to reach the brokers.
        clickhouse: how to reach the server or the cluster.
        clock: tells when tables are made.
        topics: topics of the log, of which imports write to the first; where it is None, all that the log has.
    """

    def __init__(
        self, kafka: KafkaSettings, clickhouse: ClickHouseSettings, clock: Clock, topics: tuple[str, ...] | None = None
    ) -> None:
        self._clock = clock
        named = topics or LOG_TOPICS
        self._log = KafkaLog(kafka, named, named[0] if topics else IMPORTS_TO)
        has_reference = REFERENCE_TOPIC in named
        self._definitions = KafkaLog(kafka, [REFERENCE_TOPIC], REFERENCE_TOPIC) if has_reference else self._log
        self._server = store_of(clickhouse)
        self._live: Store | None = None
        self._number = 0

    @classmethod
    def of(cls, environment: Mapping[str, str], clock: Clock) -> Servers:
        """Those of the environment: ``CCHC_KAFKA_…``, ``CCHC_CLICKHOUSE_…``, ``CCHC_TOPICS`` with commas between them.

        Raises:
            Refused: ``log.no_servers``, ``log.setting_unreadable``, ``store.no_server``, ``store.setting_unreadable``.
        """
        kafka = KafkaSettings.of(environment)
        if kafka is None:
            raise failures.no_servers()
        return cls(kafka, server_settings(environment), clock, topics_of(environment))

    def open(self) -> Self:
        """Reach both; a server without tables gets them.

        Raises:
            Refused, Unavailable, Corrupt: as the log and the store.
        """
        self.open_log()
        try:
            self._server.open()
            self._find_live()
        except BaseException:
            self.close()
            raise
        return self

    def open_log(self) -> Self:
        """Reach the log alone, for ``rebuild``. Errors as the log's."""
        self._log.open()
        try:
            self._definitions.open()
        except BaseException:
            self._log.close()
            raise
        return self

    def close(self) -> None:
        """Leave both."""
        self._server.close()
        self._definitions.close()
        self._log.close()

    @property
    def log(self) -> Log:
        """The log."""
        return self._log

    @property
    def definitions_log(self) -> Log:
        """The topic of definitions; where ``topics`` do not name it, the one that takes imports."""
        return self._definitions

    @property
    def store(self) -> Store:
        """The live generation of the store."""
        if self._live is None:
            raise RuntimeError("the servers are not open")
        return self._live

    def catch_up(self, progress: Progress | None = None) -> int:
        """See ``LogAndStore.catch_up``; where a rebuild has dropped the generation meanwhile, into the new one."""
        try:
            return super().catch_up(progress)
        except Refused:
            before = self._number
            self._find_live()
            if self._number == before:
                raise
            return super().catch_up(progress)

    def rebuild(self, progress: Progress | None = None, *, shorter_log: bool = False) -> Rebuilt:
        """Build the store anew from the log in a new generation, and swap. Errors as the base's, and ``open``."""
        generations = Generations(self._server.open(), self._clock)
        events = generations.rebuild(self._log, progress, shorter_log=shorter_log)
        self._find_live()
        return Rebuilt(events, None)

    def _find_live(self) -> None:
        generations = Generations(self._server, self._clock)
        self._number = generations.migrated_number()
        self._live = generations.at(self._number)
