"""Columns of an insert, checked against the table that takes them.

The engine alone would store 300 in a ``UInt8`` column as 44.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from cchc.store import failures
from cchc.store.joined_texts import JoinedTexts
from cchc.store.port import Coded, Column

_DTYPE_OF = {f"{sign}{bits}": np.dtype(f"{sign.lower()}{bits}") for sign in ("Int", "UInt") for bits in (8, 16, 32, 64)}

_Written = TypeVar("_Written")


def written(
    columns: Mapping[str, Column],
    types: Mapping[str, str],
    write: Callable[[npt.NDArray[Any] | list[str] | Coded], _Written],
) -> dict[str, _Written]:
    """Every column, checked, as ``write`` writes it.

    Args:
        columns: equally long columns.
        types: ClickHouse type of each column of the table that takes them.
        write: takes integers in the column's own width, texts, or texts with a code each row that names one of them.
            It may raise ``ValueError``, ``TypeError`` or ``IndexError`` for texts that have no bytes and the like.

    Raises:
        Refused: ``store.column_refused`` for a column that the table lacks, and for values that do not fit its type.
    """
    done: dict[str, _Written] = {}
    for name, column in columns.items():
        if name not in types:
            raise failures.column_refused(name, "the table has no such column")
        try:
            done[name] = write(_checked(column, types[name]))
        except (ValueError, TypeError, IndexError, OverflowError) as error:
            raise failures.column_refused(name, f"not {types[name]}: {error}") from error
    return done


def _checked(column: Column, type_name: str) -> npt.NDArray[Any] | list[str] | Coded:
    if isinstance(column, Coded):
        return _coded(column, type_name)
    if isinstance(column, np.ndarray) and column.dtype.kind in "iub":
        return _integers(column, type_name)
    values = list(column)
    if values and isinstance(values[0], str):
        _check_texts_belong(type_name)
        return values
    return _integers(np.array(values), type_name)


def _coded(column: Coded, type_name: str) -> Coded:
    codes = np.ascontiguousarray(column.codes)
    if not np.issubdtype(codes.dtype, np.unsignedinteger):
        raise TypeError(f"codes are {codes.dtype}, not unsigned integers")
    if codes.size and int(codes.max()) >= len(column.values):
        raise IndexError(f"code {codes.max()} is beyond {len(column.values)} values")
    _check_texts_belong(type_name)
    values = column.values if isinstance(column.values, JoinedTexts) else list(column.values)
    return Coded(values, codes)


def _check_texts_belong(type_name: str) -> None:
    if "Int" in type_name:
        raise TypeError("text where integers belong")


def _integers(values: npt.NDArray[Any], type_name: str) -> npt.NDArray[Any]:
    if values.dtype.kind not in "iub":
        raise TypeError(f"{values.dtype} is neither integers nor text")
    if "String" in type_name:
        raise TypeError("integers where text belongs")
    dtype = _DTYPE_OF.get(type_name, np.dtype(np.int64))
    if values.dtype != dtype and values.size:
        limits, low, high = np.iinfo(dtype), int(values.min()), int(values.max())
        if low < limits.min or high > limits.max:
            raise ValueError(f"{low}..{high} is not in {limits.min}..{limits.max}")
    return np.ascontiguousarray(values, dtype=dtype)
