"""The engine's messages as this project's errors."""

from __future__ import annotations

import pytest

from cchc.errors import CchcError, Corrupt, Refused, Unavailable
from cchc.store.engine_errors import error_of
from cchc.store.failures import NoSuchTable


@pytest.mark.parametrize(
    ("message", "kind", "code"),
    [
        ("Code: 60. DB::Exception: Unknown table 'x'. (UNKNOWN_TABLE)", NoSuchTable, "store.statement_refused"),
        ("Code: 81. DB::Exception: Database x doesn't exist", NoSuchTable, "store.statement_refused"),
        ("something without a code", Refused, "store.statement_refused"),
        ("Code: 243. DB::Exception: Cannot reserve 3.05 MiB, not enough space.", Unavailable, "store.disk_full"),
        ("Code: 75. DB::Exception: Cannot write: errno: 28, No space left on device", Unavailable, "store.disk_full"),
        ("Code: 241. DB::Exception: Query memory limit exceeded", Unavailable, "store.memory_limit"),
        ("Code: 252. DB::Exception: Too many parts", Unavailable, "store.busy"),
        ("Code: 279. DB::NetException: All connection tries failed.", Unavailable, "store.unavailable"),
        ("Code: 285. DB::Exception: Number of alive replicas (1) is less than 2", Unavailable, "store.unavailable"),
        ("Code: 516. DB::Exception: x: Authentication failed", Refused, "store.login_refused"),
        ("Code: 40. DB::Exception: Checksum doesn't match: corrupted data.", Corrupt, "store.corrupt"),
        ("Code: 117. DB::Exception: too large: While reading from part all_1_1_0", Corrupt, "store.corrupt"),
        ("Code: 117. DB::Exception: Cannot parse the text of a row", Refused, "store.statement_refused"),
    ],
)
def test_a_message_becomes_the_error_that_tells_what_to_do(message: str, kind: type[CchcError], code: str) -> None:
    error = error_of(message)
    assert type(error) is kind
    assert error.code == code
    assert message in error.en


def test_only_the_first_line_is_told_and_not_more_than_anyone_reads() -> None:
    error = error_of("Code: 62. DB::Exception: " + "x" * 5_000 + "\nsecond line")
    assert "second line" not in error.en
    assert len(error.en) < 800


def test_a_servers_stack_trace_is_not_told() -> None:
    assert "Stack" not in error_of("Code: 60. DB::Exception: Unknown table. Stack trace: 0. clickhouse(...)").en
