"""A process that opens a store, asks it once and says what came of it.

``python -m tests.fault.store.asker DIRECTORY SQL``: on standard output the rows as JSON, or ``{"error": CODE}``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cchc.errors import CchcError
from cchc.store.embedded.chdb import ChdbStore


def main(directory: Path, sql: str) -> None:
    """Ask once."""
    store = ChdbStore(directory, max_threads=2)
    try:
        answer: object = store.open().query(sql).rows
    except CchcError as error:
        answer = {"error": error.code, "next": error.next_en}
    finally:
        store.close()
    print(json.dumps(answer))  # noqa: T201 — its answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
