"""Listeners of a local broker with TLS: one that asks for certificates, one that asks for passwords."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import HOST

_SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")
_MODULES = "org.apache.kafka.common.security"


@dataclass(frozen=True, slots=True)
class KafkaSecurity:
    """What a broker needs for its two listeners with TLS.

    Args:
        key_and_certificate: PEM: the broker's private key as PKCS #8, its certificate, and those between it and the
            authority.
        authority: PEM: the certificate of who signs those of clients.
        users: name → password, for ``PLAIN``, ``SCRAM-SHA-256`` and ``SCRAM-SHA-512``.
    """

    key_and_certificate: Path
    authority: Path
    users: Mapping[str, str]

    def listeners(self, tls_port: int, password_port: int) -> str:
        """What is added to the broker's listeners."""
        return f",SSL://{HOST}:{tls_port},SASL_SSL://{HOST}:{password_port}"

    def properties(self) -> str:
        """Lines of the broker's configuration."""
        known = " ".join(f'user_{name}="{password}"' for name, password in self.users.items())
        lines = {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.key_and_certificate),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.authority),
            "listener.name.ssl.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": ",".join(("PLAIN", *_SCRAM)),
            "listener.name.sasl_ssl.plain.sasl.jaas.config": f"{_MODULES}.plain.PlainLoginModule required {known};",
        }
        for mechanism in _SCRAM:
            name = f"listener.name.sasl_ssl.{mechanism.lower()}.sasl.jaas.config"
            lines[name] = f"{_MODULES}.scram.ScramLoginModule required;"
        return "".join(f"{name}={value}\n" for name, value in lines.items())

    def set_up_arguments(self) -> list[str]:
        """What Kafka's tool is told so that the users are there from the first start on."""
        return [
            argument
            for mechanism in _SCRAM
            for name, password in self.users.items()
            for argument in ("--add-scram", f"{mechanism}=[name={name},password={password}]")
        ]
