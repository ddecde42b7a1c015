"""What a process does beside its calls."""

from __future__ import annotations

import threading

import pytest

from cchc.rpc.upkeep import upkeep


def test_it_is_done_again_and_again_and_not_after_the_end() -> None:
    turns: list[str] = []
    enough = threading.Event()

    def act() -> float:
        turns.append(threading.current_thread().name)
        if len(turns) == 3:
            enough.set()
        return 0.0

    with upkeep("beside", act):
        assert enough.wait(10)
    done = len(turns)

    assert set(turns) == {"beside"}
    assert "beside" not in {thread.name for thread in threading.enumerate()}
    assert len(turns) == done


def test_what_it_is_at_is_ended_and_its_pause_is_not_waited_for() -> None:
    began, goes_on, ended = threading.Event(), threading.Event(), threading.Event()

    def act() -> float:
        began.set()
        goes_on.wait(10)
        ended.set()
        return 3_600.0

    with upkeep("beside", act):
        assert began.wait(10)
        goes_on.set()

    assert ended.is_set()


def test_the_first_time_may_be_later_and_an_error_within_ends_it() -> None:
    done = threading.Event()

    def act() -> float:
        done.set()
        return 0.0

    with pytest.raises(RuntimeError, match="of the caller"), upkeep("beside", act, first_after_s=3_600.0):
        raise RuntimeError("of the caller")

    assert not done.is_set()
