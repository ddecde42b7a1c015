"""How to reach a Kafka cluster: its addresses, and who this program is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cchc.log import failures
from cchc.log.kafka.tls import tls_context

SERVERS_VARIABLE = "CCHC_KAFKA_SERVERS"
"""Environment variable with the brokers to start from: ``host:port``, several with commas between them."""

TOPICS_VARIABLE = "CCHC_TOPICS"
"""Environment variable with the topics that are the log, with commas between them."""

_PREFIX = "CCHC_KAFKA_"
_SECURITIES = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


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

        Raises:
            Refused: ``log.setting_unreadable``.
        """
        said = {name.removeprefix(_PREFIX): value for name, value in environment.items() if name.startswith(_PREFIX)}
        servers = tuple(server.strip() for server in said.get("SERVERS", "").split(",") if server.strip())
        if not servers:
            return None
        security = _one_of("SECURITY", said.get("SECURITY") or "PLAINTEXT", _SECURITIES)
        with_password = security.startswith("SASL_")
        return cls(
            servers,
            security=security,
            ca_file=_file("CA_FILE", said.get("CA_FILE")),
            cert_file=_file("CERT_FILE", said.get("CERT_FILE")),
            key_file=_file("KEY_FILE", said.get("KEY_FILE")),
            mechanism=_one_of("MECHANISM", said.get("MECHANISM", ""), _MECHANISMS) if with_password else None,
            user=_needed("USER", said.get("USER")) if with_password else None,
            password=_needed("PASSWORD", _password(said)) if with_password else None,
            timeout_ms=_milliseconds("TIMEOUT_MS", said.get("TIMEOUT_MS") or "30000"),
        )

    @property
    def address(self) -> str:
        """The brokers to start from, for people."""
        return ",".join(self.servers)

    def client(self) -> dict[str, Any]:
        """What every kind of client of the library is made with. Errors as ``tls_context``."""
        with_tls = self.security in {"SSL", "SASL_SSL"}
        return {
            "bootstrap_servers": list(self.servers),
            "bootstrap_timeout_ms": self.timeout_ms,
            "request_timeout_ms": max(self.timeout_ms // 2, 1_000),
            # Brokers come back within seconds, not within the library's half a minute.
            "reconnect_backoff_max_ms": 1_000,
            "metadata_max_age_ms": 30_000,
            "security_protocol": self.security,
            "ssl_context": tls_context(self.ca_file, self.cert_file, self.key_file) if with_tls else None,
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }


def topics_of(environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """The topics that the environment names, or None where it names none.

    Raises:
        Refused: ``log.setting_unreadable`` where a name is empty or there twice.
    """
    said = environment.get(TOPICS_VARIABLE)
    if not said:
        return None
    topics = tuple(topic.strip() for topic in said.split(","))
    if not all(topics) or len(set(topics)) < len(topics):
        raise failures.setting_unreadable(TOPICS_VARIABLE, f"“{said}”")
    return topics


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise failures.setting_unreadable(f"{_PREFIX}{name}", f"“{value}”; {' | '.join(known)}")
    return value


def _needed(name: str, value: str | None) -> str:
    if not value:
        raise failures.setting_unreadable(f"{_PREFIX}{name}", "“”; SASL")
    return value


def _password(said: Mapping[str, str]) -> str | None:
    file = _file("PASSWORD_FILE", said.get("PASSWORD_FILE"))
    return said.get("PASSWORD") if file is None else file.read_text(encoding="utf-8").strip()


def _file(name: str, value: str | None) -> Path | None:
    """A file that can be read."""
    if not value:
        return None
    path = Path(value)
    try:
        path.open("rb").close()
    except OSError as error:
        raise failures.setting_unreadable(f"{_PREFIX}{name}", f"{path}: {error.strerror}") from error
    return path


def _milliseconds(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise failures.setting_unreadable(f"{_PREFIX}{name}", f"“{value}”")
    return int(value)
