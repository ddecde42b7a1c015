"""Parameters as literals, for servers that cannot bind them."""

from __future__ import annotations

import pytest

from cchc.errors import Refused
from cchc.store.parameters import with_literals


def test_a_value_that_looks_like_a_parameter_stays_text() -> None:
    sql = with_literals("SELECT {x:String}, {y:String}", {"x": "{y:String}", "y": "' OR {x:String}"})
    assert sql == r"SELECT '{y:String}', '\' OR {x:String}'"


def test_each_literal_has_the_type_that_the_statement_names() -> None:
    sql = with_literals(
        "{a:Int64} {b:UInt64} {c:Array(Int64)} {d:Array(String)} {e : Array(String)}",
        {"a": -1, "b": 2**64 - 1, "c": [-(2**63)], "d": ["it's", "\\"], "e": []},
    )
    assert sql == (
        "toInt64(-1) toUInt64(18446744073709551615) CAST(['-9223372036854775808'] AS Array(Int64))"
        r" CAST(['it\'s','\\'] AS Array(String)) CAST([] AS Array(String))"
    )


@pytest.mark.parametrize("sql", ["{missing:Int64}", "{x:Int64}", "{x:Float64}"])
def test_what_cannot_be_a_literal_is_refused(sql: str) -> None:
    with pytest.raises(Refused, match=r"store\.parameter_refused"):
        with_literals(sql, {"x": "1"})
