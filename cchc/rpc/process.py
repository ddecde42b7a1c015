"""A gRPC server as a process of its own: its keys, where it says its address, and how it ends."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cchc.clock import Clock
from cchc.errors import CchcError
from cchc.keys.ring import KeyRing
from cchc.rpc.server import asked_to_stop
from cchc.rpc.settings import RpcSettings
from cchc.settings import Settings
from cchc.telemetry import log_to, tell_retries

KEYS_VARIABLE = "CCHC_KEYS"
"""Environment variable that names the directory of public keys."""

KEYS_DIRECTORY = "keys"
"""Where they lie in the data directory, which is looked into where no other is named."""

_CYCLES_AFTER = (50_000, 20, 100)
"""How many objects more, and how many rounds, until Python looks for cycles: a large request of every thread, about."""


def run_process(serve: Callable[[Callable[[], None]], None]) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code, having said on standard error what went wrong.

    Args:
        serve: is given what waits until the process is asked to end.
    """
    tell_retries(log_to())
    try:
        with asked_to_stop() as wait:
            serve(lambda: _wait_undisturbed(wait))
    except CchcError as error:
        sys.stderr.write(f"LỖI [{error.code}] {error.vi}\n  → {error.next_vi}\n")
        sys.stderr.write(f"ERROR [{error.code}] {error.en}\n  → {error.next_en}\n")
        return 1
    return 0


def _wait_undisturbed(wait: Callable[[], None]) -> None:
    with rarely_looking_for_cycles():
        wait()


@contextmanager
def rarely_looking_for_cycles() -> Iterator[None]:
    """Within it Python looks for cycles of objects less often, and never among those that are there already.

    For who composes a process, once all is loaded. A request makes an object for each fact, which dies young and in no
    cycle: to look at them all, and now and then at whatever the process has loaded, costs up to an eighth of its time.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_CYCLES_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def key_ring(environment: Mapping[str, str], clock: Clock) -> KeyRing:
    """The keys by which tokens are judged."""
    directory = environment.get(KEYS_VARIABLE, Settings.of(environment).data / KEYS_DIRECTORY)
    return KeyRing(Path(directory), clock)


def say_address(settings: RpcSettings, port: int) -> None:
    """Print where the server listens, for whoever started it."""
    sys.stdout.write(f"gRPC {settings.address.rpartition(':')[0]}:{port}\n")
    sys.stdout.flush()
