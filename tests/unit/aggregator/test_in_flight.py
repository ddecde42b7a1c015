"""Spans that are inserted two at a time, and the order in which they count as taken in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from services.aggregator.columns import Span
from services.aggregator.in_flight import AT_ONCE, InFlight, LaidOut

_WITHIN_S = 10.0


def _span(events: int) -> LaidOut:
    return LaidOut(Span({}, [], events), ())


class _Way:
    """Two spans on their way; the rows of the first one are let in by the test. The third may begin later."""

    def __init__(self, first: Callable[[], bool]) -> None:
        self.let_first = threading.Event()
        self.second_is_in = threading.Event()
        self.first_is_going = threading.Event()
        self.checkpoints: list[int] = []
        self._first = first

    def put_rows(self, laid_out: LaidOut) -> bool:
        if laid_out.span.events != 1:
            self.second_is_in.set()
            return True
        self.first_is_going.set()
        assert self.let_first.wait(_WITHIN_S)
        return self._first()

    def put_checkpoint(self, laid_out: LaidOut) -> bool:
        self.checkpoints.append(laid_out.span.events)
        return True


@contextmanager
def _both_under_way(first: Callable[[], bool]) -> Iterator[tuple[_Way, InFlight]]:
    way = _Way(first)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        in_flight = InFlight(threads, way.put_rows, way.put_checkpoint)
        try:
            in_flight.begin(_span(1))
            in_flight.begin(_span(2))
            assert way.first_is_going.wait(_WITHIN_S)
            assert way.second_is_in.wait(_WITHIN_S)
            yield way, in_flight
        finally:
            way.let_first.set()


def _all_ended(in_flight: InFlight) -> list[LaidOut | None]:
    ended: list[LaidOut | None] = []
    while not in_flight.is_idle:
        ended += in_flight.ended()
    return ended


def test_the_rows_of_a_second_span_go_in_but_its_checkpoint_waits_for_the_first() -> None:
    with _both_under_way(lambda: True) as (way, in_flight):
        assert not in_flight.takes_another
        assert list(in_flight.ended()) == []
        assert way.checkpoints == []
        way.let_first.set()
        ended = _all_ended(in_flight)
    assert [one.span.events for one in ended if one is not None] == [1, 2]
    assert way.checkpoints == [1, 2]


def test_after_a_span_that_was_of_no_use_none_counts_as_taken_in() -> None:
    with _both_under_way(lambda: False) as (way, in_flight):
        way.let_first.set()
        assert _all_ended(in_flight) == [None, None]
    assert way.checkpoints == []


def test_what_one_insert_raises_is_raised_and_the_spans_after_it_do_not_count() -> None:
    def broken() -> bool:
        raise OSError("broken")

    with _both_under_way(broken) as (way, in_flight):
        way.let_first.set()
        with pytest.raises(OSError, match="broken"):
            _all_ended(in_flight)
    assert way.checkpoints == []
