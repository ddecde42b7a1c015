"""Metrics over HTTP, for Prometheus: any path of the address shows them; they name no caller and no unit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from cchc.rpc.failures import metrics_address

METRICS_VARIABLE = "CCHC_METRICS_ADDRESS"
"""Environment variable with the host and port of the page, ``0.0.0.0:9464`` say; where it is not set, there is none."""


@contextmanager
def metrics_at(address: str | None, registry: CollectorRegistry) -> Iterator[int | None]:
    """Within it the metrics are shown at an address; gives the port.

    Args:
        address: host and port, port 0 = any free one; None or empty = nowhere, and None is given.
        registry: what is shown.

    Raises:
        Unavailable: ``rpc.metrics_address``.
    """
    if not address:
        yield None
        return
    host, _, port = address.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]"), registry)
    except (OSError, ValueError, OverflowError) as error:
        raise metrics_address(address, str(error)) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
