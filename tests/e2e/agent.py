"""An agent of a source system, as a process: sends the facts of a file to one service until each has its answer.

``python -m tests.e2e.agent SERVICE ADDRESS TOKEN DIRECTORY FACTS_PER_CALL PAUSE_S``. In the directory lies ``facts``;
after each call a line goes to ``acknowledged``: how many facts have their answer, and the identities of those that were
accepted. Started again after any end, it goes on behind the last line, and so sends again what it knows nothing of.
"""

from __future__ import annotations

import base64
import itertools
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cchc.api.log.v1.event_pb2 import Event
from cchc.client import FactsClient, Patience, ServiceName
from cchc.recording.recorder import Outcome
from cchc.recording.refusal import Refusal

FACTS, ACKNOWLEDGED = "facts", "acknowledged"
_UNTIL_ANSWERED = Patience(deadline_s=10, attempts=1_000, give_up_after_s=300, longest_pause_s=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """A fact as it is sent, and the code of the refusal that it must meet; empty: it must be accepted."""

    fact: bytes
    refused: str = ""


def write_facts(directory: Path, facts: Iterable[Sent]) -> None:
    """Lay out what an agent is to send."""
    directory.mkdir(parents=True, exist_ok=True)
    lines = (f"{base64.b64encode(one.fact).decode()} {one.refused}\n" for one in facts)
    (directory / FACTS).write_text("".join(lines), encoding="ascii")


def acknowledged(directory: Path) -> tuple[int, set[bytes]]:
    """How many facts of an agent have their answer, and the identities of those that were accepted."""
    lines = _whole_lines(directory / ACKNOWLEDGED)
    accepted = {bytes.fromhex(identity) for line in lines for identity in line.split()[1:]}
    return (int(lines[-1].split()[0]) if lines else 0), accepted


def _whole_lines(path: Path) -> list[str]:
    """Lines that were written to their end: the last one may have been cut by a kill."""
    text = path.read_text(encoding="ascii") if path.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()


def _read(directory: Path) -> list[Sent]:
    lines = (directory / FACTS).read_text(encoding="ascii").splitlines()
    parted = (line.partition(" ") for line in lines)
    return [Sent(base64.b64decode(fact), refused) for fact, _, refused in parted]


def send(client: FactsClient, directory: Path, per_call: int, pause_s: float) -> None:
    """Send what has no answer yet."""
    facts = _read(directory)
    done, _ = acknowledged(directory)
    path = directory / ACKNOWLEDGED
    before = "".join(f"{line}\n" for line in _whole_lines(path))
    path.write_text(before, encoding="ascii")
    never = threading.Event()
    with path.open("a", encoding="ascii") as answers:
        for start in range(done, len(facts), per_call):
            lot = facts[start : start + per_call]
            outcomes = client.record([Event.FromString(one.fact) for one in lot])
            identities = _checked(lot, outcomes)
            answers.write(" ".join(itertools.chain([str(start + len(lot))], identities)) + "\n")
            answers.flush()
            os.fsync(answers.fileno())
            never.wait(pause_s)


def _checked(lot: Sequence[Sent], outcomes: Sequence[Outcome]) -> list[str]:
    """The identities of the accepted ones, when each met what it had to."""
    identities = []
    for one, outcome in zip(lot, outcomes, strict=True):
        refused = outcome.code if isinstance(outcome, Refusal) else ""
        if refused != one.refused:
            raise SystemExit(f"expected {one.refused or 'a receipt'}, got {outcome}: {Event.FromString(one.fact)}")
        if not isinstance(outcome, Refusal):
            identities.append(outcome.event_id.hex())
    return identities


if __name__ == "__main__":
    _, service, address, token, folder, lot_size, pause = sys.argv
    with FactsClient(ServiceName(service), address, token, patience=_UNTIL_ANSWERED) as to_service:
        send(to_service, Path(folder), int(lot_size), float(pause))
