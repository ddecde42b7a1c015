"""A method's handler is wrapped once, and again only when it is another."""

from __future__ import annotations

from typing import Any

from cchc.rpc.calls import Wrapping


def test_a_handler_is_wrapped_once_for_each_method() -> None:
    made: list[tuple[str, str]] = []

    def wrapped(handler: Any, method: str) -> Any:
        made.append((handler, method))
        return f"wrapped {handler}"

    wrapping = Wrapping(wrapped)

    assert [wrapping.of("a", "/S/A") for _ in range(3)] == ["wrapped a"] * 3
    assert wrapping.of("b", "/S/B") == "wrapped b"
    assert made == [("a", "/S/A"), ("b", "/S/B")]


def test_another_handler_of_the_same_method_is_wrapped_anew() -> None:
    wrapping = Wrapping(lambda handler, _: f"wrapped {handler}")

    assert wrapping.of("a", "/S/A") == "wrapped a"
    assert wrapping.of("b", "/S/A") == "wrapped b"


def test_of_no_handler_there_is_nothing_to_wrap_or_to_keep() -> None:
    wrapping = Wrapping(lambda handler, _: f"wrapped {handler}")

    assert wrapping.of(None, "/S/Unknown") is None
    assert wrapping.of("a", "/S/Unknown") == "wrapped a"
