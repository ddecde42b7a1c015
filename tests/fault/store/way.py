"""A way to a server that breaks at a chosen moment: a TCP proxy on the loopback address."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Way:
    """Passes bytes on both ways, until it is told to break.

    Args:
        host: of the server.
        port: of the server.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._break_after = 0
        self._answer_lost = False
        self.broken = 0
        """How often it broke."""

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def break_after(self, sent: int, *, answer_lost: bool) -> None:
        """Break once, when the client has sent more than so many bytes over one connection from now on.

        Args:
            sent: bytes from the client.
            answer_lost: pass everything on, and break when the server answers to it; else break at once, so that the
                server has only the beginning.
        """
        self._break_after, self._answer_lost = sent, answer_lost

    @contextmanager
    def open(self) -> Iterator[Way]:
        """Let connections through inside ``with``."""
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                for target in (self._to_server, self._to_client):
                    threading.Thread(target=target, args=(client, server), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        sent = 0
        with contextlib.suppress(OSError):
            while data := client.recv(4096):
                sent = sent + len(data) if self._break_after else 0
                if self._break_after and sent > self._break_after and not self._answer_lost:
                    self._break(client, server)
                    return
                if self._break_after and sent > self._break_after:
                    self._break_after = -1  # the next answer is lost
                server.sendall(data)
        _end(client, server)

    def _to_client(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if self._break_after == -1:
                    self._break(client, server)
                    return
                client.sendall(data)
        _end(client, server)

    def _break(self, client: socket.socket, server: socket.socket) -> None:
        self._break_after = 0
        self.broken += 1
        _end(client, server)


def _end(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
