"""How to reach a Kafka cluster: its addresses, and who this program is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SERVERS_VARIABLE = "CCHC_KAFKA_SERVERS"
"""Environment variable with the brokers to start from: ``host:port``, several with commas between them."""

_PREFIX = "CCHC_KAFKA_"


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Addresses, encryption and identity of a Kafka client.

    Args:
        servers: brokers to start from, ``host:port``; some of them is enough.
        security: ``PLAINTEXT``, ``SSL``, ``SASL_PLAINTEXT`` or ``SASL_SSL``.
        ca_file: certificates of who signs the brokers' certificates; the system's where none is given.
        cert_file: this program's own certificate, where the brokers ask for one.
        key_file: its private key.
        mechanism: ``PLAIN``, ``SCRAM-SHA-256`` or ``SCRAM-SHA-512`` with SASL.
        user: name with SASL.
        password: password with SASL.
        timeout_ms: how long a call waits for the brokers before it says that they are away.
    """

    servers: tuple[str, ...]
    security: str = "PLAINTEXT"
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    mechanism: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_ms: int = 30_000

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> KafkaSettings | None:
        """Settings from the environment, or None where it names no servers.

        The variables are ``CCHC_KAFKA_SERVERS``, ``…_SECURITY``, ``…_CA_FILE``, ``…_CERT_FILE``, ``…_KEY_FILE``,
        ``…_MECHANISM``, ``…_USER``, ``…_PASSWORD`` or ``…_PASSWORD_FILE``, ``…_TIMEOUT_MS``.
        """
        said = {name.removeprefix(_PREFIX): value for name, value in environment.items() if name.startswith(_PREFIX)}
        servers = tuple(server.strip() for server in said.get("SERVERS", "").split(",") if server.strip())
        if not servers:
            return None
        files = {name: Path(said[name]) if said.get(name) else None for name in ("CA_FILE", "CERT_FILE", "KEY_FILE")}
        password = said.get("PASSWORD")
        if password_file := said.get("PASSWORD_FILE"):
            password = Path(password_file).read_text(encoding="utf-8").strip()
        return cls(
            servers,
            security=said.get("SECURITY", "PLAINTEXT"),
            ca_file=files["CA_FILE"],
            cert_file=files["CERT_FILE"],
            key_file=files["KEY_FILE"],
            mechanism=said.get("MECHANISM"),
            user=said.get("USER"),
            password=password,
            timeout_ms=int(said.get("TIMEOUT_MS", "30000")),
        )

    @property
    def address(self) -> str:
        """The brokers to start from, for people."""
        return ",".join(self.servers)

    def client(self) -> dict[str, Any]:
        """What every kind of client of the library is made with."""
        return {
            "bootstrap_servers": list(self.servers),
            "bootstrap_timeout_ms": self.timeout_ms,
            "request_timeout_ms": max(self.timeout_ms // 2, 1_000),
            # Brokers come back within seconds, not within the library's half a minute.
            "reconnect_backoff_max_ms": 1_000,
            "metadata_max_age_ms": 30_000,
            "security_protocol": self.security,
            "ssl_cafile": _text(self.ca_file),
            "ssl_certfile": _text(self.cert_file),
            "ssl_keyfile": _text(self.key_file),
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
