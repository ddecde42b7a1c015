"""Columns of an insert as text of ClickHouse's format JSONColumns: how small inserts reach the embedded engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy.typing as npt

from cchc.store.columns import written
from cchc.store.port import Coded, Column


def json_columns(columns: Mapping[str, Column], types: Mapping[str, str]) -> str:
    """The columns as one JSON object of arrays. Arguments and errors as ``columns.written``."""
    members = (f'"{name}":{values}' for name, values in written(columns, types, _values).items())
    return f"{{{','.join(members)}}}"


def _values(values: npt.NDArray[Any] | list[str] | Coded) -> str:
    if isinstance(values, Coded):
        listed: list[Any] = [values.values[code] for code in values.codes.tolist()]
    elif isinstance(values, list):
        listed = list(map(_text, values))
    else:
        listed = values.tolist()
    return msgspec.json.encode(listed).decode()


def _text(value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is not text")
    return value
