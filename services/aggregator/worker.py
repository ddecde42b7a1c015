"""One of several aggregators that share the partitions of the log: poll, lay out, insert, checkpoint."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from time import monotonic

from cchc.clock import Clock
from cchc.errors import CchcError, Unavailable
from cchc.log.kafka.group import KafkaGroup
from cchc.log.port import Log, Prefix, Record
from cchc.telemetry import log_to
from services.aggregator.columns import Span, span_of
from services.aggregator.consume import SPAN_BYTES, decoding_beside_inserting
from services.aggregator.followed import FollowedGeneration
from services.aggregator.in_flight import AT_ONCE, InFlight, LaidOut
from services.aggregator.standing import Standing, standing_of
from services.aggregator.worker_log import WorkerLog

LINGER_S = 1.0
"""A span that is not full goes to the store when that has nothing to do, or nothing more comes; but at most one in this
time, for small ones cost the store much: so what it shows is at most so much older than it could be."""

_POLL_MS, _SHORT_POLL_MS = 200, 20
_STANDING_EVERY_S = 1.0
_LOOK_EVERY_S = 1.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 10.0
_NO_ASSIGNMENT = -1


_NOTHING = LaidOut(Span({}, [], 0), ())
"""What is inserted to see whether the store answers, and which generation is live."""


class Worker:
    """A member of the group of aggregators. Any number of them run, each in a process of its own.

    The brokers say which partitions it reads; the store's checkpoint says from where. Spans begin where the checkpoint
    stands or where this worker's last span ended, and are taken in in order; so whatever the checkpoint covers is in
    the store, also when two workers believe for a moment that a partition is theirs. What they both insert counts once.

    At most four spans are in memory: two that are inserted, one that waits, one that is collected. While the store is
    slow or away, nothing more is read, and the worker stays in its group.

    When a rebuild has named another generation live, the worker changes over: it goes on from that one's checkpoint.
    It looks before every insert, and once a second where there is nothing to insert.

    Args:
        group: open; this worker is its owner.
        log: the same topics, open, for their ends.
        generation: the live one.
        clock: for freshness.
        span_bytes: payload of a full span.
        linger_s: see ``LINGER_S``.
        show: told where the worker stands, once a second.
        told: told what changes, for the operator; None = nobody is.
    """

    def __init__(
        self,
        group: KafkaGroup,
        log: Log,
        generation: FollowedGeneration,
        clock: Clock,
        *,
        span_bytes: int = SPAN_BYTES,
        linger_s: float = LINGER_S,
        show: Callable[[Standing], None] = lambda _: None,
        told: WorkerLog | None = None,
    ) -> None:
        self._group = group
        self._log = log
        self._clock = clock
        self._span_bytes = span_bytes
        self._linger_s = linger_s
        self._show = show
        self._told = told or WorkerLog(log_to(level="critical"))
        self._generation = generation
        self._stopping = threading.Event()
        self._store_away = False
        self._assignments = _NO_ASSIGNMENT
        self._collected: list[Record] = []
        self._collected_bytes = 0
        self._more_comes = False
        self._small_at = -linger_s
        self._ready: LaidOut | None = None
        self._under_way: deque[Sequence[Record]] = deque()
        self._looked_at = 0.0
        self._taken_in = Prefix()
        self._recorded_until_ms: dict[str, int] = {}
        self._events = 0
        self._quarantined = 0
        self._shown_at = 0.0

    def stop(self) -> None:
        """Let ``run`` end soon. From any thread, or a signal's handler."""
        self._stopping.set()

    def run(self) -> None:
        """Take in what arrives until ``stop``.

        1. Poll.                                      Crash after this: the records are read again.
        2. Lay a span out as columns.                 Pure; crash after this: the same.
        3. Insert quarantine, then every table.       Crash in here: inserted again; equal identities count once.
        4. Write the checkpoint, after those before.  Crash after this: whoever gets the partition goes on from there.
        5. Commit the offsets to the brokers.         For those who watch the lag; nothing rests on it.

        Raises:
            Corrupt: ``store.ahead_of_log``, ``store.other_log`` when the store was not filled from this log; others as
                ``Log.read`` and ``Store.insert``.
            Refused: as ``Log.read`` and ``Store.insert``.
        """
        with ThreadPoolExecutor(AT_ONCE, "insert") as threads:
            in_flight = InFlight(threads, self._put_rows, self._put_checkpoint)
            try:
                self._check_same_log()
                while not self._stopping.is_set():
                    self._turn(in_flight)
            finally:
                # An insert that waits for the store gives up; one that is under way is waited for.
                self._stopping.set()

    def standing(self) -> Standing:
        """Where it stands. Errors as ``Log.head``."""
        return standing_of(
            self._group.partitions,
            self._log.head(),
            self._taken_in,
            {**self._recorded_until_ms, **self._waiting_since_ms()},
            self._clock.now_ms(),
            events=self._events,
            quarantined=self._quarantined,
            store_away=self._store_away,
        )

    def _waiting_since_ms(self) -> dict[str, int]:
        """By partition, when the first was recorded that was read and is not known to be in the store."""
        ready = self._ready.records if self._ready is not None else ()
        waiting = [*chain.from_iterable(self._under_way), *ready, *self._collected]
        return {record.position.partition: record.recorded_at_ms for record in reversed(waiting)}

    def _check_same_log(self) -> None:
        pause = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            try:
                taken_in = self._generation.taken_in()
                taken_in.check_within(self._log.head())
                taken_in.check_last_batches(self._log)
            except Unavailable as error:
                self._told.store_away(error)
                self._stopping.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                self._told.store_answers()
                return

    def _turn(self, in_flight: InFlight) -> None:
        self._collect()
        self._settle(in_flight)
        if self._assignments != self._group.assignments:
            self._take_over(in_flight)
        self._lay_out(is_idle=in_flight.is_idle)
        if self._ready is not None and in_flight.takes_another:
            self._begin(in_flight, self._ready)
            self._ready = None
        elif in_flight.is_idle and monotonic() - self._looked_at >= _LOOK_EVERY_S:
            self._begin(in_flight, _NOTHING)
        self._tell()

    def _begin(self, in_flight: InFlight, laid_out: LaidOut) -> None:
        in_flight.begin(laid_out)
        self._under_way.append(laid_out.records)

    def _collect(self) -> None:
        """Poll; where a span is full and has to wait, only for the signs of life."""
        full = self._collected_bytes >= self._span_bytes
        if full:
            self._group.pause()
        waits = not self._collected and self._assignments == self._group.assignments
        records: list[Record] = []
        # The brokers are away: what is collected goes on to the store, and the next poll tries again.
        try:
            records = self._group.poll(_POLL_MS if waits else _SHORT_POLL_MS)
        except Unavailable:
            self._stopping.wait(_FIRST_PAUSE_S)
        if full:
            self._group.resume()
        self._more_comes = bool(records)
        if self._assignments != self._group.assignments:
            return
        self._collected += records
        self._collected_bytes += sum(len(record.payload) for record in records)

    def _settle(self, in_flight: InFlight) -> None:
        """Note what inserts that are done have taken in; raise what they raised."""
        for done in in_flight.ended():
            self._looked_at = monotonic()
            self._under_way.popleft()
            if done is None:
                self._assignments = _NO_ASSIGNMENT
            elif done.records:
                self._note(done)

    def _note(self, done: LaidOut) -> None:
        for record in done.records:
            self._recorded_until_ms[record.position.partition] = record.recorded_at_ms
        self._taken_in = _including_all(self._taken_in, done.records)
        self._events += done.span.events
        self._quarantined += len(done.span.quarantined)
        self._told.quarantined(done.span.quarantined)
        self._group.commit(self._taken_in)

    def _take_over(self, in_flight: InFlight) -> None:
        """Go on from the checkpoint of what is live now, with what is assigned now; what was collected is dropped.

        Inserts that are under way are waited for first, for they move the checkpoint.
        """
        self._collected, self._collected_bytes, self._ready = [], 0, None
        if not in_flight.is_idle:
            return
        assignments = self._group.assignments
        try:
            self._generation.find()
            self._taken_in = self._generation.taken_in().prefix
        except Unavailable as error:
            self._store_away = True
            self._told.store_away(error)
            self._stopping.wait(_FIRST_PAUSE_S)
            return
        self._store_away = False
        self._told.store_answers()
        self._told.reads(self._group.partitions, self._generation.number)
        self._recorded_until_ms = {}
        self._group.read_from(self._taken_in)
        self._assignments = assignments

    def _lay_out(self, *, is_idle: bool) -> None:
        if self._ready is not None or not self._collected:
            return
        if self._collected_bytes < self._span_bytes:
            busy = self._more_comes and not is_idle
            if busy or monotonic() - self._small_at < self._linger_s:
                return
            self._small_at = monotonic()
        with decoding_beside_inserting():
            self._ready = LaidOut(span_of(self._collected), self._collected)
        self._collected, self._collected_bytes = [], 0

    def _put_rows(self, laid_out: LaidOut) -> bool:
        return self._put(lambda: self._generation.put_rows(laid_out.span))

    def _put_checkpoint(self, laid_out: LaidOut) -> bool:
        if not laid_out.records:
            return True
        return self._put(lambda: self._generation.put_checkpoint(laid_out.span, laid_out.records))

    def _put(self, insert: Callable[[], None]) -> bool:
        """Insert, in a thread of the inserts, as often as it takes; False where another generation is live now.

        Raises:
            Unavailable: The worker was told to stop while the store was away.
            CchcError: as ``Store.insert``.
        """
        pause = _FIRST_PAUSE_S
        refused: CchcError | None = None
        while True:
            try:
                if not self._generation.is_live():
                    return False
                if refused is not None:
                    raise refused
                insert()
            except Unavailable as error:
                self._store_away = True
                self._told.store_away(error)
                if self._stopping.wait(pause):
                    raise
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            except CchcError as error:
                if error is refused:
                    raise
                # A generation that was dropped in the middle says it in many ways: look which one is live.
                refused = error
            else:
                self._store_away = False
                self._told.store_answers()
                return True

    def _tell(self) -> None:
        if monotonic() - self._shown_at < _STANDING_EVERY_S:
            return
        self._shown_at = monotonic()
        with suppress(Unavailable):
            self._show(self.standing())


def _including_all(prefix: Prefix, records: Sequence[Record]) -> Prefix:
    last = {record.position.partition: record.position for record in records}
    for position in last.values():
        prefix = prefix.including(position)
    return prefix
