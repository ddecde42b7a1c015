"""Facts of a history to the services that take them: definitions first, then several callers at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from cchc.api.log.v1.event_pb2 import Event
from cchc.client import FactsClient, ServiceName
from cchc.log.batch import FACT_TYPES
from cchc.recording.refusal import Refusal
from cchc.rights import OPERATOR
from deploy.local.suite import Suite
from services.intake.facts_taken import CONTEXT as INTAKE

_DEFINING = frozenset({FACT_TYPES["unit_defined"], FACT_TYPES["procedure_defined"]})
_CALLERS = 2
"""Of each service at once."""


class Sending:
    """Sends facts of dossiers and definitions to a suite's intake and processing.

    Args:
        suite: runs.
        step: told how many facts have their answer, and of how many.
    """

    def __init__(self, suite: Suite, step: Callable[[int, int], None]) -> None:
        self._suite = suite
        self._step = step
        self._turn = threading.Lock()
        self._answered = 0

    def send(self, facts: Sequence[Event]) -> list[Refusal]:
        """Send them all, again where that may help; returns what was refused.

        Raises:
            Unavailable: A service stayed away. What was sent before is durable.
        """
        numbered = [(FACT_TYPES[fact.WhichOneof("fact") or ""], fact) for fact in facts]
        definitions = [fact for number, fact in numbered if number in _DEFINING]
        others = [(number in INTAKE.taken, fact) for number, fact in numbered if number not in _DEFINING]
        shares = {
            ServiceName.INTAKE: [fact for of_intake, fact in others if of_intake],
            ServiceName.PROCESSING: [fact for of_intake, fact in others if not of_intake],
        }
        refused = self._to(ServiceName.INTAKE, definitions, len(facts))
        with ThreadPoolExecutor(len(shares) * _CALLERS) as callers:
            calls = [
                callers.submit(self._to, service, share[first::_CALLERS], len(facts))
                for service, share in shares.items()
                for first in range(_CALLERS)
            ]
            return refused + [one for call in calls for one in call.result()]

    def _to(self, service: ServiceName, facts: Sequence[Event], total: int) -> list[Refusal]:
        refused = []
        with FactsClient(service, self._suite.address(service), self._suite.token(OPERATOR)) as client:
            for outcome in client.record_all(facts):
                if isinstance(outcome, Refusal):
                    refused.append(outcome)
                with self._turn:
                    self._answered += 1
                    self._step(self._answered, total)
        return refused
