"""A disk that takes no more: the append is refused, and everything is as it was."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from cchc.clock import SystemClock
from cchc.errors import Unavailable
from cchc.log.port import Prefix
from cchc.log.sqlite.log import SqliteLog

_ROOT = Path(__file__).parents[3]


def _payload(number: int) -> bytes:
    return random.Random(number).randbytes(45_000)  # noqa: S311 — not a secret


def test_a_full_disk_refuses_the_append_and_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.db", SystemClock()) as log:
        stored = []
        assert log._writer is not None
        log._writer.execute("PRAGMA max_page_count = 100")
        with pytest.raises(Unavailable) as refusal:  # noqa: PT012 — which append is the one too many is not known
            for number in range(100):
                log.append([_payload(number)])
                stored.append(_payload(number))
        assert refusal.value.code == "log.disk_full"
        assert len(stored) > 10
        assert [record.payload for record in log.records(Prefix())] == stored
        with pytest.raises(Unavailable):
            log.append([b"small", _payload(0)])
        assert log.head().size() == len(stored)

        log._writer.execute("PRAGMA max_page_count = 100000")
        (receipt,) = log.append([b"after"])
        assert receipt.position.offset == len(stored)
    with SqliteLog(tmp_path / "log.db", SystemClock()) as log:
        assert [record.payload for record in log.records(Prefix())] == [*stored, b"after"]


def test_a_full_disk_refuses_everybody_who_waits(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.db", SystemClock()) as log:
        assert log._writer is not None
        log._writer.execute("PRAGMA max_page_count = 20")
        for _ in range(3):
            with pytest.raises(Unavailable, match=r"log\.disk_full"):
                log.append([bytes(500_000)])
        assert log.head() == Prefix()


_FILL = """
import json, resource, sys
from pathlib import Path
from cchc.clock import SystemClock
from cchc.errors import CchcError
from cchc.log.port import Prefix
from cchc.log.sqlite.log import SqliteLog
from tests.fault.log.test_full_disk import _payload

file, limit = Path(sys.argv[1]), int(sys.argv[2])
with SqliteLog(file, SystemClock()) as log:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    stored = 0
    try:
        while True:
            log.append([_payload(stored)])
            stored += 1
    except CchcError as error:
        code = error.code
    intact = [record.payload for record in log.records(Prefix())] == [_payload(n) for n in range(stored)]
    print(json.dumps([code, stored, intact]))
"""


@pytest.mark.fault
@pytest.mark.parametrize("limit", [1_000_000, 6_000_000, 12_345_678])
def test_a_file_size_limit_is_a_full_disk_too(tmp_path: Path, limit: int) -> None:
    """Limits under and over the size at which the write-ahead file is moved into the database."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    file = tmp_path / "log.db"
    run = subprocess.run(
        [sys.executable, "-c", _FILL, str(file), str(limit)], cwd=_ROOT, capture_output=True, text=True, check=True
    )
    code, stored, intact = json.loads(run.stdout)
    assert code == "log.disk_full"
    assert intact
    assert stored > limit // 100_000
    with SqliteLog(file, SystemClock()) as log:
        assert [record.payload for record in log.records(Prefix())] == [_payload(n) for n in range(stored)]
        (receipt,) = log.append([b"after"])
        assert receipt.position.offset == stored
