r"""Parameters of a statement as text that a ClickHouse reads back exactly.

ClickHouse reads the text of a ``String`` parameter as one field of a TSV file: a backslash that is not escaped would be
taken as the beginning of an escape, so ``C:\new`` would lose its backslash. Numbers that do not fit wrap around. Both
are settled here, before anything is sent.
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

    Raises:
        Refused: ``store.parameter_refused`` for a missing parameter, a type that the port does not promise, or a value
            that does not fit its type.
    """
    given = parameters or {}
    texts: dict[str, str] = {}
    for name, type_name in _PLACEHOLDER.findall(sql):
        if name not in given:
            raise failures.parameter_refused(name, "missing")
        if type_name not in _TEXT_OF:
            raise failures.parameter_refused(name, f"type {type_name} is not one of {', '.join(_TEXT_OF)}")
        try:
            texts[name] = _TEXT_OF[type_name](given[name])
        except (TypeError, ValueError) as error:
            raise failures.parameter_refused(name, f"not {type_name}: {error}") from error
    return texts


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


_INT64 = _integer(-(2**63), 2**63 - 1)

_TEXT_OF: Mapping[str, Callable[[Any], str]] = {
    "Int64": _INT64,
    "UInt64": _integer(0, 2**64 - 1),
    "String": _string,
    "Array(Int64)": _array(_INT64),
    "Array(String)": _array(_quoted),
}
