"""What may be set of a server from outside: environment variables ``CCHC_GRPC_…``."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cchc.rpc.failures import insecure_address, setting_unreadable

DEFAULT_ADDRESS = "127.0.0.1:50051"


class RpcSettings(BaseSettings):
    """Settings of a gRPC server. Times are seconds."""

    model_config = SettingsConfigDict(env_prefix="CCHC_GRPC_", extra="ignore", frozen=True)

    address: str = DEFAULT_ADDRESS
    """Host and port; port 0 = any free one."""
    threads: int = Field(default=16, ge=2, le=256)
    """Calls that are worked on at once. At most half of them may be streams, and a quarter look for facts."""
    waiting: int = Field(default=64, ge=0, le=10_000)
    """Calls that may wait for a thread beyond those; more are turned away (RESOURCE_EXHAUSTED)."""
    facts_per_request: int = Field(default=1_000, ge=1, le=10_000)
    bytes_per_request: int = Field(default=4 * 1024 * 1024, ge=1_024, le=6 * 1024 * 1024)
    facts_per_second: int = Field(default=50_000, ge=1)
    """Of one caller, in the long run."""
    facts_burst: int = Field(default=200_000, ge=1)
    """Of one caller, at once."""
    grace: float = Field(default=20.0, ge=0)
    """How long calls under way may take to end after SIGTERM."""
    reflection: bool = False
    """Whether strangers with a token may ask for the contract."""
    tls_certificate: Path | None = None
    """The server's certificate chain, PEM."""
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    """Whoever calls must show a certificate of this authority, too."""
    plaintext: bool = False
    """Without TLS on an address that others can reach: only behind a proxy that has it."""

    @property
    def has_tls(self) -> bool:
        """Whether a certificate and its key are named."""
        return self.tls_certificate is not None and self.tls_key is not None


def rpc_settings(address: str | None = None) -> RpcSettings:
    """The settings of the environment; ``address`` instead of its own, where it is given.

    Raises:
        Refused: ``rpc.setting_unreadable``; ``rpc.insecure_address`` for one that others can reach without TLS.
    """
    try:
        settings = RpcSettings() if address is None else RpcSettings(address=address)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise setting_unreadable(told) from error
    if not (settings.has_tls or settings.plaintext or _is_loopback(settings.address)):
        raise insecure_address(settings.address)
    return settings


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
