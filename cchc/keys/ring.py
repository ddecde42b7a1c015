"""A directory of signing keys (Ed25519): one that signs, and those whose tokens are still taken.

Each key is two files: ``ID.public.json`` and, while it may sign, ``ID.private.json``, both JSON Web Keys. A process
that only checks tokens needs the public ones alone.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from cchc.clock import Clock
from cchc.errors import Corrupt, Refused, Unavailable, system_reason

ALGORITHM = "Ed25519"
"""RFC 9864."""

_PUBLIC = ".public.json"
_PRIVATE = ".private.json"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that may sign, and its id."""

    id: str
    key: OKPKey


class KeyRing:
    """The keys of one directory. Nothing is read before it is asked for.

    Args:
        directory: need not be there yet.
        clock: key ids begin with the time at which they were made, so that the last one made comes last.
    """

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    def make(self) -> str:
        """Make the first key; returns its id.

        Raises:
            Refused: ``keys.already_there``.
            Unavailable: ``keys.not_writable``.
        """
        if self.ids():
            raise Refused(
                "keys.already_there",
                vi=f"Thư mục {self._directory} đã có khóa ký.",
                en=f"{self._directory} already has signing keys.",
                next_vi="Dùng khóa đang có, hoặc thay khóa: cchc keys rotate.",
                next_en="Use the key that is there, or change it: cchc keys rotate.",
            )
        return self._make()

    def rotate(self, *, revoke: bool = False) -> str:
        """Make a new key that signs from now on; returns its id.

        Tokens of the key before stay good until they expire; those of older keys do not. With ``revoke`` no token that
        was given out before is taken any more.

        Raises:
            Refused: ``keys.none``.
            Unavailable: ``keys.not_writable``.
        """
        before = self.ids()
        if not before:
            raise no_keys(self._directory)
        made = self._make()
        for old in before:
            (self._directory / f"{old}{_PRIVATE}").unlink(missing_ok=True)
            if revoke or old != before[-1]:
                (self._directory / f"{old}{_PUBLIC}").unlink(missing_ok=True)
        return made

    def ids(self) -> list[str]:
        """Ids of the keys whose tokens are taken, oldest first."""
        return sorted(path.name.removesuffix(_PUBLIC) for path in self._directory.glob(f"*{_PUBLIC}"))

    def signing(self) -> SigningKey:
        """The key that signs.

        Raises:
            Refused: ``keys.none``.
            Corrupt: ``keys.unreadable``.
        """
        mine = sorted(self._directory.glob(f"*{_PRIVATE}"))
        if not mine:
            raise no_keys(self._directory)
        return SigningKey(mine[-1].name.removesuffix(_PRIVATE), _read(mine[-1]))

    def public(self) -> Mapping[str, OKPKey]:
        """Every key whose tokens are taken, by id.

        Raises:
            Corrupt: ``keys.unreadable``.
        """
        return MappingProxyType({name: _read(self._directory / f"{name}{_PUBLIC}") for name in self.ids()})

    def version(self) -> int:
        """Another number when a key was added or taken away."""
        try:
            return self._directory.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _make(self) -> str:
        made_at = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        name = f"{made_at:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
        key = OKPKey.generate_key("Ed25519", {"kid": name, "use": "sig", "alg": ALGORITHM})
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            # The private one first: a public key alone would be a key that can never sign.
            _write(self._directory / f"{name}{_PRIVATE}", dict(key.as_dict(private=True)))
            _write(self._directory / f"{name}{_PUBLIC}", dict(key.as_dict(private=False)))
        except OSError as error:
            raise Unavailable(
                "keys.not_writable",
                vi=f"Không ghi được khóa vào {self._directory}: {system_reason(error)}.",
                en=f"Keys cannot be written to {self._directory}: {error.strerror}.",
                next_vi="Kiểm tra quyền ghi và dung lượng đĩa.",
                next_en="Check its permissions and the disk.",
            ) from error
        return name


def no_keys(directory: Path) -> Refused:
    """There is no key to sign with."""
    return Refused(
        "keys.none",
        vi=f"Thư mục {directory} chưa có khóa ký.",
        en=f"{directory} has no signing key.",
        next_vi="Tạo khóa: cchc keys new.",
        next_en="Make one: cchc keys new.",
    )


def _write(path: Path, key: Mapping[str, Any]) -> None:
    """The file whole or not at all, for its owner only."""
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(key, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _read(path: Path) -> OKPKey:
    try:
        return OKPKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, JoseError) as error:
        raise Corrupt(
            "keys.unreadable",
            vi=f"Không đọc được khóa {path.name}: {error}.",
            en=f"The key {path.name} cannot be read: {error}.",
            next_vi="Khôi phục tệp từ bản sao, hoặc xóa nó rồi chạy: cchc keys rotate.",
            next_en="Restore the file from a copy, or delete it and run: cchc keys rotate.",
        ) from error
