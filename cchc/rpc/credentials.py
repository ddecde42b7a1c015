"""TLS, and mutual TLS, from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc

from cchc.rpc.failures import certificate_unreadable
from cchc.rpc.settings import RpcSettings


def server_credentials(settings: RpcSettings) -> Any | None:
    """``grpc.ServerCredentials``, or None for a server without TLS.

    Raises:
        Refused: ``rpc.certificate_unreadable``.
    """
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    authority = None if settings.tls_client_ca is None else _read(settings.tls_client_ca)
    return grpc.ssl_server_credentials(
        [(_read(settings.tls_key), _read(settings.tls_certificate))],
        root_certificates=authority,
        require_client_auth=authority is not None,
    )


def channel_credentials(authority: Path, certificate: Path | None = None, key: Path | None = None) -> Any:
    """``grpc.ChannelCredentials`` of a client that trusts an authority, and shows a certificate where it has one.

    Raises:
        Refused: ``rpc.certificate_unreadable``.
    """
    return grpc.ssl_channel_credentials(
        _read(authority),
        private_key=None if key is None else _read(key),
        certificate_chain=None if certificate is None else _read(certificate),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise certificate_unreadable(str(path), error.strerror or str(error)) from error
