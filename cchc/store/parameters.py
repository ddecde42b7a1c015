r"""Parameters of a statement as text that a ClickHouse reads back exactly.

Where the engine binds parameters, it reads the text of a ``String`` parameter as one field of a TSV file: a backslash
that is not escaped would be taken as the beginning of an escape, so ``C:\new`` would lose its backslash. Where it does
not (18.16), a literal takes the parameter's place. Numbers that do not fit wrap around. All of it is settled here,
before anything is sent.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cchc.store import failures
from cchc.store.port import Parameter

_PLACEHOLDER = re.compile(r"\{(\w+)\s*:\s*([^{}]+?)\s*\}")

_FIELD_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})
_QUOTED_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})


def bound(sql: str, parameters: Mapping[str, Parameter] | None) -> dict[str, str]:
    """The text of each parameter that the SQL names; parameters that it does not name are left out.

    For an engine that binds parameters itself.

    Raises:
        Refused: ``store.parameter_refused`` for a missing parameter, a type that the port does not promise, or a value
            that does not fit its type.
    """
    return {name: _text(name, type_name, parameters, _FIELD_OF) for name, type_name in _PLACEHOLDER.findall(sql)}


def with_literals(sql: str, parameters: Mapping[str, Parameter] | None) -> str:
    """The SQL with a literal of the named type in place of each parameter.

    For servers that cannot bind parameters themselves. The SQL is read once: what looks like a parameter inside a value
    stays text. Errors as ``bound``.
    """
    return _PLACEHOLDER.sub(lambda found: _text(found[1], found[2], parameters, _LITERAL_OF), sql)


def _text(
    name: str,
    type_name: str,
    parameters: Mapping[str, Parameter] | None,
    text_of: Mapping[str, Callable[[Any], str]],
) -> str:
    given = parameters or {}
    if name not in given:
        raise failures.parameter_refused(name, "missing")
    if type_name not in text_of:
        raise failures.parameter_refused(name, f"type {type_name} is not one of {', '.join(text_of)}")
    try:
        return text_of[type_name](given[name])
    except (TypeError, ValueError) as error:
        raise failures.parameter_refused(name, f"not {type_name}: {error}") from error


def _integer(low: int, high: int) -> Callable[[Any], str]:
    def text(value: Any) -> str:
        number = operator.index(value)
        if not low <= number <= high:
            raise ValueError(f"{number} is not in {low}..{high}")
        return str(number)

    return text


def _string(value: Any) -> str:
    return _checked(value).translate(_FIELD_ESCAPES)


def _quoted(value: Any) -> str:
    return f"'{_checked(value).translate(_QUOTED_ESCAPES)}'"


def _checked(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is not text")
    value.encode()  # a lone surrogate has no bytes: UnicodeEncodeError is a ValueError
    return value


def _array(of: Callable[[Any], str]) -> Callable[[Any], str]:
    def text(values: Any) -> str:
        if isinstance(values, str | bytes) or not isinstance(values, Iterable):
            raise TypeError(f"{type(values).__name__} is not a sequence")
        return f"[{','.join(of(value) for value in values)}]"

    return text


def _typed(pattern: str, text: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: pattern.format(text(value))


_INT64 = _integer(-(2**63), 2**63 - 1)
_UINT64 = _integer(0, 2**64 - 1)

_FIELD_OF: Mapping[str, Callable[[Any], str]] = {
    "Int64": _INT64,
    "UInt64": _UINT64,
    "String": _string,
    "Array(Int64)": _array(_INT64),
    "Array(String)": _array(_quoted),
}

# A bare number would have the narrowest type that holds it, an empty array none at all, and an array of negative and
# large numbers could not have one: its numbers are cast from text.
_LITERAL_OF: Mapping[str, Callable[[Any], str]] = {
    "Int64": _typed("toInt64({})", _INT64),
    "UInt64": _typed("toUInt64({})", _UINT64),
    "String": _quoted,
    "Array(Int64)": _typed("CAST({} AS Array(Int64))", _array(_typed("'{}'", _INT64))),
    "Array(String)": _typed("CAST({} AS Array(String))", _array(_quoted)),
}
