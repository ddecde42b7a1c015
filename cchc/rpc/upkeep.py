"""Upkeep: what a process does beside its calls, again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def upkeep(name: str, act: Callable[[], float], *, first_after_s: float = 0.0) -> Iterator[None]:
    """Within it ``act`` runs again and again, on a thread of its own; at the end what it is at is waited for.

    Args:
        name: of the thread.
        act: does it once, and returns after how many seconds it is to be done again. It raises nothing.
        first_after_s: seconds before it is done first.
    """
    ended = threading.Event()

    def keep_up() -> None:
        pause_s = first_after_s
        while not ended.wait(pause_s):
            pause_s = act()

    thread = threading.Thread(target=keep_up, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
