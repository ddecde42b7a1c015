"""A column of texts as clickhouse-driver takes it fastest. Importing this imports pandas, as the driver does too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pandas.api.extensions import ExtensionArray  # type: ignore[import-untyped]  # pandas has no types

from cchc.store.joined_texts import JoinedTexts
from cchc.store.port import Coded
from cchc.store.server.driver_writer import OnTheWire

_ONE_BYTE_SIZES = 128
"""A text's size is written seven bits a byte: those of most texts in one."""


class Texts(ExtensionArray):  # type: ignore[misc]  # as above
    """Texts, one of a few distinct ones each row: only what the driver asks of an array that it inserts.

    Of an array of objects the driver looks at each for whether it is missing, copies it, and writes it by itself: most
    of an insert's time. Each distinct text of these is laid out once, as it goes over the wire, and taken by code.

    Args:
        values: distinct texts, each with its size before it.
        codes: which of them each row has.
    """

    def __init__(self, values: pa.LargeBinaryArray, codes: npt.NDArray[Any]) -> None:
        self._values = values
        self._codes = codes

    @classmethod
    def of(cls, column: Coded | list[str]) -> Texts:
        """Texts of the store's own shapes.

        Raises:
            UnicodeEncodeError: A text has no bytes in UTF-8.
            TypeError: One is not a text.
        """
        texts = column.values if isinstance(column, Coded) else column
        return cls(_sized(texts), column.codes if isinstance(column, Coded) else np.arange(len(texts)))

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, rows: slice) -> Texts:
        """Some of the rows."""
        return Texts(self._values, self._codes[rows])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Objects."""
        return np.dtype(np.object_)

    def isna(self) -> npt.NDArray[np.bool_]:
        """None of them is missing."""
        return np.zeros(len(self._codes), dtype=np.bool_)

    def tolist(self) -> OnTheWire:
        """Row by row; the driver hands this to its writer, which must be ``ColumnWriter``.

        Raises:
            IndexError: A code is beyond the texts.
        """
        rows = self._values.take(pa.array(self._codes))
        _, ends, content = rows.buffers()
        first, last = np.frombuffer(ends, dtype=np.int64)[[rows.offset, rows.offset + len(rows)]].tolist()
        return OnTheWire(content[first:last].to_pybytes())


def _sized(texts: Sequence[str]) -> pa.LargeBinaryArray:
    """Each text as it goes over the wire: its size, then its bytes in UTF-8."""
    if isinstance(texts, JoinedTexts):
        return _sized_joined(texts)
    # Together, with a byte before each that takes its size. A zero in a text would be taken for such a byte.
    content = bytearray("\0".join(("", *texts)).encode())
    written = np.frombuffer(content, dtype=np.uint8)
    (starts,) = np.nonzero(written == 0)
    ends = np.append(starts, len(content))
    sizes = np.diff(ends) - 1
    if len(starts) == len(texts) and sizes.max(initial=0) < _ONE_BYTE_SIZES:
        written[starts] = sizes
    else:
        each = [_size(len(encoded)) + encoded for encoded in map(str.encode, texts)]
        content, ends = bytearray(b"".join(each)), np.array([0, *accumulate(map(len, each))])
    buffers = [None, pa.py_buffer(ends.astype(np.int64, copy=False)), pa.py_buffer(content)]
    return pa.Array.from_buffers(pa.large_binary(), len(texts), buffers)


def _sized_joined(texts: JoinedTexts) -> pa.LargeBinaryArray:
    sizes = np.diff(texts.ends)
    if sizes.max(initial=0) >= _ONE_BYTE_SIZES:
        return _sized(list(texts))
    ends = texts.ends + np.arange(len(texts.ends))
    content = np.empty(len(texts.content) + len(texts), dtype=np.uint8)
    of_texts = np.ones(len(content), dtype=np.bool_)
    of_texts[ends[:-1]] = False
    content[ends[:-1]] = sizes
    content[of_texts] = np.frombuffer(texts.content, dtype=np.uint8)
    return pa.Array.from_buffers(pa.large_binary(), len(texts), [None, pa.py_buffer(ends), pa.py_buffer(content)])


def _size(count: int) -> bytes:
    """A number, seven bits a byte, the lowest first; all bytes but the last have their highest bit set."""
    size = bytearray()
    while count >= _ONE_BYTE_SIZES:
        size.append(count % _ONE_BYTE_SIZES + _ONE_BYTE_SIZES)
        count //= _ONE_BYTE_SIZES
    return bytes((*size, count))
