"""A question during which the generation that it is asked of is dropped."""

from __future__ import annotations

import pytest

from cchc.errors import Refused
from cchc.store.live import asked_of_live
from cchc.store.port import Store


def _count(store: Store) -> int:
    return int(store.query("SELECT count() FROM kept").scalar())


def test_a_question_whose_generation_was_dropped_is_asked_of_the_next_one(store: Store) -> None:
    store.execute("CREATE TABLE kept (number UInt32) ENGINE = MergeTree ORDER BY number")
    live = [store.in_database("dropped_meanwhile"), store]
    assert asked_of_live(lambda: live.pop(0), _count) == 0
    assert live == []


def test_a_question_that_no_generation_understands_is_refused(store: Store) -> None:
    live = [store, store]
    with pytest.raises(Refused, match=r"store\.statement_refused"):
        asked_of_live(lambda: live.pop(0), _count)
    assert live == []
