"""TLS of Kafka's clients: whom they trust, and who they are."""

from __future__ import annotations

import ssl
from pathlib import Path


def tls_context(ca_file: Path | None, cert_file: Path | None, key_file: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later to brokers whose certificate names their host.

    Args:
        ca_file: PEM: who signs their certificates; the system's authorities where it is None.
        cert_file: PEM: this program's own certificate, or None.
        key_file: PEM: its key, where it is not in the same file.

    Raises:
        ssl.SSLError: A file is no such thing, or the two do not belong together.
        OSError: One cannot be read.
    """
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert_file is not None:
        context.load_cert_chain(cert_file, key_file)
    context.sslsocket_class = _ClosedWhereRefused
    return context


class _ClosedWhereRefused(ssl.SSLSocket):
    """One whose handshake failed is closed: the library drops it as it is."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError:
            self.close()
            raise
