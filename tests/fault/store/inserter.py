"""A process that inserts until it is killed, and says what was acknowledged.

``python -m tests.fault.store.inserter DIRECTORY ROUND``: two threads insert batches of ``ROWS`` rows. For every insert
that returned, one line on standard output: ``THREAD CALL``.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np

from cchc.store.embedded.chdb import ChdbStore
from cchc.store.port import Coded

THREADS = 2
ROWS = 3_000


def main(directory: Path, round_number: int) -> None:
    """Insert for ever."""
    store = ChdbStore(directory, max_threads=2).open()
    store.create_database("g1")
    facts = store.in_database("g1")
    facts.execute(
        "CREATE TABLE IF NOT EXISTS fact (round Int64, thread Int64, call Int64, number Int64, text String)"
        " ENGINE = MergeTree ORDER BY (text, number) SETTINGS min_bytes_for_wide_part = 100000"
    )
    printing = threading.Lock()

    def send(thread: int) -> None:
        call = 0
        while True:
            facts.insert(
                "fact",
                {
                    "round": np.full(ROWS, round_number),
                    "thread": np.full(ROWS, thread),
                    "call": np.full(ROWS, call),
                    "number": np.arange(ROWS),
                    "text": Coded(["đúng hạn", "quá hạn"], (np.arange(ROWS) % 2).astype(np.uint32)),
                },
            )
            with printing:
                print(thread, call, flush=True)  # noqa: T201 — its answer
            call += 1

    threads = [threading.Thread(target=send, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
