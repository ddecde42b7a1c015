"""A process that appends until it is killed, and says what was acknowledged.

``python -m tests.fault.log.appender FILE ROUND``: four threads append calls of three payloads each. For every call that
has its receipts, one line on standard output: ``THREAD CALL OFFSET OFFSET OFFSET``.
"""

from __future__ import annotations

import random
import sys
import threading
from pathlib import Path

from cchc.clock import SystemClock
from cchc.log.sqlite.log import SqliteLog

THREADS = 4
PARTS = 3


def payload(round_number: int, thread: int, call: int, part: int) -> bytes:
    """What is appended there: its own address, and seeded bytes of a seeded length."""
    seeded = random.Random(f"{round_number} {thread} {call} {part}")  # noqa: S311 — not a secret
    return f"{round_number} {thread} {call} {part} ".encode() + seeded.randbytes(seeded.choice([10, 1_000, 60_000]))


def main(file: Path, round_number: int) -> None:
    """Append for ever."""
    printing = threading.Lock()

    def send(thread: int, log: SqliteLog) -> None:
        call = 0
        while True:
            receipts = log.append([payload(round_number, thread, call, part) for part in range(PARTS)])
            with printing:
                print(thread, call, *(receipt.position.offset for receipt in receipts), flush=True)  # noqa: T201 — its answer
            call += 1

    with SqliteLog(file, SystemClock()) as log:
        threads = [threading.Thread(target=send, args=(number, log)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
