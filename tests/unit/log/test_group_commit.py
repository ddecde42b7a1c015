"""Many threads, one commit."""

from __future__ import annotations

import itertools
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from cchc.errors import Unavailable
from cchc.log import failures
from cchc.log.port import Position, Receipt
from cchc.log.sqlite.group_commit import GroupCommit


class Disk:
    """Takes items in commits that the test lets through one by one."""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.under_way = threading.Semaphore(0)
        self.let_through = threading.Semaphore(0)
        self.before_store: Callable[[], None] = lambda: None

    def commit(self, items: Sequence[str]) -> list[Receipt]:
        self.under_way.release()
        self.let_through.acquire()
        self.before_store()
        first = sum(map(len, self.commits))
        self.commits.append(list(items))
        return [Receipt(Position("disk", offset), 0) for offset in range(first, first + len(items))]

    def group_commit(self, max_group_bytes: int = 1_000) -> GroupCommit[str]:
        return GroupCommit(self.commit, lambda: None, max_group_bytes=max_group_bytes)


def _send_behind(
    pool: ThreadPoolExecutor, group: GroupCommit[str], items: list[str], size: int = 1
) -> Future[list[Receipt]]:
    """Append in another thread, and return when it stands in the queue."""
    waiting = len(group._waiting)
    future = pool.submit(group.append, items, size)
    while len(group._waiting) == waiting:
        threading.Event().wait(0.001)
    return future


def _send_first(
    pool: ThreadPoolExecutor, disk: Disk, group: GroupCommit[str], items: list[str]
) -> Future[list[Receipt]]:
    """Append in another thread, and return when its commit is under way."""
    future = pool.submit(group.append, items, 1)
    disk.under_way.acquire()
    return future


def _offsets(future: Future[list[Receipt]]) -> list[int]:
    return [receipt.position.offset for receipt in future.result()]


def test_what_gathers_during_a_commit_is_the_next_commit() -> None:
    disk = Disk()
    group = disk.group_commit()
    with ThreadPoolExecutor(4) as pool:
        first = _send_first(pool, disk, group, ["a"])
        behind = [_send_behind(pool, group, items) for items in (["b", "c"], ["d"], ["e", "f"])]
        disk.let_through.release(2)
        assert _offsets(first) == [0]
        assert [_offsets(future) for future in behind] == [[1, 2], [3], [4, 5]]
    assert disk.commits == [["a"], ["b", "c", "d", "e", "f"]]


def test_a_group_keeps_under_its_bytes_but_takes_a_large_one_alone() -> None:
    disk = Disk()
    group = disk.group_commit(max_group_bytes=10)
    with ThreadPoolExecutor(6) as pool:
        _send_first(pool, disk, group, ["a"])
        for item, size in (("b", 6), ("c", 4), ("d", 99), ("e", 5)):
            _send_behind(pool, group, [item], size)
        disk.let_through.release(4)
    assert disk.commits == [["a"], ["b", "c"], ["d"], ["e"]]


def test_a_refused_group_refuses_each_of_its_callers_with_an_error_of_its_own() -> None:
    disk = Disk()
    group = disk.group_commit()

    def full() -> None:
        raise failures.disk_full(Path("log.db"))

    with ThreadPoolExecutor(3) as pool:
        first = _send_first(pool, disk, group, ["a"])
        behind = [_send_behind(pool, group, [item]) for item in "bc"]
        disk.let_through.release()
        assert _offsets(first) == [0]
        disk.under_way.acquire()
        disk.before_store = full
        disk.let_through.release()
        errors = [future.exception() for future in behind]
    assert errors[0] is not errors[1]
    for error in errors:
        assert isinstance(error, Unavailable)
        assert error.code == "log.disk_full"
        assert error.next_vi == failures.disk_full(Path("log.db")).next_vi
    disk.before_store = lambda: None
    disk.let_through.release()
    assert [receipt.position.offset for receipt in group.append(["d"], 1)] == [1]


def test_an_interrupted_leader_loses_only_its_own_items() -> None:
    disk = Disk()
    group = disk.group_commit()

    def interrupt_once() -> None:
        disk.before_store = lambda: None
        raise KeyboardInterrupt

    with ThreadPoolExecutor(3) as pool:
        first = _send_first(pool, disk, group, ["a"])
        behind = [_send_behind(pool, group, [item]) for item in "bc"]
        disk.before_store = interrupt_once
        disk.let_through.release(2)
        assert isinstance(first.exception(), KeyboardInterrupt)
        assert [_offsets(future) for future in behind] == [[0], [1]]
    group.close()
    assert disk.commits == [["b", "c"]]


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Whoever starts the tests in the background of a shell has this signal ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_a_caller_who_was_interrupted_while_he_waited_is_not_called_to_lead() -> None:
    disk = Disk()
    group = disk.group_commit()
    has_left = threading.Event()

    def interrupt_and_fail() -> None:
        disk.before_store = lambda: None
        # A signal that comes just before the wait begins does not end it: one that brought nothing is sent again.
        for _ in range(12):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            if has_left.wait(5):
                break
        raise ZeroDivisionError

    def let_through_when_both_wait() -> None:
        while len(group._waiting) < 2:
            threading.Event().wait(0.001)
        disk.let_through.release()
        disk.under_way.acquire()
        disk.before_store = interrupt_and_fail
        disk.let_through.release()

    with ThreadPoolExecutor(4) as pool:
        _send_first(pool, disk, group, ["a"])
        leader = _send_behind(pool, group, ["b"])
        meanwhile = pool.submit(let_through_when_both_wait)
        with pytest.raises(KeyboardInterrupt):
            group.append(["c"], 1)
        has_left.set()
        meanwhile.result()
        assert isinstance(leader.exception(), ZeroDivisionError)
        disk.let_through.release()
        assert _offsets(pool.submit(group.append, ["d"], 1)) == [1]
    group.close()
    assert disk.commits == [["a"], ["d"]]


def test_callers_of_many_threads_are_all_settled_whatever_their_commits_raise() -> None:
    stored: list[str] = []
    turn = threading.Lock()
    numbers = itertools.count()

    def commit(items: Sequence[str]) -> list[Receipt]:
        assert turn.acquire(blocking=False), "two commits at once"
        try:
            number = next(numbers)
            if number % 7 == 3:
                raise failures.disk_full(Path("log.db"))
            if number % 11 == 5:
                raise ZeroDivisionError
            stored.extend(items)
            return [Receipt(Position("disk", len(stored)), 0) for _ in items]
        finally:
            turn.release()

    group = GroupCommit(commit, lambda: None, max_group_bytes=3)

    def send(sender: int) -> list[str]:
        receipted = []
        for number in range(100):
            items = [f"{sender} {number} {part}" for part in "xy"]
            with suppress(Unavailable, ZeroDivisionError):
                group.append(items, 1)
                receipted += items
        return receipted

    with ThreadPoolExecutor(8) as pool:
        receipted = [item for items in pool.map(send, range(8)) for item in items]
    group.close()
    assert sorted(stored) == sorted(receipted)
    assert all(one[:-1] == two[:-1] for one, two in zip(stored[::2], stored[1::2], strict=True))


def test_a_mistake_in_a_commit_is_raised_by_every_caller_and_hangs_nobody() -> None:
    disk = Disk()
    group = disk.group_commit()

    def mistake() -> None:
        raise ZeroDivisionError

    disk.before_store = mistake
    with ThreadPoolExecutor(3) as pool:
        futures = [_send_first(pool, disk, group, ["a"])]
        futures += [_send_behind(pool, group, [item]) for item in "bc"]
        disk.let_through.release(10)
        assert all(isinstance(future.exception(), ZeroDivisionError) for future in futures)
    group.close()
    assert disk.commits == []


def test_upkeep_comes_after_the_receipts_and_before_the_next_commit() -> None:
    disk = Disk()
    follower_has_its_receipt = threading.Event()
    upkeep_at: list[int] = []

    def upkeep() -> None:
        if len(disk.commits) == 2:
            assert follower_has_its_receipt.wait(60)
        upkeep_at.append(len(disk.commits))

    group = GroupCommit(disk.commit, upkeep, max_group_bytes=1_000)
    with ThreadPoolExecutor(3) as pool:
        _send_first(pool, disk, group, ["a"])
        behind = [_send_behind(pool, group, [item]) for item in "bc"]
        for future in behind:
            future.add_done_callback(lambda _: follower_has_its_receipt.set())
        disk.let_through.release(2)
    assert upkeep_at == [1, 2]
    assert disk.commits == [["a"], ["b", "c"]]


def test_closing_lets_the_queue_drain_and_takes_nothing_more() -> None:
    disk = Disk()
    group = disk.group_commit()
    with ThreadPoolExecutor(3) as pool:
        first = _send_first(pool, disk, group, ["a"])
        second = _send_behind(pool, group, ["b"])
        closing = pool.submit(group.close)
        disk.let_through.release(2)
        closing.result()
        assert _offsets(first) + _offsets(second) == [0, 1]
    with pytest.raises(Unavailable, match=r"log\.closed"):
        group.append(["c"], 1)
    group.close()
