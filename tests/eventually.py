"""Waiting for what another process does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic


def eventually(is_so: Callable[[], bool], within_s: float, otherwise: Callable[[], str]) -> None:
    """Look until it is so; ``otherwise`` says what was instead."""
    deadline = monotonic() + within_s
    never = threading.Event()
    while not is_so():
        assert monotonic() < deadline, f"not within {within_s:.0f} s: {otherwise()}"
        never.wait(0.1)
