from __future__ import annotations

from dataclasses import dataclass

from cchc.reference.versions import Versions


@dataclass(frozen=True)
class Named:
    code: str
    valid_from: int
    valid_to: int
    name: str = ""


TWO = Versions([Named("B", 0, 0, "b"), Named("A", 20, 0, "new"), Named("A", 0, 10, "old"), Named("A", 15, 0, "mid")])


def test_of_several_definitions_the_one_that_began_last_is_in_force() -> None:
    names = {day: None if (found := TWO.on("A", day)) is None else found.name for day in (-1, 0, 9, 10, 15, 20)}
    assert names == {-1: None, 0: "old", 9: "old", 10: None, 15: "mid", 20: "new"}


def test_on_a_day_each_code_has_one_definition_in_the_order_of_codes() -> None:
    assert [version.name for version in TWO.valid_on(30)] == ["new", "b"]
    assert [version.name for version in TWO.valid_on(12)] == ["b"]


def test_a_code_is_known_on_every_day_or_never() -> None:
    assert (TWO.knows("A"), TWO.knows("C"), TWO.of("C"), TWO.on("C", 0)) == (True, False, (), None)
    assert {code: [version.name for version in found] for code, found in TWO.by_code().items()} == {
        "A": ["old", "mid", "new"],
        "B": ["b"],
    }
