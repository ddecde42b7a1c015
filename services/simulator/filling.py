"""A log with the province's history in it, recorded as it would have been."""

from __future__ import annotations

from cchc.clock import FixedClock
from cchc.log.port import Log
from services.simulator.payload import payload_of
from services.simulator.province import Progress, Province, sendings


def fill_log(province: Province, log: Log, clock: FixedClock, progress: Progress | None = None) -> int:
    """Append everything to an empty log, each batch at the time at which it arrived; returns the number of events.

    The clock stays at the last arrival.

    Args:
        province: what to append.
        log: an empty log.
        clock: the one that the log was made with, so that ``recorded_at`` is the time of arrival.
        progress: told of events, done and in all.

    Raises:
        Unavailable, Corrupt: as ``Log.append``; what was appended before stays.
    """
    done, total = 0, len(province.facts)
    for facts in sendings(province.facts):
        clock.put(facts[-1].arrives_at_ms)
        log.append([payload_of(facts)])
        done += len(facts)
        if progress is not None:
            progress(done, total)
    return done
