"""Tokens (mã thông báo): a caller's name, role and scope, signed, until a time. JSON Web Tokens, RFC 7519."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import extract_compact

from cchc.clock import Clock
from cchc.errors import Refused
from cchc.keys.ring import ALGORITHM, KeyRing
from cchc.rights import Caller, Role

ISSUER = "cchc"
LONGEST_DAYS = 400
"""A token lives a little over a year at most: whoever lost one should not be in for ever."""

_LEEWAY_S = 60
_MOST_REMEMBERED = 10_000
_DAY_S = 86_400


def issue(ring: KeyRing, caller: Caller, days: int, clock: Clock) -> str:
    """A signed token for a caller, good for so many days.

    Raises:
        Refused: ``keys.lifetime`` outside 1 to ``LONGEST_DAYS``; ``keys.none``.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(
            "keys.lifetime",
            vi=f"Thời hạn {days} ngày không hợp lệ: từ 1 đến {LONGEST_DAYS} ngày.",
            en=f"A lifetime of {days} days is not allowed: 1 to {LONGEST_DAYS}.",
            next_vi="Chọn thời hạn khác bằng --days.",
            next_en="Choose another one with --days.",
        )
    signing = ring.signing()
    now_s = clock.now_ms() // 1000
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "sub": caller.name,
        "role": caller.role.value,
        "units": sorted(caller.units),
        "sources": sorted(caller.sources),
        "iat": now_s,
        "exp": now_s + days * _DAY_S,
        "jti": uuid.uuid4().hex,
    }
    return jwt.encode({"alg": ALGORITHM, "kid": signing.id}, claims, signing.key, algorithms=[ALGORITHM])


class TokenVerifier:
    """Says whose token it is, by the keys of a directory; a change of the keys is seen at the next token.

    Checking a signature costs a quarter of a millisecond, so what was found good is remembered until it expires or the
    keys change.

    Args:
        ring: the keys.
        clock: says when a token has expired.
    """

    def __init__(self, ring: KeyRing, clock: Clock) -> None:
        self._ring = ring
        self._clock = clock
        self._turn = threading.Lock()
        self._version = -1
        self._keys: Mapping[str, OKPKey] = {}
        self._good: dict[str, tuple[Caller, int]] = {}

    def caller(self, token: str) -> Caller:
        """Whose token it is.

        Raises:
            Refused: ``token.invalid``, ``token.expired``.
            Corrupt: ``keys.unreadable``.
        """
        now_s = self._clock.now_ms() // 1000
        with self._turn:
            self._follow_keys()
            remembered = self._good.get(token)
            keys = self._keys
        caller, expires_s = remembered or _verified(token, keys)
        if now_s > expires_s + _LEEWAY_S:
            raise _expired()
        if remembered is None:
            with self._turn:
                if len(self._good) >= _MOST_REMEMBERED:
                    self._good.clear()
                if self._keys is keys:
                    self._good[token] = (caller, expires_s)
        return caller

    def _follow_keys(self) -> None:
        version = self._ring.version()
        if version != self._version:
            self._keys = self._ring.public()
            self._good.clear()
            self._version = version


def _verified(token: str, keys: Mapping[str, OKPKey]) -> tuple[Caller, int]:
    """The caller and when the token expires, in seconds since 1970."""
    try:
        header = extract_compact(token.encode()).headers()
        key = keys.get(str(header.get("kid", "")))
        if key is None:
            raise invalid()
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        if claims.get("iss") != ISSUER:
            raise invalid()
        caller = Caller(
            str(claims["sub"]), Role(claims["role"]), frozenset(claims["units"]), frozenset(claims["sources"])
        )
        return caller, int(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise invalid() from error


def invalid() -> Refused:
    """There is no token, or nobody that is trusted signed it."""
    return Refused(
        "token.invalid",
        vi="Thiếu mã thông báo (token), hoặc mã không hợp lệ.",
        en="There is no token, or it is not valid.",
        next_vi="Gửi kèm “authorization: Bearer …”; tạo mã bằng: cchc keys token.",
        next_en="Send “authorization: Bearer …”; make one with: cchc keys token.",
    )


def _expired() -> Refused:
    return Refused(
        "token.expired",
        vi="Mã thông báo (token) đã hết hạn.",
        en="The token has expired.",
        next_vi="Xin mã mới tại nơi vận hành: cchc keys token.",
        next_en="Ask the operator for a new one: cchc keys token.",
    )
