"""``cchc keys``: the signing keys of a data directory, and tokens."""

from __future__ import annotations

from cchc.clock import Clock, SystemClock
from cchc.errors import Refused
from cchc.keys.ring import KeyRing
from cchc.keys.tokens import issue
from cchc.rights import Caller, Role
from cchc.settings import Settings

KEYS_DIRECTORY = "keys"


def key_ring(settings: Settings) -> KeyRing:
    """The keys of a data directory."""
    return KeyRing(settings.data / KEYS_DIRECTORY, SystemClock())


def token_for(
    settings: Settings, clock: Clock, *, name: str, role: Role, units: list[str], sources: list[str], days: int
) -> str:
    """A token. Errors as ``cchc.keys.tokens.issue``.

    Raises:
        Refused: ``keys.no_scope`` when no unit is named.
    """
    if not name.strip() or not units or not all(code.strip() for code in units):
        raise Refused(
            "keys.no_scope",
            vi="Token phải có tên và ít nhất một đơn vị.",
            en="A token needs a name and at least one unit.",
            next_vi="Thêm --name và --unit MÃ (hoặc --unit '*' cho tất cả).",
            next_en="Add --name and --unit CODE (or --unit '*' for all).",
        )
    caller = Caller(name.strip(), role, frozenset(units), frozenset(sources))
    return issue(key_ring(settings), caller, days, clock)
