"""Keys as files, tokens by them: what is signed by a key that counts is believed, and nothing else."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from cchc.clock import FixedClock
from cchc.errors import Corrupt, Refused
from cchc.keys.ring import KeyRing
from cchc.keys.tokens import ISSUER, LONGEST_DAYS, TokenVerifier, issue
from cchc.rights import Caller, Role

_NOW_MS = 1_790_000_000_000
_DAY_MS = 86_400_000
CALLER = Caller("một cửa H21.65", Role.SENDER, frozenset({"H21.65", "H21.66"}), frozenset({"one-stop"}))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(_NOW_MS)


@pytest.fixture
def ring(tmp_path: Path, clock: FixedClock) -> KeyRing:
    ring = KeyRing(tmp_path / "keys", clock)
    ring.make()
    return ring


def _part(said: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def test_a_token_says_who_the_caller_is(ring: KeyRing, clock: FixedClock) -> None:
    verifier = TokenVerifier(ring, clock)
    token = issue(ring, CALLER, 1, clock)

    assert verifier.caller(token) == CALLER
    assert verifier.caller(token) == CALLER


def test_a_token_expires_also_when_it_was_seen_before(ring: KeyRing, clock: FixedClock) -> None:
    verifier = TokenVerifier(ring, clock)
    token = issue(ring, CALLER, 1, clock)
    verifier.caller(token)

    clock.put(_NOW_MS + _DAY_MS + 120_000)

    with pytest.raises(Refused, match=r"token\.expired"):
        verifier.caller(token)


def test_after_a_rotation_the_tokens_of_the_key_before_are_good_and_older_ones_not(
    ring: KeyRing, clock: FixedClock
) -> None:
    verifier = TokenVerifier(ring, clock)
    first = issue(ring, CALLER, 9, clock)
    clock.put(_NOW_MS + 1)
    ring.rotate()
    second = issue(ring, CALLER, 9, clock)
    assert verifier.caller(first) == verifier.caller(second) == CALLER

    clock.put(_NOW_MS + 2)
    ring.rotate()

    assert verifier.caller(second) == CALLER
    with pytest.raises(Refused, match=r"token\.invalid"):
        verifier.caller(first)


def test_revoking_ends_every_token(ring: KeyRing, clock: FixedClock) -> None:
    verifier = TokenVerifier(ring, clock)
    token = issue(ring, CALLER, 9, clock)
    verifier.caller(token)

    clock.put(_NOW_MS + 1)
    ring.rotate(revoke=True)

    with pytest.raises(Refused, match=r"token\.invalid"):
        verifier.caller(token)
    assert verifier.caller(issue(ring, CALLER, 9, clock)) == CALLER


def test_what_nobody_signed_is_not_believed(ring: KeyRing, tmp_path: Path, clock: FixedClock) -> None:
    verifier = TokenVerifier(ring, clock)
    stranger = KeyRing(tmp_path / "other", clock)
    stranger.make()
    head, body, seal = issue(ring, CALLER, 1, clock).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "units": ["*"]}).encode()).rstrip(b"=").decode()
    unsigned = (
        base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": ring.ids()[0]}).encode()).rstrip(b"=").decode()
    )

    for token in [
        "",
        "x",
        "a.b.c",
        "đ.đ.đ",
        issue(stranger, CALLER, 1, clock),
        f"{head}.{forged}.{seal}",
        f"{unsigned}.{body}.",
        f"{head}.{body}.",
    ]:
        with pytest.raises(Refused, match=r"token\.invalid"):
            verifier.caller(token)


def test_a_public_key_cannot_be_used_as_a_secret(ring: KeyRing, clock: FixedClock) -> None:
    (key,) = ring.public().values()
    secret = OctKey.import_key(json.dumps(key.as_dict(private=False)))
    claims = {"iss": ISSUER, "sub": "x", "role": "administrator", "units": ["*"], "sources": [], "exp": 9_999_999_999}
    token = jwt.encode({"alg": "HS256", "kid": ring.ids()[0]}, claims, secret, algorithms=["HS256"])

    with pytest.raises(Refused, match=r"token\.invalid"):
        TokenVerifier(ring, clock).caller(token)


def test_private_keys_are_for_their_owner_and_go_with_the_rotation(
    ring: KeyRing, tmp_path: Path, clock: FixedClock
) -> None:
    clock.put(_NOW_MS + 1)
    ring.rotate()

    (private,) = (tmp_path / "keys").glob("*.private.json")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert len(ring.ids()) == 2


def test_a_first_key_is_made_once_and_without_one_nothing_is_signed(
    ring: KeyRing, tmp_path: Path, clock: FixedClock
) -> None:
    with pytest.raises(Refused, match=r"keys\.already_there"):
        ring.make()
    empty = KeyRing(tmp_path / "nothing", clock)
    for act in (empty.rotate, empty.signing):
        with pytest.raises(Refused, match=r"keys\.none"):
            act()
    with pytest.raises(Refused, match=r"token\.invalid"):
        TokenVerifier(empty, clock).caller(issue(ring, CALLER, 1, clock))


@pytest.mark.parametrize("days", [0, -1, LONGEST_DAYS + 1])
def test_a_lifetime_out_of_reason_is_refused(ring: KeyRing, clock: FixedClock, days: int) -> None:
    with pytest.raises(Refused, match=r"keys\.lifetime"):
        issue(ring, CALLER, days, clock)


def test_a_damaged_key_is_named(ring: KeyRing, tmp_path: Path, clock: FixedClock) -> None:
    token = issue(ring, CALLER, 1, clock)
    (public,) = (tmp_path / "keys").glob("*.public.json")
    public.write_text("{", encoding="utf-8")

    with pytest.raises(Corrupt, match=r"keys\.unreadable"):
        TokenVerifier(ring, clock).caller(token)
