from __future__ import annotations

import pytest

from cchc.procedures.register import Procedure, ProcedureRegister


def version(first: int, last: int = 0, *, code: str = "P1") -> Procedure:
    return Procedure(
        code=code,
        field="",
        name="",
        levels=(),
        limit=8,
        limit_unit=3,
        online_level=0,
        fee=False,
        paper_result=False,
        digitisation_exempt=False,
        after_15h_next_day=False,
        valid_from=first,
        valid_to=last,
        decision="",
        unconfirmed=False,
    )


@pytest.mark.parametrize(
    ("versions", "throughout"),
    [
        ([version(10)], True),
        ([version(11)], False),
        ([version(0, 21)], True),
        ([version(0, 20)], False),
        ([version(0, 15), version(15)], True),
        ([version(0, 15), version(16)], False),
        ([version(0, 18), version(12, 14), version(18, 30)], True),
        ([version(0), version(12, 14)], True),
        ([version(0, 5), version(30)], False),
        ([version(0, code="P2")], False),
        ([], False),
    ],
)
def test_in_force_throughout_means_on_each_day(versions: list[Procedure], throughout: bool) -> None:
    register = ProcedureRegister(versions)
    assert register.in_force_throughout("P1", 10, 20) == throughout
    assert all(register.on("P1", day) for day in range(10, 21)) == throughout
