"""Ports of the loopback address that nobody listens on."""

from __future__ import annotations

import random
import socket

HOST = "127.0.0.1"
"""Where every local server listens, and nowhere else."""

# Below the range from which the system takes ports for outgoing connections: one of those could come in between the
# choice and the server's start.
_FIRST, _LAST = 15_000, 32_000
_ATTEMPTS = 200


def free_ports(count: int) -> list[int]:
    """Ports that are free now, all different.

    Raises:
        OSError: None was found; something must have taken thousands of them.
    """
    found: set[int] = set()
    for _ in range(_ATTEMPTS):
        if len(found) == count:
            return sorted(found)
        port = random.SystemRandom().randint(_FIRST, _LAST)
        if _is_free(port):
            found.add(port)
    raise OSError("no free port on the loopback address")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def check_free(*ports: int) -> None:
    """Make sure that a server about to start is the one that will answer there.

    Raises:
        OSError: Somebody listens on one of them.
    """
    taken = [port for port in ports if accepts(port)]
    if taken:
        raise OSError(f"somebody listens on {HOST}:{taken[0]} already")


def accepts(port: int) -> bool:
    """Whether somebody listens on this port."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
