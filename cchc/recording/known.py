"""Units and procedures as a writing service knows them now."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from cchc.log.port import Log
from cchc.procedures.register import Procedure, ProcedureRegister
from cchc.reference.following import ReferenceFollower
from cchc.units.tree import Unit, UnitTree


@dataclass(frozen=True, slots=True)
class Known:
    """The units and procedures of one moment."""

    units: UnitTree
    procedures: ProcedureRegister


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
