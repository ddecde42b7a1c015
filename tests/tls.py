"""An authority of a test's own, and what it signed, as the PEM files that servers and clients read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its key, apart and in one file."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Signs certificates.

    Args:
        directory: where its files go; it is made.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self._directory = directory
        self._signer = trustme.CA()
        self.certificate = directory / "authority.pem"
        self._signer.cert_pem.write_to_path(self.certificate)

    def identity(self, name: str, *hosts: str) -> Identity:
        """One for these host names and addresses. Its key is written as PKCS #8: Java reads no other."""
        signed = self._signer.issue_cert(*hosts)
        key = load_pem_private_key(signed.private_key_pem.bytes(), None)
        key_text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        certificate_text = b"".join(blob.bytes() for blob in signed.cert_chain_pems)
        made = Identity(*(self._directory / f"{name}-{part}.pem" for part in ("certificate", "key", "both")))
        made.certificate.write_bytes(certificate_text)
        made.key.write_bytes(key_text)
        made.both.write_bytes(key_text + certificate_text)
        return made
