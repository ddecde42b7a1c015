"""A native port of a local ClickHouse server that speaks TLS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ClickHouseTls:
    """What a server needs for it.

    Args:
        port: where it listens.
        certificate: PEM.
        key: PEM, of the certificate.
    """

    port: int
    certificate: Path
    key: Path

    def tags(self) -> dict[str, str | int | dict[str, dict[str, str]]]:
        """What is added to the server's configuration."""
        server = {
            "certificateFile": str(self.certificate),
            "privateKeyFile": str(self.key),
            "verificationMode": "none",
            "loadDefaultCAFile": "false",
            "cacheSessions": "true",
            "disableProtocols": "sslv2,sslv3",
            "preferServerCiphers": "true",
        }
        return {"tcp_port_secure": self.port, "openSSL": {"server": server}}
