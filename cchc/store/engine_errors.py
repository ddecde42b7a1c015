"""ClickHouse's error codes as this project's errors."""

from __future__ import annotations

import re
from collections.abc import Callable

from cchc.errors import CchcError
from cchc.store import failures

_CODE = re.compile(r"Code: (\d+)")

_NO_SPACE = frozenset({243})  # NOT_ENOUGH_SPACE
_MEMORY = frozenset({241})  # MEMORY_LIMIT_EXCEEDED
_BUSY = frozenset(
    {
        159,  # TIMEOUT_EXCEEDED
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        252,  # TOO_MANY_PARTS
        286,  # UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
        473,  # DEADLOCK_AVOIDED
    }
)
_LOGIN = frozenset(
    {
        192,  # UNKNOWN_USER
        193,  # WRONG_PASSWORD
        194,  # REQUIRED_PASSWORD
        195,  # IP_ADDRESS_NOT_ALLOWED
        497,  # ACCESS_DENIED
        516,  # AUTHENTICATION_FAILED
    }
)
# A server that stops, or that cannot reach the others of its cluster.
_AWAY = frozenset(
    {
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        225,  # NO_ZOOKEEPER
        236,  # ABORTED
        242,  # TABLE_IS_READ_ONLY
        279,  # ALL_CONNECTION_TRIES_FAILED
        285,  # TOO_LESS_LIVE_REPLICAS
        289,  # REPLICA_IS_NOT_IN_QUORUM
        319,  # UNKNOWN_STATUS_OF_INSERT
        394,  # QUERY_WAS_CANCELLED
        999,  # KEEPER_EXCEPTION
    }
)
_NO_SUCH_TABLE = frozenset(
    {
        60,  # UNKNOWN_TABLE
        81,  # UNKNOWN_DATABASE
    }
)
_DAMAGED = frozenset(
    {
        40,  # CHECKSUM_DOESNT_MATCH
        226,  # NO_FILE_IN_DATA_PART
        228,  # BAD_SIZE_OF_FILE_IN_DATA_PART
        231,  # TOO_MANY_UNEXPECTED_DATA_PARTS
        246,  # CORRUPTED_DATA
        271,  # CANNOT_DECOMPRESS
    }
)
# Codes that say damage only when they come up while a stored part is read: a statement's own data can raise them too.
_DAMAGED_IN_PART = frozenset(
    {
        32,  # ATTEMPT_TO_READ_AFTER_EOF
        33,  # CANNOT_READ_ALL_DATA
        76,  # CANNOT_OPEN_FILE
        107,  # FILE_DOESNT_EXIST
        117,  # INCORRECT_DATA
        131,  # TOO_LARGE_STRING_SIZE
        432,  # UNKNOWN_CODEC
        740,  # INCORRECT_DATA of a substream
    }
)

_SAID: tuple[tuple[frozenset[int], Callable[[str], CchcError]], ...] = (
    (_NO_SPACE, failures.disk_full),
    (_MEMORY, failures.memory_limit),
    (_BUSY, failures.busy),
    (_AWAY, failures.unavailable),
    (_LOGIN, failures.login_refused),
    (_NO_SUCH_TABLE, failures.no_such_table),
    (_DAMAGED, failures.corrupt),
)


def error_of(message: str) -> CchcError:
    """The error that the engine's message stands for.

    Args:
        message: as the engine says it, ``Code: 60. DB::Exception: …``.
    """
    code = _code(message)
    reason = _first_line(message)
    if "No space left on device" in message:
        return failures.disk_full(reason)
    if code in _DAMAGED_IN_PART and "from part" in message:
        return failures.corrupt(reason)
    return next((said for codes, said in _SAID if code in codes), failures.statement_refused)(reason)


def _code(message: str) -> int:
    found = _CODE.search(message)
    return int(found.group(1)) if found else 0


def _first_line(message: str) -> str:
    line = message.strip().partition("\n")[0].partition(" Stack trace:")[0]
    return line if len(line) <= 600 else f"{line[:600]}…"
