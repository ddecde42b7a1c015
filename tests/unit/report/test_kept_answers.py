"""Long answers between their pages: what is found is what was kept, and it is never too much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cchc.clock import FixedClock
from services.report.kept_answers import KEPT_MS, KeptAnswers, state_of

_QUESTIONS = st.sampled_from(["a", "b", "c"])
_ANSWERS = st.binary(max_size=60)


def test_an_answer_is_found_by_its_question_and_its_name_only() -> None:
    kept = KeptAnswers(FixedClock(0))
    kept.keep("asked", b"answer")

    assert kept.find("asked", state_of(b"answer")) == b"answer"
    assert kept.find("other", state_of(b"answer")) is None
    assert kept.find("asked", state_of(b"newer")) is None


def test_an_answer_is_kept_for_a_while_after_it_was_last_asked_for() -> None:
    clock = FixedClock(0)
    kept = KeptAnswers(clock)
    kept.keep("asked", b"answer")

    clock.put(KEPT_MS - 1)
    assert kept.find("asked", state_of(b"answer")) == b"answer"
    clock.put(2 * KEPT_MS - 2)
    assert kept.find("asked", state_of(b"answer")) == b"answer"
    clock.put(3 * KEPT_MS)
    assert kept.find("asked", state_of(b"answer")) is None


def test_what_was_not_asked_for_longest_makes_room_and_what_is_too_long_is_not_kept() -> None:
    kept = KeptAnswers(FixedClock(0), most_bytes=10)
    kept.keep("one", b"1" * 5)
    kept.keep("two", b"2" * 5)
    assert kept.find("one", state_of(b"1" * 5))
    kept.keep("three", b"3" * 5)
    kept.keep("four", b"4" * 11)

    assert kept.find("two", state_of(b"2" * 5)) is None
    assert kept.find("four", state_of(b"4" * 11)) is None
    assert kept.find("one", state_of(b"1" * 5))
    assert kept.find("three", state_of(b"3" * 5))


@given(st.lists(st.tuples(_QUESTIONS, _ANSWERS, st.integers(0, KEPT_MS))))
def test_whatever_is_kept_there_are_never_too_many_bytes(said: list[tuple[str, bytes, int]]) -> None:
    clock = FixedClock(0)
    kept = KeptAnswers(clock, most_bytes=100)
    for question, answer, later_ms in said:
        clock.put(clock.now_ms() + later_ms)
        kept.keep(question, answer)
        assert kept.find(question, state_of(answer)) == answer

        stored = [written for written, _ in kept._kept.values()]
        assert sum(map(len, stored)) == kept._bytes <= 100
