"""Connections to a ClickHouse server over its native protocol.

A connection runs one statement at a time, so a call takes one for itself: one that is idle, or a new one. The driver
closes it after any error, and connects anew when it is used again.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from clickhouse_driver import Client, errors

from cchc.errors import Unavailable
from cchc.store import failures
from cchc.store.engine_errors import error_of
from cchc.store.server.driver_writer import write_columns_whole
from cchc.store.server.settings import ClickHouseSettings, Version, statement_settings

_Answer = TypeVar("_Answer")

_TLS = re.compile(r"\[SSL: (?!UNEXPECTED_EOF)")
"""What the driver leaves of an error of TLS; an end in the middle is a server that went away."""


class ServerConnections:
    """The connections to one server.

    Args:
        settings: where it is and how to log in.
        asked: ClickHouse settings of every statement, by the server's version.
    """

    def __init__(
        self,
        settings: ClickHouseSettings,
        asked: Callable[[ClickHouseSettings, Version], dict[str, int | str]] = statement_settings,
    ) -> None:
        self._settings = settings
        self._asked = asked
        self._condition = threading.Condition()
        self._idle: dict[str, list[Client]] = defaultdict(list)
        self._busy = 0
        self._version: Version | None = None

    @property
    def settings(self) -> ClickHouseSettings:
        """Where the server is."""
        return self._settings

    @property
    def version(self) -> Version:
        """The server's version, as it said at ``open``.

        Raises:
            Unavailable: ``store.closed``.
        """
        if self._version is None:
            raise failures.closed()
        return self._version

    def open(self) -> None:
        """Log in. Opening twice does nothing.

        Raises:
            Unavailable: ``store.unavailable``.
            Refused: ``store.login_refused``, ``store.tls_failed``.
        """
        if self._version is None:
            # Whatever it warns of is raised here as an error, with what to do about it.
            logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)
            # What listens there may be no ClickHouse, and wait for ever.
            client = self._client(self._settings.database, timeout_s=self._settings.connect_timeout_s)
            try:
                with self._said_by_the_server():
                    ((text,),) = client.execute("SELECT version()")
            except Unavailable as error:
                # Trying again does not mend it. Once logged in it may: a certificate is changed while this runs.
                if isinstance(error.__cause__, errors.NetworkError) and _TLS.search(str(error.__cause__)):
                    raise failures.tls_failed(f"{self._settings.address}: {error.__cause__.message}") from error
                raise
            finally:
                client.disconnect()
            major, minor = text.split(".")[:2]
            self._version = int(major), int(minor)

    def close(self) -> None:
        """Wait for the statements under way, then give back every connection."""
        with self._condition:
            self._version = None
            self._condition.wait_for(lambda: self._busy == 0)
            clients = [client for idle in self._idle.values() for client in idle]
            self._idle.clear()
        for client in clients:
            client.disconnect()

    def call(self, database: str, statement: Callable[[Client], _Answer], *, repeatable: bool) -> _Answer:
        """What the statement answers, run on a connection that it has for itself.

        Args:
            database: where unqualified table names resolve.
            statement: is given the driver's client.
            repeatable: whether it may run once more, on a fresh connection, when the connection is lost in the middle:
                then nobody knows whether the server was done with it.

        Raises:
            Unavailable: ``store.closed``, ``store.unavailable``. Others as the server's answer says.
        """
        with self._taken(database) as client:
            try:
                return statement(client)
            except errors.SocketTimeoutError:
                raise  # it was given its time
            except (errors.NetworkError, OSError, EOFError):
                if not repeatable:
                    raise
            return statement(client)

    def forget(self, database: str) -> None:
        """Close the idle connections of a database that is going away."""
        with self._condition:
            clients = self._idle.pop(database, [])
        for client in clients:
            client.disconnect()

    @contextmanager
    def _taken(self, database: str) -> Iterator[Client]:
        with self._condition:
            if self._version is None:
                raise failures.closed()
            self._busy += 1
            idle = self._idle[database]
            client = idle.pop() if idle else None
        try:
            client = client or self._client(
                database,
                timeout_s=self._settings.statement_timeout_s,
                settings=self._asked(self._settings, self._version),
            )
            with self._said_by_the_server():
                yield client
        finally:
            with self._condition:
                if client is not None:
                    self._idle[database].append(client)
                self._busy -= 1
                self._condition.notify_all()

    def _client(self, database: str, *, timeout_s: float, settings: dict[str, int | str] | None = None) -> Client:
        chosen = self._settings
        client = Client(
            chosen.host,
            port=chosen.port,
            user=chosen.user,
            password=chosen.password,
            database=database,
            client_name="cchc",
            compression="lz4",
            secure=chosen.secure,
            ca_certs=None if chosen.ca_file is None else str(chosen.ca_file),
            connect_timeout=chosen.connect_timeout_s,
            send_receive_timeout=timeout_s,
            settings=settings,
        )
        write_columns_whole(client)
        return client

    @contextmanager
    def _said_by_the_server(self) -> Iterator[None]:
        """What the server, or the way to it, says against a statement, as the store's own error."""
        try:
            yield
        except errors.ServerException as error:
            raise error_of(f"Code: {error.code}. {error.message}") from error
        except (errors.Error, OSError, EOFError) as error:
            reason = str(getattr(error, "message", error)) or type(error).__name__
            raise failures.unavailable(f"{self._settings.address}: {reason}") from error
