"""Which database of a store is live: the aggregator names it, whoever answers looks it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cchc.store import failures
from cchc.store.failures import NoSuchTable
from cchc.store.port import Store

_Answer = TypeVar("_Answer")

META = "cchc_meta"
"""Database in which the live generations are named, in the table ``generation``."""


def live_number(store: Store) -> int:
    """Number of the live generation; 0 where none was named yet. Errors as ``Store.query``."""
    return int(store.in_database(META).query("SELECT max(number) FROM generation").scalar())


def name_of(number: int) -> str:
    """Name of a generation's database."""
    return f"cchc_g{number}"


def live_store(store: Store) -> Store:
    """The database of the live generation.

    Raises:
        Unavailable: ``store.not_filled`` where no aggregator has set the store up yet. Others as ``Store.query``.
    """
    number = live_number(store) if META in store.databases() else 0
    if number == 0:
        raise failures.not_filled()
    return store.in_database(name_of(number))


def asked_of_live(find: Callable[[], Store], question: Callable[[Store], _Answer]) -> _Answer:
    """What the live generation answers; asked once more where a rebuild has dropped it in the middle of the question.

    Errors as ``find`` and the question.
    """
    try:
        return question(find())
    except NoSuchTable:
        return question(find())
