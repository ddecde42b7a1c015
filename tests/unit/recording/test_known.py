"""Units and procedures as a service follows them, asked from several threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from cchc.api.reference.v1.reference_pb2 import UNIT_TYPE_COMMUNE, UnitDefined
from cchc.clock import FixedClock
from cchc.log.batch import encode, make_event
from cchc.log.memory import MemoryLog
from cchc.recording.known import FollowedReference
from tests.unit.recording.senders import NOW_MS

_THREADS = 4
_UNITS = 2_000


def test_whoever_reads_on_knows_what_was_recorded_before_also_while_others_read_on() -> None:
    with MemoryLog(FixedClock(NOW_MS)) as log, ThreadPoolExecutor(_THREADS) as callers:
        reference = FollowedReference(log)
        units = [UnitDefined(unit_code=f"U{n}", name="Xã", type=UNIT_TYPE_COMMUNE) for n in range(_UNITS)]
        log.append(
            [
                encode(
                    make_event(unit, source_system="s", subject=unit.unit_code, unit_code="", occurred_at_ms=NOW_MS)
                    for unit in units
                )
            ]
        )
        together = threading.Barrier(_THREADS)

        def knows() -> bool:
            together.wait()
            return reference.refresh().units.knows(units[-1].unit_code)

        assert [call.result() for call in [callers.submit(knows) for _ in range(_THREADS)]] == [True] * _THREADS
