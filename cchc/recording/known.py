"""Units and procedures as a writing service knows them now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from typing import Protocol

from cchc.log.port import Log
from cchc.procedures.register import Procedure, ProcedureRegister
from cchc.reference.following import ReferenceFollower
from cchc.units.tree import Unit, UnitTree

_MOST_QUESTIONS = 1_000
_MOST_PAIRS = 100_000


class Vouched:
    """What was found good of codes on days, by question: of the same few, the same is asked with every batch."""

    def __init__(self) -> None:
        self._good: dict[Hashable, set[tuple[str, int]]] = {}

    def are_good(
        self, question: Hashable, pairs: Collection[tuple[str, int]], is_good: Callable[[str, int], bool]
    ) -> bool:
        """Whether a code on a day is good, of all these pairs; asked only of those that were not found good before.

        Args:
            question: what is asked; ``is_good`` must always answer the same to it.
            pairs: codes, each with a day.
            is_good: answers.
        """
        if len(self._good) >= _MOST_QUESTIONS:
            self._good.clear()
        good = self._good.setdefault(question, set())
        if good.issuperset(pairs):
            return True
        if not all(is_good(code, day) for code, day in pairs if (code, day) not in good):
            return False
        if len(good) >= _MOST_PAIRS:
            good.clear()
        good.update(pairs)
        return True


@dataclass(frozen=True, slots=True)
class Known:
    """The units and procedures of one moment."""

    units: UnitTree
    procedures: ProcedureRegister
    vouched: Vouched = field(default_factory=Vouched, compare=False, repr=False)


class Reference(Protocol):
    """Where the units and procedures come from."""

    @property
    def known(self) -> Known:
        """As far as it was read."""
        ...

    def refresh(self) -> Known:
        """Read on, and what is known then."""
        ...


class FollowedReference:
    """Units and procedures from the log, read on by ``refresh``.

    Args:
        log: where they are said.
    """

    def __init__(self, log: Log) -> None:
        self._follower = ReferenceFollower(log)
        self._turn = threading.Lock()
        self._known = Known(UnitTree([]), ProcedureRegister([]))

    @property
    def known(self) -> Known:
        """What was known at the last ``refresh``."""
        return self._known

    def refresh(self) -> Known:
        """Read what is new in the log. Errors as ``Log.read``."""
        # Whoever comes while another builds what was read has to wait for it: there is nothing left to read for him.
        with self._turn:
            if self._follower.refresh():
                self._known = Known(
                    UnitTree(map(Unit.of_fact, self._follower.units())),
                    ProcedureRegister(map(Procedure.of_fact, self._follower.procedures())),
                )
            return self._known
